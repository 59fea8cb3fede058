// What the phone keeps of an open attempt beside what waits to be sent: its page, which the worker puts there, and what the
// server has taken since that page was made. All of it goes when the attempt is handed in, and with its owner.

import { supported } from "./offline.js";

const RECORD = "/luring/jawaban";

async function recordIn(name) {
  const kept = await caches.match(RECORD, { cacheName: name }).catch(() => null);
  return kept ? kept.json() : {};
}

// The attempts of somebody whose page is here: [{title, url}].
export async function attemptsOf(person) {
  const all = supported ? await caches.keys().catch(() => []) : [];
  const names = all.filter((name) => name.startsWith(`bina-modul:${person}:percobaan:`));
  const records = await Promise.all(names.map(recordIn));
  const held = await Promise.all(records.map(({ url }) => url && caches.match(url)));
  return records.filter((_, at) => held[at]);
}

export class KeptAttempt {
  saved = {}; // number → [revision, value]
  writing = null;

  constructor(person, attempt) {
    // Without a worker nobody would wipe it when its owner signs out.
    this.name = supported ? `bina-modul:${person}:percobaan:${attempt}` : "";
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
    const record = { title: document.querySelector("h1").textContent, url: location.pathname, saved: this.saved };
    try {
      await (await caches.open(this.name)).put(RECORD, new Response(JSON.stringify(record)));
    } catch {
      // A full phone keeps the page without what was saved since; the outbox tells its owner.
    }
  }

  async drop() {
    const { name } = this;
    this.name = "";
    if (name) await caches.delete(name).catch(() => {});
  }
}
