// Keeps the pages of today for when there is no connection: of one person, until midnight, gone at sign-out.
const DAY = "loper-day", LOOK = "loper-look";
const PATIENCE = 5000; // milliseconds until a page that is kept is shown instead of one that does not come
let forgotten = 0;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim().then(tidy)));
self.addEventListener("sync", (event) => { if (event.tag === "taps") event.waitUntil(sendAll()); });
self.addEventListener("message", (event) => {
  if (event.data === "forget") event.waitUntil(forget());
  else if (event.data.keep) event.waitUntil(keep(event.data.keep, event.data.look));
});
self.addEventListener("fetch", (event) => {
  const { request } = event, url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith("/static/") || url.pathname === "/brand.css") event.respondWith(look(event));
  else if (url.pathname.startsWith("/field/") && !["/field/token", "/field/worker.js"].includes(url.pathname)) event.respondWith(page(event));
});

async function sendAll() {
  if ((await self.queue.flush()) === "offline") throw new Error("later"); // the browser tries again by itself
}

// A page: fresh where it comes in time, else as it is kept.
async function page(event) {
  const { request } = event, generation = forgotten;
  const fresh = fetch(request).then(async (response) => { await store(request.url, response.clone(), generation); return response; });
  event.waitUntil(fresh.catch(() => {}).then(tidy));
  const late = new Promise((resolve) => { setTimeout(resolve, PATIENCE); });
  try {
    const first = await Promise.race([fresh, late]);
    if (first) return first;
  } catch (wrong) { /* no connection */ }
  const kept = await recall(request.url);
  if (kept) return kept;
  try { return await fresh; } catch (wrong) {
    const otherwise = request.mode === "navigate" && await caches.match("/field/offline", { ignoreVary: true });
    return otherwise || Response.error();
  }
}

async function store(url, response, generation) {
  const mark = response.headers.get("X-Loper-Keep");
  const out = response.redirected && new URL(response.url).pathname.startsWith("/account/");
  if (response.type === "opaqueredirect" || out) return forget(); // nobody is signed in any more
  if ([403, 404, 410].includes(response.status)) return (await caches.open(DAY)).delete(url, { ignoreVary: true });
  if (!response.ok || !mark) return undefined;
  const [owner, seconds] = mark.split(" "), before = await first();
  if (before && before.headers.get("X-Owner") !== owner) {
    await forget();
    generation = forgotten;
  }
  const headers = new Headers(response.headers), now = Date.now();
  for (const [name, value] of [["X-Owner", owner], ["X-At", now], ["X-Until", now + 1000 * Number(seconds)]]) headers.set(name, String(value));
  const body = await response.blob();
  if (generation === forgotten) await (await caches.open(DAY)).put(url, new Response(body, { status: 200, headers }));
  if (generation !== forgotten) await caches.delete(DAY); // somebody signed out while it was being written
  return undefined;
}

// A page as it is kept, with the time from which it is (field.js says so).
async function recall(url) {
  await tidy();
  const kept = await (await caches.open(DAY)).match(url, { ignoreVary: true });
  if (!kept || !(kept.headers.get("Content-Type") || "").startsWith("text/html")) return kept;
  const text = await kept.text();
  return new Response(text.replace("<body ", `<body data-kept="${kept.headers.get("X-At")}" `), { status: 200, headers: kept.headers });
}

async function first() {
  const cache = await caches.open(DAY), [request] = await cache.keys();
  return request && cache.match(request, { ignoreVary: true });
}

// Yesterday's pages are not kept, whoever opens what first today.
async function tidy() {
  const cache = await caches.open(DAY);
  for (const request of await cache.keys()) {
    const kept = await cache.match(request, { ignoreVary: true });
    if (kept && Number(kept.headers.get("X-Until")) < Date.now()) await cache.delete(request, { ignoreVary: true });
  }
}

function forget() {
  forgotten += 1;
  return caches.delete(DAY);
}

// Style, scripts and pictures that say nothing about anybody: as they are kept, renewed behind it.
async function look(event) {
  const cache = await caches.open(LOOK), kept = await cache.match(event.request, { ignoreVary: true });
  const fresh = fetch(event.request).then(async (response) => { if (response.ok) await cache.put(event.request, response.clone()); return response; });
  event.waitUntil(fresh.catch(() => {}));
  return kept || fresh;
}

// What a page names: its own looks, and the pages that may be opened next.
async function keep(pages, looks) {
  const generation = forgotten, cache = await caches.open(LOOK);
  const wanted = new Set([...looks, "/field/offline"].map((url) => new URL(url, self.location.origin).href));
  for (const request of await cache.keys()) if (!wanted.has(request.url)) await cache.delete(request);
  for (const url of wanted) if (url.endsWith("/field/offline") || !(await cache.match(url))) await cache.add(url).catch(() => {});
  for (const path of pages) {
    const url = new URL(path, self.location.origin).href;
    if (url.includes("/photo/") && (await recall(url))) continue;
    try { await store(url, await fetch(url, { redirect: "manual" }), generation); } catch (wrong) { return; }
  }
}
