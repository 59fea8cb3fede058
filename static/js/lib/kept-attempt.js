// What the phone keeps of an open attempt beside what waits to be sent: its page, which the worker puts there, and what the
// server has taken since that page was made. All of it goes when the attempt is handed in, and with its owner.

const RECORD = "/luring/jawaban";

async function recordIn(name) {
  const kept = await caches.match(RECORD, { cacheName: name }).catch(() => null);
  return kept ? kept.json() : {};
}

// The attempts of somebody whose page is here: [{title, url}].
export async function attemptsOf(person) {
  const names = (await caches.keys()).filter((name) => name.startsWith(`bina-modul:${person}:percobaan:`));
  const records = await Promise.all(names.map(recordIn));
  const held = await Promise.all(records.map(({ url }) => url && caches.match(url)));
  return records.filter((_, at) => held[at]);
}

export class KeptAttempt {
  saved = {}; // number → [revision, value]
  writing = null;

  constructor(person, attempt) {
    this.name = "caches" in globalThis ? `bina-modul:${person}:percobaan:${attempt}` : "";
  }

  async read() {
    if (this.name) this.saved = (await recordIn(this.name)).saved ?? {};
    this.write();
    return Object.entries(this.saved);
  }

  note(number, revision, value) {
    this.saved[number] = [revision, value];
    this.writing ??= Promise.resolve().then(() => this.write());
  }

  async write() {
    this.writing = null;
    if (!this.name) return;
    const cache = await caches.open(this.name);
    const record = { title: document.querySelector("h1").textContent, url: location.pathname, saved: this.saved };
    await cache.put(RECORD, new Response(JSON.stringify(record))).catch(() => {});
  }

  async drop() {
    const { name } = this;
    this.name = "";
    if (name) await caches.delete(name).catch(() => {});
  }
}
