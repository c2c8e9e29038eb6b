// The studio with a script: line numbers, a jump to the line, what is wrong while one types, a preview that follows, and
// a copy of unsaved work in this browser. Without a script every button still works.
document.documentElement.classList.add("has-script");

const later = (wait, work) => { let timer; return () => { clearTimeout(timer); timer = setTimeout(work, wait); }; };

function editor(box) {
  const text = box.querySelector("textarea"), gutter = box.querySelector(".gutter"), form = text.form;
  const wraps = text.getAttribute("wrap") !== "off";
  const marks = () => {
    const found = new Map();
    const side = document.getElementById("checked") || document.getElementById("shown");
    if (!side) return found;
    side.querySelectorAll(".findings [data-line]").forEach((one) => found.set(Number(one.dataset.line), "has-finding"));
    side.querySelectorAll(".wrongs [data-line]").forEach((one) => found.set(Number(one.dataset.line), "has-error"));
    return found;
  };
  const number = () => {
    if (wraps) { gutter.hidden = true; return; }
    const lines = text.value.split("\n").length, found = marks();
    const rows = document.createDocumentFragment();
    for (let n = 1; n <= lines; n += 1) {
      const row = document.createElement("span");
      row.textContent = n;
      if (found.has(n)) row.className = found.get(n);
      rows.append(row);
    }
    gutter.replaceChildren(rows);
    gutter.scrollTop = text.scrollTop;
  };
  const jump = (line, column) => {
    const lines = text.value.split("\n"), row = Math.min(Math.max(line, 1), lines.length);
    const start = lines.slice(0, row - 1).reduce((sum, one) => sum + one.length + 1, 0);
    text.focus();
    const from = Math.min((column || 1) - 1, lines[row - 1].length), rest = lines[row - 1].slice(from);
    const value = column > 1 && rest.match(/^(?:"[^"]*"|'[^']*'|[^,\]}#]+?)(?=\s*(?:[,\]}:]|\s#|$))/); // what is wrong, without what follows it
    text.setSelectionRange(start + from, start + from + (value ? value[0].length : rest.length));
    const height = text.scrollHeight / Math.max(lines.length, 1);
    text.scrollTop = Math.max(0, (row - 6) * height);
    text.scrollIntoView({ block: "nearest" });
  };
  text.addEventListener("scroll", () => { gutter.scrollTop = text.scrollTop; });
  text.addEventListener("input", number);
  text.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      event.preventDefault();
      const button = form.querySelector("button:not([formaction]):not([type=button])");
      if (button && !text.readOnly) form.requestSubmit(button);
    } else if (event.key === "Enter" && !wraps && !event.shiftKey && !event.isComposing) {
      const before = text.value.slice(0, text.selectionStart).split("\n").pop();
      const indent = before.match(/^ */)[0] + (/:\s*(#.*)?$/.test(before) ? "  " : "");
      if (indent) { event.preventDefault(); document.execCommand("insertText", false, `\n${indent}`); }
    }
  });
  document.addEventListener("click", (event) => {
    const at = event.target.closest("[data-line]");
    if (!at || !at.dataset.line) return;
    event.preventDefault();
    jump(Number(at.dataset.line), Number(at.dataset.column || 1));
  });
  document.querySelectorAll("[data-put]").forEach((button) => button.addEventListener("click", () => {
    text.focus();
    document.execCommand("insertText", false, button.dataset.put);
  }));
  form.addEventListener("submit", () => {
    const line = form.elements.line;
    if (line) line.value = text.value.slice(0, text.selectionStart).split("\n").length;
  });
  number();
  if (box.dataset.at) jump(Number(box.dataset.at), 1);
  return { text, form, number };
}

function send(url, form) {
  const data = new FormData(form);
  return fetch(url, { method: "POST", body: data, headers: { "X-CSRFToken": data.get("csrfmiddlewaretoken") }, credentials: "same-origin" });
}

// What is wrong, asked a moment after the last key.
function follow(url, form, place, then) {
  let asked = 0;
  return later(500, async () => {
    const mine = asked += 1;
    try {
      const answer = await send(url, form);
      if (!answer.ok || mine !== asked || answer.redirected) return;
      place.innerHTML = await answer.text();
      then();
    } catch { /* no connection: what stands there stays */ }
  });
}

// A fresh frame for each mail, shown when it is there: no flicker, and no trace in the history of the browser.
function mail(frame, form) {
  let count = 0;
  return () => {
    const next = frame.cloneNode(), name = `mail-${count += 1}`, hidden = document.createElement("form");
    next.name = name;
    next.classList.add("coming");
    frame.after(next);
    hidden.method = "post"; hidden.action = frame.dataset.mail; hidden.target = name; hidden.hidden = true;
    new FormData(form).forEach((value, key) => {
      const field = document.createElement("textarea");
      field.name = key; field.value = value;
      hidden.append(field);
    });
    document.body.append(hidden);
    const old = frame;
    frame = next;
    next.addEventListener("load", () => { next.classList.remove("coming"); old.remove(); }, { once: true });
    hidden.submit();
    hidden.remove();
  };
}

// Unsaved work stays in this browser until it is saved, also when the session ended meanwhile.
function keep(form, text, changed) {
  const place = `loper:${location.pathname}${new URLSearchParams(location.search).get("file") || ""}`, saved = text.defaultValue;
  let kept = null;
  try { kept = localStorage.getItem(place); } catch { return; }
  if (kept !== null && kept !== saved && form.dataset.words) {
    const [say, back, away] = form.dataset.words.split("|"), box = document.createElement("div");
    box.className = "say eye kept"; box.setAttribute("role", "status");
    box.innerHTML = '<p></p><p class="row"><button type="button" class="ds-button small-button"></button><button type="button" class="ds-button small-button" data-variant="secondary" data-color="neutral"></button></p>';
    box.querySelector("p").textContent = say;
    const [yes, no] = box.querySelectorAll("button");
    yes.textContent = back; no.textContent = away;
    yes.addEventListener("click", () => { text.value = kept; box.remove(); text.dispatchEvent(new Event("input")); text.focus(); });
    no.addEventListener("click", () => { localStorage.removeItem(place); box.remove(); text.focus(); });
    form.before(box);
  } else localStorage.removeItem(place);
  let leaving = false;
  text.addEventListener("input", later(300, () => {
    if (text.value === saved) localStorage.removeItem(place); else localStorage.setItem(place, text.value);
    changed();
  }));
  form.addEventListener("submit", () => { leaving = true; });
  window.addEventListener("beforeunload", (event) => { if (!leaving && text.value !== saved) event.preventDefault(); });
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-editor]").forEach((box) => {
    const { text, form, number } = editor(box);
    let changed = () => {};
    if (box.dataset.check) changed = follow(box.dataset.check, form, document.getElementById("checked"), number);
    if (form.dataset.look) {
      const shown = follow(form.dataset.look, form, document.getElementById("shown"), number);
      const frame = form.querySelector("iframe[data-mail]"), at_once = frame ? mail(frame, form) : () => {}, draw = later(500, at_once);
      changed = () => { shown(); draw(); };
      form.elements.case.addEventListener("change", changed);
      at_once();
    }
    if (!text.readOnly) keep(form, text, changed);
    if (text.value !== text.defaultValue) changed(); // typed before this script was there, or put back by the browser
  });
  document.querySelectorAll("[data-select]").forEach((one) => one.addEventListener("focus", () => one.select()));
  if (location.hash.startsWith("#f")) { const one = document.getElementById(location.hash.slice(1)); if (one) one.focus(); }
});
