// Bina's worker: pages from the network first, files of our own from the phone first, and without a network whatever
// somebody took away. The server writes `const BUILD = {version, protocol}` in front of this text (lms/offline/views.py).
//
// Caches: bina-static:<version> holds files with a hash in their address and the page for "no network";
// bina-modul:<person>:<class>:<module> holds a module: its pages by address, its media by address without the query, and
// the record "/luring/paket"; bina-modul:<person>:percobaan:<attempt> holds an attempt's page. Only pages that the server
// marked for this very person are stored.

const STATIC = `bina-static:${BUILD.version}`;
const PACKS = "bina-modul:";
const FACTS = "bina-facts";
const LISTING = "/luring";
const PATIENCE = 4000;
const REACH = 2;
// What was typed there is never kept: signing in, the account.
const SECRET = /^\/(masuk|akun|keluar|atur-sandi|lupa-sandi)/;

// Addresses

const isOurs = (url) => url.origin === location.origin;
const isStatic = (url) => isOurs(url) && url.pathname.startsWith("/static/");
const isMedia = (url) => !isOurs(url) || url.pathname.startsWith("/berkas/");

// Signed addresses change, what they lead to does not.
function keyOf(url) {
  return isMedia(url) ? url.origin + url.pathname : url.origin + url.pathname + url.search;
}

async function packs() {
  return (await caches.keys()).filter((name) => name.startsWith(PACKS));
}

// Storing

// Whether a page may be kept, and for whom; "" when it may not. A server too far ahead of us is not stored from.
function ownerOf(answer) {
  const near = Math.abs(Number(answer.headers.get("X-Bina-Protocol")) - BUILD.protocol) <= REACH;
  return near && answer.ok && answer.headers.get("X-Bina-Storable") === "page" ? answer.headers.get("X-Bina-Person") : "";
}

async function store({ cache: name, url }) {
  const answer = await fetch(url, { cache: "no-store", redirect: "error" });
  if (answer.status >= 500 || answer.status === 429) throw new Error("busy");
  if (!ownerOf(answer) || !name.startsWith(`${PACKS}${ownerOf(answer)}:`)) throw new Error("not-storable");
  const cache = await caches.open(name);
  const page = answer.clone();
  await withFiles(cache, await answer.text(), answer.url);
  await cache.put(url, page);
  return true;
}

// Keeps what a page needs to be shown: styles, scripts with what they import, and pictures.
async function withFiles(cache, text, base) {
  const found = [
    ...text.matchAll(/(?:src|href)="(\/static\/[^"]+)"/g),
    ...text.matchAll(/<img[^>]+src="([^"]+)"/g),
    ...text.matchAll(/(?:from|import)\s*\(?\s*"(\.{1,2}\/[^"]+\.js)"/g),
  ];
  const urls = new Set(found.map(([, address]) => new URL(address.replaceAll("&amp;", "&"), base).href));
  await Promise.all(Array.from(urls, (address) => keep(cache, new URL(address))));
}

async function keep(cache, url) {
  if (url.protocol === "data:" || (await cache.match(keyOf(url)))) return;
  // A picture that a page has shown lies in the browser's own cache without the store's leave (CORS): it is asked for anew.
  const how = isOurs(url) ? { credentials: "same-origin" } : { credentials: "omit", cache: "reload" };
  const answer = await fetch(url, { mode: "cors", ...how });
  if (!answer.ok) return;
  const script = url.pathname.endsWith(".js") && isStatic(url);
  const copy = answer.clone();
  await cache.put(keyOf(url), answer);
  if (script) await withFiles(cache, await copy.text(), url.href);
}

// A page whose script came half does not work. Files of ours are small: one is given out when all of it is here, and asked for
// again when the line broke.
async function whole(request) {
  for (const pause of [500, 2000, 0]) {
    try {
      const answer = await fetch(request);
      return new Response(await answer.blob(), answer);
    } catch (error) {
      if (!pause || !navigator.onLine) throw error;
      await new Promise((go) => setTimeout(go, pause));
    }
  }
}

// An open attempt is kept until it is handed in, also where nothing was taken away: a tab that the phone closed opens again
// without a network (kept-attempt.js).
const ATTEMPT = /\/percobaan\/([0-9a-f-]{36})(\/hasil)?$/;

// A page that was taken away and is seen again on the network is kept as it is now.
async function refresh(url, answer, kept) {
  const [, attempt, over] = ATTEMPT.exec(url.pathname) ?? [];
  if (over && answer.ok) return forget(attempt);
  const person = ownerOf(answer);
  if (!person) return;
  await meet(person);
  const own = `${PACKS}${person}:`;
  const name = kept?.name.startsWith(own) ? kept.name : attempt && `${own}percobaan:${attempt}`;
  if (!name) return;
  const cache = await caches.open(name);
  await withFiles(cache, await answer.clone().text(), url.href);
  await cache.put(keyOf(url), answer);
  await look();
}

async function forget(attempt) {
  const names = (await packs()).filter((name) => name.endsWith(`:percobaan:${attempt}`));
  await Promise.all(names.map((name) => caches.delete(name)));
}

// Whoever was here before leaves nothing behind.
async function meet(person) {
  const facts = await caches.open(FACTS);
  const known = await facts.match("/person");
  if (known && (await known.text()) === person) return;
  const others = (await packs()).filter((name) => !name.startsWith(`${PACKS}${person}:`));
  await Promise.all(others.map((name) => caches.delete(name)));
  await facts.put("/person", new Response(person));
}

async function wipe() {
  await Promise.all([...(await packs()), FACTS].map((name) => caches.delete(name)));
}

// Updating

async function update({ now }) {
  const open = await clients.matchAll({ type: "window", includeUncontrolled: true });
  if (!now && open.some((client) => client.url.includes("/percobaan/"))) return false;
  await skipWaiting();
  return true;
}

// Back to what a form was answered: no browser keeps that, and it may not be sent twice, so the page is asked for anew.
function anew(request) {
  return request.cache === "only-if-cached" ? new Request(request.url, { redirect: "manual" }) : request;
}
