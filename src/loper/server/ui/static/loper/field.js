// The technician's page: a tap counts at once, is kept on the phone, and goes when there is a connection.
(() => {
  const wire = document.querySelector("[data-wire]"), refusals = document.querySelector("[data-refusals]");
  if (!wire || !self.indexedDB) return; // plain forms then
  const STAND = ["planned", "under_way", "at_work", "over"];
  const LEADS = { depart: 1, arrive: 2, fixed: 3, not_fixed: 3, absent: 3 };
  const { queue } = self;
  let connection = "done", resting = false, passing = [];

  const clock = (at) => new Date(at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  const owner = () => document.querySelector("main [data-owner]")?.dataset.owner || "";
  const waiting = async () => (await queue.all()).filter((tap) => queue.waits(tap) && tap.owner === owner());

  // -- a tap --

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-tap]")) tapped(event, form);
    else if (form.matches("[data-online]")) now(event, form);
    else if (form.action.endsWith("/logout/")) leaving(event);
  }, true);

  async function tapped(event, form) {
    if (!owner()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (resting) return; // the second of a double tap must not hit the button that comes in its place
    resting = true;
    setTimeout(() => { resting = false; }, 900);
    const job = form.closest("[data-visit]"), fields = {};
    for (const [name, value] of new FormData(form)) fields[name] = name in fields ? [fields[name], value].flat() : value;
    if (event.submitter?.name) fields[event.submitter.name] = event.submitter.value;
    const act = fields.do;
    for (const name of ["csrfmiddlewaretoken", "do", "key", "sequence"]) delete fields[name];
    const tap = { owner: owner(), visit: job.dataset.visit, sequence: job.dataset.sequence, do: act, words: form.dataset.words, report: job.dataset.report, url: form.getAttribute("action"), fields };
    try { await queue.add(tap); } catch (wrong) { plain(form, event.submitter); return; }
    form.closest("details")?.removeAttribute("open");
    await draw();
    if (!document.activeElement?.checkVisibility?.()) document.querySelector("main").focus({ preventScroll: true });
    navigator.serviceWorker?.ready.then((worker) => worker.sync?.register("taps")).catch(() => {});
    await send();
  }

  document.addEventListener("kept", async () => { // photos, hours, a signature: field_work.js
    await draw();
    navigator.serviceWorker?.ready.then((worker) => worker.sync?.register("taps")).catch(() => {});
    await send();
  });

  function plain(form, button) { // this browser keeps nothing (a private window): the form goes as it is
    if (button?.name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: button.name, value: button.value }));
    form.submit();
  }

  // -- what only goes with a connection: taking back, a note --

  async function now(event, form) {
    event.preventDefault();
    event.stopImmediatePropagation();
    try {
      const answer = await fetch(form.getAttribute("action"), { method: "POST", body: new FormData(form), redirect: "manual", headers: { Accept: "application/json" } });
      if (answer.status === 409) passing = [{ words: "", why: (await answer.json()).why }];
      else if (answer.ok) { form.reset(); say((await answer.json()).said, "good"); }
      else throw new Error(answer.type);
      await renew(true);
    } catch (wrong) { say(wire.dataset.nowire); }
  }

  async function leaving(event) {
    event.preventDefault();
    if ((await waiting()).length && !self.confirm(wire.dataset.leave)) return;
    navigator.serviceWorker?.controller?.postMessage("forget");
    if (self.caches) await caches.delete("loper-day");
    event.target.submit();
  }

  // -- sending --

  async function send() {
    if (!(await waiting()).length) {
      connection = navigator.onLine ? "done" : "offline";
      await (navigator.onLine && stale() ? renew(false) : draw());
      return;
    }
    connection = "sending";
    await draw();
    connection = await queue.flush();
    await draw();
    if (connection === "done") { say(wire.dataset.sent, "good"); await renew(false); }
  }

  const stale = () => document.body.dataset.kept;

  // The page as the server has it now; not while somebody is choosing or typing.
  async function renew(always) {
    const main = document.querySelector("main");
    if (!always && main.querySelector(".act[open], textarea:focus")) return;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (answer.status === 404) { location.replace("/field/"); return; } // this job went to somebody else
      if (!answer.ok || answer.redirected) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
      if (!fresh || fresh.ownerDocument.body.dataset.kept) return;
      main.replaceChildren(...fresh.childNodes);
      delete document.body.dataset.kept;
      prepare();
    } catch (wrong) { /* as it was */ } finally { await draw(); }
  }

  // -- drawing: the page of the server, with what is kept laid over it --

  async function draw() {
    const taps = await queue.all().catch(() => []);
    for (const job of document.querySelectorAll("[data-visit]")) lay(job, taps);
    const waits = taps.filter((tap) => queue.waits(tap) && tap.owner === owner());
    refusals.replaceChildren(...[...passing, ...taps.filter((tap) => tap.state === "refused")].map(refusal));
    const lost = connection === "offline" || !navigator.onLine || stale();
    if (connection === "account") say(wire.dataset.account, "", "/account/login/?next=/field/");
    else if (lost) say([waits.length ? `${wire.dataset.waits} ${waits.length}.` : wire.dataset.offline, stale() && `${wire.dataset.asof} ${clock(Number(stale()))}.`].filter(Boolean).join(" "));
    else if (connection === "sending") say(wire.dataset.sending);
    else if (!wire.classList.contains("good")) wire.hidden = true;
    for (const hint of document.querySelectorAll("p[data-asof]")) hint.hidden = !lost;
  }

  function lay(job, taps) {
    const known = Number(job.dataset.revision);
    const mine = taps.filter((tap) => tap.visit === job.dataset.visit && tap.sequence === job.dataset.sequence && tap.state !== "refused");
    for (const tap of mine) if (tap.state === "sent" && tap.revision <= known) queue.drop(tap.number);
    const fresh = mine.filter((tap) => tap.state !== "sent" || tap.revision > known);
    const last = fresh.filter((tap) => tap.do in LEADS).at(-1);
    const tag = job.querySelector("[data-tag]");
    if (tag) {
      tag.dataset.was ??= tag.hidden ? "" : tag.textContent;
      tag.textContent = last ? last.words : tag.dataset.was;
      tag.hidden = !tag.textContent;
    }
    if (!job.matches(".job")) return;
    const can = last ? job.getAttribute(`data-can-${last.do}`) ?? "" : job.dataset.can;
    for (const act of job.querySelectorAll("[data-do]")) act.hidden = !can.split(" ").includes(act.dataset.do);
    const ways = [...job.querySelectorAll("form[data-do]:not([hidden]) > button")];
    for (const button of ways) { // what comes next is the loud one
      if (button === ways[0] && !job.querySelector("form[data-do=depart]:not([hidden])")) ["data-variant", "data-color"].forEach((name) => button.removeAttribute(name));
      else Object.assign(button.dataset, { variant: "secondary", color: "neutral" });
    }
    const mistake = job.querySelector("[data-mistake]");
    if (mistake) mistake.hidden = fresh.some((tap) => !tap.many);
    stops(job, fresh);
    const lines = job.querySelector("[data-kept-lines]"), waits = fresh.filter((tap) => tap.state !== "sent");
    lines.replaceChildren(...waits.map(keptLine));
    lines.hidden = !waits.length;
  }

  function stops(job, fresh) {
    const place = Math.max(STAND.indexOf(job.dataset.stands), ...fresh.map((tap) => LEADS[tap.do] ?? 0));
    job.querySelectorAll("[data-stop]").forEach((stop, number) => {
      const when = stop.querySelector("[data-when]"), title = stop.querySelector("[data-title]");
      const tap = fresh.find((one) => LEADS[one.do] === number);
      when.dataset.was ??= when.textContent;
      title.dataset.was ??= title.textContent;
      when.textContent = tap ? clock(tap.at) : when.dataset.was;
      title.textContent = tap && number === 3 ? tap.words : title.dataset.was;
      stop.className = number < place ? "past" : number === place ? "here" : "future";
      if (number === place) stop.setAttribute("aria-current", "step"); else stop.removeAttribute("aria-current");
    });
  }

  function keptLine(tap) {
    const line = document.getElementById("kept-line").content.cloneNode(true);
    line.querySelector("[data-words]").textContent = `${tap.words}, ${clock(tap.at)}: ${wire.dataset.keptword}`;
    line.querySelector("[data-drop]").addEventListener("click", () => queue.drop(tap.number).then(draw));
    return line;
  }

  function refusal(tap) {
    const box = document.getElementById("refusal").content.cloneNode(true);
    box.querySelector("[data-words]").textContent = tap.words ? `${tap.words}, ${clock(tap.at)}${tap.report ? ` (${tap.report})` : ""}` : "";
    box.querySelector("[data-why]").textContent = tap.why;
    const to = box.querySelector("[data-to]");
    if (tap.visit && !tap.gone) to.href = `/field/visit/${tap.visit}`; else to.remove();
    box.querySelector("[data-seen]").addEventListener("click", (event) => {
      event.target.closest(".say").remove();
      passing = [];
      if (tap.number) queue.drop(tap.number);
    });
    return box;
  }

  function say(words, tone = "", to = "") {
    wire.className = `wire ${tone}`;
    wire.textContent = words;
    if (to) wire.replaceChildren(Object.assign(document.createElement("a"), { href: to, textContent: words }));
    wire.hidden = !words;
    if (tone === "good") setTimeout(() => { if (wire.textContent === words) { wire.hidden = true; wire.className = "wire"; } }, 4000);
  }

  // -- when a page comes --

  function prepare() {
    document.dispatchEvent(new Event("fresh"));
    if (/iPhone|iPad|Macintosh/.test(navigator.userAgent)) {
      for (const link of document.querySelectorAll("a[data-map]")) link.href = link.getAttribute("href").replace("geo:0,0?q=", "maps:?q=");
    }
    for (const form of document.querySelectorAll("form[data-seconds]")) {
      setTimeout(() => { form.hidden = true; const mend = form.parentElement.querySelector("[data-mend]"); if (mend) mend.hidden = false; }, 1000 * form.dataset.seconds);
    }
  }

  async function keepPages() {
    const worker = await navigator.serviceWorker?.ready, list = document.querySelector("main [data-keep]");
    if (!worker || !owner()) return;
    const looks = [...document.querySelectorAll("link[rel=stylesheet], link[rel=icon], link[rel=manifest]")].map((link) => link.href);
    looks.push(...[...document.scripts].map((script) => script.src));
    worker.active.postMessage({ keep: [location.pathname, ...(list ? list.dataset.keep.split(" ") : [])], look: looks.filter(Boolean) });
  }

  navigator.serviceWorker?.register("/field/worker.js", { scope: "/field/", updateViaCache: "none" }).then(keepPages).catch(() => {});
  queue.changed?.addEventListener("message", draw);
  self.addEventListener("online", send);
  self.addEventListener("offline", () => { connection = "offline"; draw(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) send(); });
  setInterval(async () => { if (stale() || (await waiting()).length) send(); }, 15000);
  prepare();
  send();
})();
