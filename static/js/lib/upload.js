// One file, sent in parts to addresses that the server gives out: three parts at a time, again after a failure, on from
// where it was after a pause, a dead network or a closed tab (choose the same file again).
//
//   const upload = new Upload(file, { url: "/unggahan", token });
//   upload.addEventListener("change", () => show(upload.state, upload.sent, upload.file.size, upload.speed));
//   upload.start();  upload.pause();  upload.start();  upload.cancel();
//
// States: starting, sending, paused, interrupted (goes on by itself), checking, stored (`media` says what it is), refused
// (`problem` says why). `sent` are bytes, `speed` bytes a second.

import { ask, Refused } from "./ask.js";
import { checksumOf, digestOf, encoded, fingerprintOf } from "./fingerprint.js";

const AT_ONCE = 3;
const HEAD = 4096;
const FIRST_RETRY = 1000;
const SLOWEST_RETRY = 30000;
const MOST_FAILURES = 4; // in a row, before people are told
const PATIENCE = 60000; // without a byte moving

export class Upload extends EventTarget {
  constructor(file, { url, token, atOnce = AT_ONCE }) {
    super();
    Object.assign(this, { file, url, token, atOnce, state: "starting", problem: "", media: null, id: "" });
    this.done = new Map(); // number → bytes
    this.flying = new Map(); // number → bytes so far
    this.requests = new Set();
    this.digests = new Map();
    this.addresses = new Map();
    this.run = 0; // pausing ends the present run
    this.failures = 0;
    this.marks = [];
    globalThis.addEventListener?.("online", () => this.state === "interrupted" && this.start());
  }

  get sent() {
    const sum = (map) => [...map.values()].reduce((a, b) => a + b, 0);
    return Math.min(this.file.size, sum(this.done) + sum(this.flying));
  }

  get speed() {
    const [first] = this.marks;
    const last = this.marks.at(-1);
    return first && last.at > first.at ? Math.max(0, (last.sent - first.sent) / ((last.at - first.at) / 1000)) : 0;
  }

  async start() {
    if (this.run && !["paused", "interrupted"].includes(this.state)) return;
    const run = ++this.run;
    clearTimeout(this.timer);
    this.marks = [];
    this.become("starting");
    try {
      await this.begin();
      if (run === this.run) this.become("sending"); // paused meanwhile, it stays paused
      if (run === this.run) await this.sendAll(run);
      if (run === this.run) await this.finish();
    } catch (error) {
      if (run !== this.run) return;
      if (!(error instanceof Refused)) return this.interrupted();
      this.stop();
      this.become("refused", error.message);
    }
  }

  pause() {
    if (["stored", "refused", "paused"].includes(this.state)) return;
    this.stop();
    this.become("paused");
  }

  async cancel() {
    const unfinished = this.id && this.state !== "stored";
    this.stop();
    this.become("refused");
    if (unfinished) await this.ask(`${this.url}/${this.id}/batal`, {}).catch(() => {});
  }

  stop() {
    this.run += 1;
    clearTimeout(this.timer);
    this.requests.forEach((request) => request.abort());
    this.flying.clear();
  }

  interrupted() {
    this.stop();
    this.failures += 1;
    const wait = Math.min(SLOWEST_RETRY, FIRST_RETRY * 2 ** this.failures) * (0.5 + Math.random() / 2);
    this.timer = setTimeout(() => this.start(), wait);
    this.become("interrupted");
  }

  become(state, problem = "") {
    Object.assign(this, { state, problem });
    this.tell();
  }

  tell() {
    const at = performance.now();
    this.marks = [...this.marks.filter((mark) => mark.at > at - 8000), { at, sent: this.sent }];
    this.dispatchEvent(new Event("change"));
  }

  async begin() {
    const { name, size } = this.file;
    this.fingerprint ??= await fingerprintOf(this.file);
    const head = encoded(await this.file.slice(0, HEAD).arrayBuffer());
    this.took(await this.ask(this.url, { name, size, fingerprint: this.fingerprint, head }));
  }

  took(answer) {
    this.id = answer.id;
    this.partSize = answer.part_size;
    this.count = Math.max(1, Math.ceil(this.file.size / this.partSize));
    this.done = new Map(answer.done.map((number) => [number, this.blob(number).size]));
    this.addresses = new Map(answer.parts.map(({ number, url }) => [number, url]));
  }

  blob(number) {
    return this.file.slice((number - 1) * this.partSize, number * this.partSize);
  }

  async sendAll(run) {
    const waiting = Array.from({ length: this.count }, (_, i) => i + 1).filter((n) => !this.done.has(n));
    const work = async () => {
      while (waiting.length && run === this.run) await this.sendPart(waiting.shift(), waiting, run);
    };
    await Promise.all(Array.from({ length: this.atOnce }, work));
  }

  async sendPart(number, waiting, run) {
    const bytes = await this.blob(number).arrayBuffer();
    this.digests.set(number, await digestOf(bytes));
    for (let tries = 0; run === this.run; tries += 1) {
      try {
        await this.put(await this.address(number, waiting), bytes, number);
        this.done.set(number, bytes.byteLength);
        this.failures = 0;
        this.tell();
        return;
      } catch (error) {
        if (run !== this.run) return;
        this.addresses.delete(number); // it may have grown too old
        if (error instanceof Refused || tries >= MOST_FAILURES) throw error;
        await new Promise((go) => setTimeout(go, FIRST_RETRY * 2 ** tries * (0.5 + Math.random() / 2)));
      } finally {
        if (run === this.run) this.flying.delete(number);
      }
    }
  }

  async address(number, waiting) {
    if (!this.addresses.has(number)) {
      const numbers = [number, ...waiting.filter((n) => !this.addresses.has(n)).slice(0, 40)];
      const { parts } = await this.ask(`${this.url}/${this.id}/bagian`, { numbers });
      parts.forEach((part) => this.addresses.set(part.number, part.url));
    }
    return this.addresses.get(number);
  }

  // fetch cannot tell how much of a request has left, so this is the older way.
  put(url, bytes, number) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      let watch = 0;
      const still = () => {
        clearTimeout(watch);
        watch = setTimeout(() => request.abort(), PATIENCE);
      };
      request.upload.onprogress = (event) => {
        still();
        this.flying.set(number, event.loaded);
        this.tell();
      };
      request.onload = () => (request.status === 200 ? resolve() : reject(new Error(String(request.status))));
      request.onerror = request.onabort = () => reject(new Error("network"));
      request.onloadend = () => {
        clearTimeout(watch);
        this.requests.delete(request);
      };
      request.open("PUT", url);
      this.requests.add(request);
      still();
      request.send(bytes);
    });
  }

  async finish() {
    this.become("checking");
    for (let number = 1; number <= this.count; number += 1) {
      if (!this.digests.has(number)) this.digests.set(number, await digestOf(await this.blob(number).arrayBuffer()));
    }
    this.media = await this.ask(`${this.url}/${this.id}/selesai`, { checksum: await checksumOf(this.digests) });
    this.become("stored");
  }

  ask = (url, body) => ask(url, body, this.token);
}
