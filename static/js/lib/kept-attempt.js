// What the phone keeps of an open attempt beside what waits to be sent: its page, which the worker puts there, and what the
// server has taken since that page was made. All of it goes when the attempt is handed in, and with its owner.

const RECORD = "/luring/jawaban";

export class KeptAttempt {
  saved = {}; // number → [revision, value]
  writing = null;

  constructor(person, attempt) {
    this.name = "caches" in globalThis ? `bina-modul:${person}:percobaan:${attempt}` : "";
  }

  async read() {
    const kept = this.name && (await caches.match(RECORD, { cacheName: this.name }).catch(() => null));
    if (kept) this.saved = await kept.json();
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
    await cache.put(RECORD, new Response(JSON.stringify(this.saved))).catch(() => {});
  }

  async drop() {
    const { name } = this;
    this.name = "";
    if (name) await caches.delete(name).catch(() => {});
  }
}
