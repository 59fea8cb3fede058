// One file, sent in parts to addresses that the server gives out: three parts at a time, again after a failure, on from
// where it was after a pause, a dead network or a closed tab (choose the same file again). The store is told the SHA-256 of
// each part and takes no other bytes. Once a part was cut off on its way, parts travel in pieces, so that the next cut costs
// little; after some that went well they travel whole again.
//
//   const upload = new Upload(file, { url: "/unggahan", token });
//   upload.addEventListener("change", () => show(upload.state, upload.sent, upload.file.size, upload.speed));
//   upload.start();  upload.pause();  upload.start();  upload.cancel();
//
// States: starting, sending, paused, interrupted (goes on by itself), checking, stored (`media` says what it is), refused
// (`problem` says why). `sent` are bytes, `speed` bytes a second.

import { ask, Refused } from "./ask.js";
import { checksumOf, digestOf, encoded, fingerprintOf } from "./fingerprint.js";
import { sendPieces, sendWhole } from "./parts.js";
import { Cut, put } from "./put.js";

const AT_ONCE = 3;
const HEAD = 4096;
const PIECES_AT_ONCE = 2;
const WELL = 20; // parts in pieces without a cut, before parts are trusted again
const FIRST_RETRY = 500;
const SLOWEST_RETRY = 30000;
const MOST_FAILURES = 4; // in a row, before people are told

export class Upload extends EventTarget {
  constructor(file, { url, token, atOnce = AT_ONCE }) {
    super();
    Object.assign(this, { file, url, token, atOnce, state: "starting", problem: "", media: null, id: "" });
    this.done = new Map(); // number → bytes
    this.flying = new Map(); // number → bytes so far
    this.requests = new Set();
    this.digests = new Map();
    this.pieces = new Map(); // number → bytes of a part that arrived in pieces
    this.careful = 0; // how many parts still travel in pieces
    this.announces = true;
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
    const last = this.marks[this.marks.length - 1];
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
    this.pieces = new Map(Object.entries(answer.pieces).map(([number, bytes]) => [Number(number), bytes]));
    this.careful = Math.max(this.careful, this.pieces.size);
  }

  blob(number) {
    return this.file.slice((number - 1) * this.partSize, number * this.partSize);
  }

  async sendAll(run) {
    const waiting = Array.from({ length: this.count }, (_, i) => i + 1).filter((n) => !this.done.has(n));
    const work = async (lane) => {
      while (waiting.length && run === this.run) {
        // A link that breaks loses what is in flight: less of it, then.
        if (this.careful && lane >= PIECES_AT_ONCE) await new Promise((go) => setTimeout(go, FIRST_RETRY));
        else await this.sendPart(waiting.shift(), run);
      }
    };
    await Promise.all(Array.from({ length: this.atOnce }, (_, lane) => work(lane)));
  }

  async sendPart(number, run) {
    const bytes = await this.blob(number).arrayBuffer();
    this.digests.set(number, await digestOf(bytes));
    for (let tries = 0; run === this.run; tries += 1) {
      try {
        if (this.careful && this.digests.get(number)) await sendPieces(this, number, bytes, () => run === this.run, () => (tries = 0));
        else await sendWhole(this, number, bytes);
        if (run !== this.run) return;
        this.done.set(number, bytes.byteLength);
        this.careful = Math.max(0, this.careful - 1);
        this.failures = 0;
        this.tell();
        return;
      } catch (error) {
        if (run !== this.run) return;
        if (error instanceof Cut) this.careful = WELL;
        if (error instanceof Refused || tries >= MOST_FAILURES) throw error;
        await new Promise((go) => setTimeout(go, FIRST_RETRY * 2 ** tries * (0.5 + Math.random() / 2)));
      } finally {
        if (run === this.run) this.flying.delete(number);
      }
    }
  }

  put(url, bytes, number, headers, before = 0) {
    const moved = (loaded) => {
      this.flying.set(number, before + loaded);
      this.tell();
    };
    return put(url, bytes, { headers, moved, requests: this.requests });
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
