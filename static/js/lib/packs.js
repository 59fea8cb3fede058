// Modules on this phone: fetching one in pieces that survive a cut line and a restart, listing and deleting them.
//
// Everything lies in one cache per module (see worker-keep.js). A file arrives in parts, each kept at once under its address
// with "?bagian=<first byte>"; when all are there they become one entry and the parts go.

import { order } from "./offline.js";
import { fetchRange } from "./ranges.js";

const PREFIX = "bina-modul:";
const RECORD = "/luring/paket";
const PATIENCE = 60000; // for a page or the list
const PAUSES = [1000, 3000, 8000];

export const nameOf = (person, cohort, module) => `${PREFIX}${person}:${cohort}:${module}`;

// What this person has here: [{name, title, course, pages, bytes, of, whole, cohort, module}].
export async function listed(person) {
  const names = (await caches.keys()).filter((name) => name.startsWith(`${PREFIX}${person}:`));
  const records = await Promise.all(names.map(async (name) => ({ ...(await record(name)), name })));
  return records.filter(({ title }) => title);
}

export async function record(name) {
  const kept = await (await caches.open(name)).match(RECORD);
  return kept ? kept.json() : {};
}

export function remove(name) {
  return caches.delete(name);
}

export async function whoIsHere() {
  const kept = await (await caches.open("bina-facts")).match("/person");
  return kept ? kept.text() : "";
}

function keyOf(address) {
  const url = new URL(address, location.href);
  return url.origin + url.pathname;
}

// Events: "progress" {done, of}. `run` resolves to "done", "paused", "waiting" (no network), "full" or "refused".
export class Download extends EventTarget {
  constructor({ name, list, token }) {
    super();
    Object.assign(this, { name, list, token });
    this.stop = null;
    this.pages = new Set(); // that came in an earlier run of this download
  }

  pause() {
    this.stop?.abort();
  }

  async run() {
    this.stop = new AbortController();
    try {
      await this.fetchAll();
      return "done";
    } catch (error) {
      if (this.stop.signal.aborted) return "paused";
      if (error.name === "QuotaExceededError") return "full";
      if (["refused", "not-storable"].includes(error.message)) return "refused";
      return "waiting";
    } finally {
      this.stop = null;
    }
  }

  async fetchAll() {
    const facts = await this.ask();
    const [, person, cohort, module] = this.name.split(":");
    if (facts.person !== person) throw new Error("refused");
    await this.room(facts.bytes);
    this.cache = await caches.open(this.name);
    const media = facts.files.reduce((sum, file) => sum + file.size, 0);
    this.share = Math.max(0, facts.bytes - media) / facts.pages.length;
    Object.assign(this, { of: facts.bytes, done: 0 });
    const note = (whole) =>
      this.cache.put(RECORD, new Response(JSON.stringify({ ...facts, files: undefined, cohort, module, whole })));
    await note(false);
    for (const page of facts.pages) {
      if (!this.pages.has(page.url)) await this.within(order("store", { cache: this.name, url: page.url }));
      this.pages.add(page.url);
      this.add(this.share);
    }
    for (const file of facts.files) await this.fetchFile(file);
    await this.dropOthers(facts.files.map(({ url }) => keyOf(url)));
    await note(true);
    this.pages.clear();
  }

  // A film that was here in another quality makes room.
  async dropOthers(wanted) {
    const folderOf = (key) => key.replace(/[^/]+$/, "");
    const folders = wanted.map(folderOf);
    const others = (await this.cache.keys()).filter(({ url }) => folders.includes(folderOf(url)) && !wanted.includes(url));
    for (const other of others) {
      const held = await this.cache.match(other);
      if (/^(video|audio)\//.test(held.headers.get("Content-Type"))) await this.cache.delete(other);
    }
  }

  // What neither a pause nor a line that fell silent may keep waiting.
  within(work) {
    const { signal } = this.stop;
    return new Promise((resolve, reject) => {
      const end = () => reject(new Error("ended"));
      if (signal.aborted) end();
      signal.addEventListener("abort", end, { once: true });
      setTimeout(end, PATIENCE);
      work.then(resolve, reject);
    });
  }

  async ask() {
    const headers = { Accept: "application/json", "X-CSRFToken": this.token };
    const answer = await this.within(fetch(this.list, { method: "POST", headers, signal: this.stop.signal }));
    if (answer.ok) return answer.json();
    throw new Error(answer.status >= 500 || answer.status === 429 ? "busy" : "refused");
  }

  async room(bytes) {
    const { quota, usage } = (await navigator.storage?.estimate?.()) ?? {};
    if (quota && quota - usage < bytes) throw new DOMException("no room", "QuotaExceededError");
  }

  async fetchFile({ url, size }) {
    const key = keyOf(url);
    if (await this.cache.match(key)) return this.add(size);
    const parts = [];
    let of = size;
    let etag = null;
    for (let start = 0; start < of; ) {
      const held = await this.cache.match(`${key}?bagian=${start}`);
      const part = held ?? (await this.fetchPart(url, key, start));
      etag ??= part.headers.get("X-Etag");
      if (part.headers.get("X-Etag") !== etag) return this.again(key, url, size);
      of = Number(part.headers.get("X-Of"));
      const blob = await part.blob();
      parts.push([blob, part.headers.get("Content-Type")]);
      if (held) this.add(blob.size);
      start += blob.size;
    }
    const type = parts[0]?.[1] ?? "";
    const whole = new Blob(parts.map(([blob]) => blob), { type });
    // Somebody's file may never act as a page of ours, whoever opens its address.
    const headers = { "Content-Type": type, "Content-Length": String(whole.size), "Content-Security-Policy": "sandbox; default-src 'none'" };
    await this.cache.put(key, new Response(whole, { headers }));
    await this.dropParts(key);
  }

  // The file was replaced while it came: its parts do not belong together.
  async again(key, url, size) {
    await this.dropParts(key);
    return this.fetchFile({ url, size });
  }

  async dropParts(key) {
    const parts = (await this.cache.keys()).filter((request) => request.url.startsWith(`${key}?bagian=`));
    await Promise.all(parts.map((request) => this.cache.delete(request)));
  }

  async fetchPart(url, key, start) {
    for (let tried = 0; ; tried += 1) {
      try {
        const part = await fetchRange(url, start, { stop: this.stop.signal, came: (bytes) => this.add(bytes) });
        await this.cache.put(`${key}?bagian=${start}`, part.clone());
        return part;
      } catch (error) {
        if (this.stop.signal.aborted || error.name === "QuotaExceededError" || tried === PAUSES.length) throw error;
        await this.rest(PAUSES[tried]);
      }
    }
  }

  // A pause that a press on "Jeda" ends.
  rest(milliseconds) {
    return new Promise((resolve) => {
      setTimeout(resolve, milliseconds);
      this.stop.signal.addEventListener("abort", resolve, { once: true });
    });
  }

  add(bytes) {
    this.done = Math.min(this.of, this.done + bytes);
    this.dispatchEvent(new CustomEvent("progress", { detail: { done: this.done, of: this.of } }));
  }
}
