// Keeps the lesson in the browser, and answers with it when there is no connection. FILES, from extensions/offline.py,
// are the addresses of what is kept, from the site's folder, each with its checksum.

const KEPT = registration.scope; // other sites may have the same host
const addresses = FILES.map((file) => new URL(file, registration.scope).href);

// One after the other: who reads now comes first. If one can't be had, the browser tries again at the next visit.
async function keep() {
  const cache = await caches.open(KEPT);
  for (const address of addresses) {
    if (!(await cache.match(address))) {
      await cache.add(new Request(address, { cache: "no-cache" }));
    }
  }
  await skipWaiting();
}

async function forget() {
  const cache = await caches.open(KEPT);
  const old = (await cache.keys()).filter(({ url }) => !addresses.includes(url));
  await Promise.all(old.map((request) => cache.delete(request)));
  await clients.claim();
}

// What is at the site comes first: nobody with a connection reads an old page. What is kept
// is so at addresses with a checksum, and what has that is never old.
async function answer(request) {
  const cache = await caches.open(KEPT);
  const same = await cache.match(request.url);
  if (same) {
    return same;
  }
  try {
    return await fetch(request);
  } catch (error) {
    const address = new URL(request.url);
    address.pathname += address.pathname.endsWith("/") ? "index.html" : "";
    const kept = await cache.match(address, { ignoreSearch: true });
    if (kept) {
      return kept;
    }
    throw error;
  }
}

addEventListener("install", (event) => event.waitUntil(keep()));
addEventListener("activate", (event) => event.waitUntil(forget()));
addEventListener("fetch", (event) => {
  if (event.request.method === "GET" && event.request.url.startsWith(registration.scope)) {
    event.respondWith(answer(event.request));
  }
});
