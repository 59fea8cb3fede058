// The worker, continued: what a request is answered with, and how a new worker takes over.

// Answering

async function stored(url) {
  for (const name of await packs()) {
    const held = await (await caches.open(name)).match(keyOf(url), { ignoreVary: true });
    if (held) return { held, name };
  }
  return null;
}

async function visit(event, url) {
  const kept = await stored(url);
  if (kept && isMedia(url)) return ranged(event.request, kept.held);
  const asked = Promise.resolve(event.preloadResponse).then((early) => early ?? fetch(anew(event.request)));
  // What comes too late to be shown is kept all the same, for the next time.
  event.waitUntil(asked.then((answer) => refresh(url, answer.clone(), kept)).catch(() => {}));
  const answer = await (kept ? inTime(asked) : asked).catch(() => null);
  return !answer || (kept && answer.status >= 500) ? (kept?.held ?? listing()) : answer;
}

function inTime(promise) {
  return Promise.race([promise, new Promise((resolve, reject) => setTimeout(() => reject(new Error("slow")), PATIENCE))]);
}

async function listing() {
  return (await caches.match(LISTING)) ?? Response.error();
}

async function fromStatic(request) {
  const cache = await caches.open(STATIC);
  const held = (await cache.match(request)) ?? (await caches.match(request));
  if (held) return held;
  const answer = await whole(request);
  if (answer.ok && request.url.includes(`/${BUILD.version}/`)) await cache.put(request, answer.clone());
  return answer;
}

async function media(request, url) {
  const kept = await stored(url);
  if (kept) return ranged(request, kept.held);
  try {
    return await fetch(request);
  } catch (error) {
    // Only for who looks or listens: a download would keep it as what it is not.
    const other = ["video", "audio"].includes(request.destination) && (await sibling(url));
    if (!other) throw error;
    return ranged(request, other);
  }
}

// Another rendition of the same film or recording, which was taken away instead of the one that the page asks for.
async function sibling(url) {
  const folder = url.origin + url.pathname.replace(/[^/]+$/, "");
  for (const name of await packs()) {
    const cache = await caches.open(name);
    for (const key of await cache.keys()) {
      const held = key.url.startsWith(folder) && !key.url.includes("?") && (await cache.match(key));
      if (held && /^(video|audio)\//.test(held.headers.get("Content-Type"))) return held;
    }
  }
  return null;
}

// Players ask for parts of a file (RFC 9110, 14).
async function ranged(request, held) {
  const asked = /^bytes=(\d*)-(\d*)$/.exec(request.headers.get("Range") ?? "");
  if (!asked || !(asked[1] || asked[2])) return held;
  const whole = await held.blob();
  const start = asked[1] ? Number(asked[1]) : Math.max(0, whole.size - Number(asked[2]));
  const end = asked[1] && asked[2] ? Math.min(Number(asked[2]), whole.size - 1) : whole.size - 1;
  if (start > end) return new Response(null, { status: 416, headers: { "Content-Range": `bytes */${whole.size}` } });
  const headers = {
    "Accept-Ranges": "bytes",
    "Content-Range": `bytes ${start}-${end}/${whole.size}`,
    "Content-Length": String(end - start + 1),
    "Content-Type": held.headers.get("Content-Type"),
  };
  return new Response(whole.slice(start, end + 1), { status: 206, statusText: "Partial Content", headers });
}

async function other(request, url) {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await stored(url);
    if (!kept) throw error;
    return kept.held;
  }
}

// A form that is sent without a network: an attempt that is on the phone opens, anything else comes back with what was typed.
async function send(request, url) {
  const copy = request.clone();
  try {
    return await fetch(request);
  } catch {
    if (url.pathname.endsWith("/mulai")) return Response.redirect((await attemptAt(url)) || coverOf(url), 303);
    const page = await listing();
    const fields = SECRET.test(url.pathname) ? [] : await typed(copy);
    return fields.length ? withTyped(page, url, fields) : page;
  }
}

async function attemptAt(url) {
  const start = url.origin + url.pathname.replace(/mulai$/, "percobaan/");
  for (const name of await packs()) {
    const found = (await (await caches.open(name)).keys()).find((key) => key.url.startsWith(start));
    if (found) return found.url;
  }
  return "";
}

// The page of a quiz that cannot begin without a network, where it says so (offline.js).
const coverOf = (url) => `${url.href.replace(/\/mulai$/, "")}#luring`;

async function typed(request) {
  const fields = await request.formData().catch(() => []);
  return Array.from(fields).filter(([name, value]) => typeof value === "string" && !/password|sandi|kode/.test(name));
}

async function withTyped(page, url, fields) {
  const safe = JSON.stringify({ action: url.pathname + url.search, fields }).replaceAll("<", "\\u003c");
  const html = (await page.text()).replace("</main>", () => `<script type="application/json" id="typed">${safe}</script></main>`);
  return new Response(html, { status: 200, headers: page.headers });
}

// What was sent from a page that was taken away is on the server now: the page is kept as it is there.
async function renew({ url }) {
  const kept = await stored(new URL(url));
  return kept ? store({ cache: kept.name, url }) : false;
}

const ORDERS = { store, renew, wipe, update, meet: ({ person }) => meet(person) };
// While nothing was taken away, media requests are none of our business.
let holds = true;

async function look() {
  holds = (await packs()).length > 0;
}

self.addEventListener("install", (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(STATIC);
      const answer = await fetch(LISTING, { cache: "no-store", credentials: "omit" });
      if (!answer.ok) throw new Error("no listing");
      await withFiles(cache, await answer.clone().text(), answer.url);
      await cache.put(LISTING, answer);
    })(),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      // Pages of the version before may still be open.
      const old = (await caches.keys()).filter((name) => name.startsWith("bina-static:") && name !== STATIC);
      await Promise.all(old.slice(0, -1).map((name) => caches.delete(name)));
      await registration.navigationPreload?.enable();
      await clients.claim();
    })(),
  );
});

self.addEventListener("message", (event) => {
  const { order, ...facts } = event.data;
  const [port] = event.ports;
  const work = ORDERS[order](facts).finally(look);
  event.waitUntil(
    work.then(
      (value) => port?.postMessage({ value }),
      (error) => port?.postMessage({ error: error.message }),
    ),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (!/^https?:$/.test(url.protocol)) return;
  if (request.mode === "navigate") event.respondWith(request.method === "POST" && anew(request) === request ? send(request, url) : visit(event, url));
  else if (request.method !== "GET" || url.searchParams.has("bagian")) return;
  else if (isStatic(url)) event.respondWith(fromStatic(request));
  else if (isMedia(url) && holds) event.respondWith(media(request, url));
  else if (url.pathname.startsWith("/kelas/") && holds) event.respondWith(other(request, url));
});

look();
