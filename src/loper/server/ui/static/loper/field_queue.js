// Taps that still must go: kept on the phone, sent once and in order. Shared by the pages and the service worker.
// A tap holds the number of the visit, the button, the time, and a key made here. What a technician leaves behind (`many`:
// photos, hours, a signature) is in it too until it is sent, and gone from the phone then.
self.queue = (() => {
  const NAME = "loper-field", TABLE = "taps";
  const changed = self.BroadcastChannel ? new BroadcastChannel(NAME) : null;

  function open() {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open(NAME, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(TABLE, { keyPath: "number", autoIncrement: true });
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  }

  // Runs `work(table, taps)` on all taps, in one transaction; what it writes is on the disk when this resolves.
  async function change(work, mode = "readwrite") {
    const database = await open();
    try {
      return await new Promise((resolve, reject) => {
        const transaction = database.transaction(TABLE, mode, { durability: "strict" });
        const table = transaction.objectStore(TABLE), all = table.getAll();
        let result;
        all.onsuccess = () => { result = work(table, all.result); };
        transaction.oncomplete = () => resolve(result);
        transaction.onabort = transaction.onerror = () => reject(transaction.error);
      });
    } finally { database.close(); }
  }

  async function told(result) {
    if (changed) changed.postMessage("changed");
    return result;
  }

  const waits = (tap) => tap.state === "kept" || tap.state === "sending";

  const all = () => change((table, taps) => taps, "readonly");

  // Keeps a tap; false where this button of this visit was tapped already (twice, or in another tab).
  const add = (tap) => change((table, taps) => {
    const same = (one) => one.state !== "refused" && one.visit === tap.visit && one.sequence === tap.sequence && one.do === tap.do;
    if (tap.do !== "next" && !tap.many && taps.some(same)) return false;
    table.add({ ...tap, key: newKey(), at: Date.now(), state: "kept" });
    for (const one of taps) if (one.state === "sent" && one.at < Date.now() - 24 * 3600e3) table.delete(one.number);
    return true;
  }).then(told);

  // Drops a tap, unless it is on its way at this moment.
  const drop = (number) => change((table, taps) => {
    const tap = taps.find((one) => one.number === number);
    if (!tap || tap.state === "sending") return false;
    table.delete(number);
    return true;
  }).then(told);

  const mark = (number, news) => change((table, taps) => {
    const tap = taps.find((one) => one.number === number);
    if (tap) table.put({ ...tap, ...news });
  });

  function newKey() {
    return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  function ask(url, how = {}) {
    const giveUp = new AbortController(), timer = setTimeout(() => giveUp.abort(), how.body instanceof FormData ? 90000 : 20000);
    const headers = { Accept: "application/json" };
    return fetch(url, { redirect: "manual", cache: "no-store", headers, signal: giveUp.signal, ...how }).finally(() => clearTimeout(timer));
  }

  // Sends what is kept, the oldest first, and stops where the connection does: the rest waits.
  // Gives "done", "offline" (try again later) or "account" (nobody is signed in).
  async function send() {
    const taps = (await all()).filter(waits);
    if (!taps.length) return "done";
    try {
      const who = await ask("/field/token");
      if (who.type === "opaqueredirect" || who.status === 403) return "account";
      if (!who.ok) return "offline";
      const { owner, token } = await who.json();
      for (const tap of taps.filter((one) => one.owner === owner)) {
        if (!(await take(tap.number))) continue;
        const ago = Math.max(0, Math.round((Date.now() - tap.at) / 1000));
        const body = tap.files?.length ? new FormData() : new URLSearchParams();
        const own = { do: tap.do, sequence: tap.sequence, key: tap.key, ago, csrfmiddlewaretoken: token };
        for (const [name, value] of [...(tap.many ? tap.fields : Object.entries(tap.fields)), ...Object.entries(own)]) {
          for (const one of [value].flat()) body.append(name, one);
        }
        for (const [name, file] of tap.files ?? []) body.append(name, file, "file");
        const answer = await ask(tap.url, { method: "POST", body });
        if (answer.type === "opaqueredirect") return "account";
        if (tap.many && [400, 404, 413].includes(answer.status)) { // it will never be taken: the rest must not wait for it
          await mark(tap.number, { state: "refused", why: tap.lost });
          await told();
          continue;
        }
        if (answer.status !== 200 && answer.status !== 409) return "offline";
        const said = await answer.json();
        if (answer.ok && tap.many) { await change((table) => table.delete(tap.number)); await told(); continue; }
        await mark(tap.number, answer.ok ? { state: said.left ? "refused" : "sent", why: said.left, revision: said.revision } : { state: "refused", why: said.why, gone: !said.here });
        await told();
      }
      return "done";
    } catch (wrong) { return "offline"; }
  }

  const take = (number) => change((table, taps) => {
    const tap = taps.find((one) => one.number === number);
    if (tap) table.put({ ...tap, state: "sending" });
    return Boolean(tap);
  });

  // One sender at a time, over all tabs and the worker; where a browser has no locks, the keys keep a tap from counting twice.
  let line = Promise.resolve();
  function flush() {
    if (self.navigator.locks) return self.navigator.locks.request(NAME, send);
    line = line.then(send, send);
    return line;
  }

  return { all, add, drop, flush, waits, changed };
})();
