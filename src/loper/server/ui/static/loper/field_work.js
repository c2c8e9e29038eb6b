// Photos, hours, parts, access notes and the signature: kept on the phone like a tap, sent once, gone from it then.
(() => {
  const wire = document.querySelector("[data-wire]"), { queue } = self;
  if (!wire || !queue || !self.indexedDB) return; // plain forms then
  const LONGEST = 1600; // pixels: what the server makes of it anyway
  let busy = false;

  document.addEventListener("submit", (event) => { if (event.target.matches("[data-keep]")) keep(event, event.target); }, true);

  async function keep(event, form) {
    const owner = document.querySelector("main [data-owner]")?.dataset.owner;
    if (!owner) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (busy) return; // two taps where one was meant
    busy = true;
    try {
      const job = form.closest("[data-visit]"), fields = [], files = [];
      for (const [name, value] of new FormData(form)) {
        if (typeof value !== "string") { if (value.size) files.push([name, await smaller(value)]); }
        else if (!["csrfmiddlewaretoken", "do", "key"].includes(name)) fields.push([name, value]);
      }
      const canvas = form.querySelector("[data-sign]");
      if (canvas?.dataset.drawn) files.push(["picture", await new Promise((done) => { canvas.toBlob(done, "image/png"); })]);
      const tap = { owner, visit: job.dataset.visit, sequence: job.dataset.sequence, do: form.elements.do.value, words: form.dataset.words, report: job.dataset.report, url: form.getAttribute("action"), fields, files, many: true, lost: wire.dataset.lost };
      try { await queue.add(tap); } catch (wrong) { full(form); return; }
      if (form.elements.do.value === "photo" || canvas) form.reset();
      if (canvas) wipe(canvas);
      const panel = form.closest("details");
      panel?.removeAttribute("open");
      panel?.querySelector("summary").focus({ preventScroll: true });
      document.dispatchEvent(new Event("kept"));
    } finally { busy = false; }
  }

  // The phone has no room, or keeps nothing (a private window): what was filled in stays; with a connection it goes at once.
  function full(form) {
    if (navigator.onLine && !form.querySelector("[data-sign]")) { form.submit(); return; }
    wire.className = "wire";
    wire.textContent = wire.dataset.full;
    wire.hidden = false;
  }

  async function smaller(file) {
    try {
      const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
      const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
      const canvas = Object.assign(document.createElement("canvas"), { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      picture.close();
      return (await new Promise((done) => { canvas.toBlob(done, "image/jpeg", 0.85); })) || file;
    } catch (wrong) { return file; } // the server says whether it can read it
  }

  // -- the signature --

  let pen = null;

  document.addEventListener("pointerdown", (event) => {
    if (!event.target.matches?.("[data-sign]")) return;
    pen = { canvas: event.target, at: spot(event, event.target) };
    event.target.setPointerCapture(event.pointerId);
    line(pen.at);
  });
  document.addEventListener("pointermove", (event) => {
    if (pen) for (const one of event.getCoalescedEvents?.() ?? [event]) line(spot(one, pen.canvas));
  });
  for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, () => { pen = null; });
  document.addEventListener("click", (event) => {
    if (event.target.matches?.("[data-wipe]")) wipe(event.target.parentElement.querySelector("[data-sign]"));
  });

  function spot(event, canvas) {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) * canvas.width / box.width, (event.clientY - box.top) * canvas.height / box.height];
  }

  function line(to) {
    const ink = pen.canvas.getContext("2d");
    Object.assign(ink, { lineWidth: 4, lineCap: "round", lineJoin: "round", strokeStyle: "#101828" });
    ink.beginPath();
    ink.moveTo(...pen.at);
    ink.lineTo(...to);
    ink.stroke();
    pen.at = to;
    pen.canvas.dataset.drawn = "yes";
  }

  function wipe(canvas) {
    canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
    delete canvas.dataset.drawn;
  }

  // -- what the next visit asks for: only the questions of this reason, and the times for that work --

  let asking = 0;

  function ask(form) {
    const reason = form.querySelector("[name=reason]:checked")?.value ?? "";
    for (const part of form.querySelectorAll("[data-for]")) part.hidden = part.dataset.for !== reason;
  }

  async function times(form) {
    const here = form.querySelector("[data-times]"), mine = asking += 1;
    if (!here) return;
    const asked = new URLSearchParams([...new FormData(form)].filter(([name, value]) => typeof value === "string" && ["reason", "skill", "part", "parts", "expected", "minutes", "two_people"].includes(name)));
    try {
      const answer = await fetch(`${form.dataset.follow}?${asked}`, { headers: { Accept: "text/html" }, redirect: "manual" });
      if (!answer.ok || mine !== asking) return;
      const anew = new DOMParser().parseFromString(await answer.text(), "text/html").body.childNodes;
      const chosen = here.querySelector("[name=block]:checked")?.value;  // as it is now: one chooses faster than a network
      here.replaceChildren(...anew);
      const again = chosen !== undefined && [...here.querySelectorAll("[name=block]")].find((one) => one.value === chosen);
      if (again) again.checked = true;
    } catch (wrong) { /* without a connection: the times as they were known; the server looks at them again */ }
  }

  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("form[data-follow]");
    if (!form || event.target.name === "block") return;
    ask(form);
    times(form);
  });

  // -- when a page comes: what needs a script is shown, what a script makes needless is not --

  function prepare() {
    for (const drawing of document.querySelectorAll("[data-drawing]")) drawing.hidden = false;
    for (const button of document.querySelectorAll("[data-send-photo]")) button.hidden = true;
    for (const form of document.querySelectorAll("form[data-follow]")) ask(form);
  }

  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("form[data-keep]");
    if (form && event.target.type === "file" && event.target.files.length) form.requestSubmit();
  });
  document.addEventListener("fresh", prepare);
  prepare();
})();
