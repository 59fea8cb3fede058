// What waits, what flies and what failed: the newest piece per key, one batch at a time, tried again for ever.

import { Failure, newId } from "./wire.js";

const QUIET = 1000;
const LONGEST = 2000;
const FIRST_RETRY = 1000;
export const SLOWEST_RETRY = 30000;
const MOST = 100;
const FLAG = "bina-waiting";
const STOPS = new Set(["signed-out", "other-person"]);

export class Outbox extends EventTarget {
  pieces = new Map(); // order → piece, as far as this tab knows
  flying = new Set();
  failures = 0;
  stopped = "";
  most = MOST;
  timer = 0;
  oldest = 0;
  flight = null;

  constructor({ store, wire, person }) {
    super();
    Object.assign(this, { store, wire, person, clock: wire.clock });
    this.channel = globalThis.BroadcastChannel ? new BroadcastChannel("bina-outbox") : null;
    if (this.channel) this.channel.onmessage = ({ data }) => this.heard(data);
  }

  get durable() {
    return this.store.durable && !this.full;
  }

  list(kind) {
    return Array.from(this.pieces.values()).filter((piece) => !kind || piece.kind === kind);
  }

  waiting() {
    return this.list().filter((piece) => !piece.refused).length;
  }

  state(kind, key) {
    const newest = this.list(kind).filter((piece) => piece.key === key).pop();
    if (!newest) return "server";
    if (newest.refused) return "refused";
    return this.flying.has(newest.order) && !this.failures ? "sending" : "phone";
  }

  // Keeps `content` and resolves when the phone has it. What has the same kind and key and has not left yet is replaced.
  async put(kind, key, content, { quiet = QUIET } = {}) {
    const piece = { id: newId(), person: this.person, kind, key, content, made: this.clock.now() };
    const replaced = this.list(kind).filter((old) => old.key === key && !this.flying.has(old.order));
    const orders = replaced.map((old) => old.order);
    piece.order = await this.store.add(piece, orders).catch(() => this.hold(this.store.beyond()));
    orders.forEach((order) => this.pieces.delete(order));
    this.pieces.set(piece.order, piece);
    this.flag();
    this.tell(piece);
    this.oldest ||= performance.now();
    if (!this.failures) this.later(Math.min(quiet, Math.max(0, this.oldest + LONGEST - performance.now())));
    return piece;
  }

  // The phone is full or took its storage back: the page holds what it knows until the server has it.
  hold(instead) {
    this.full = true;
    this.say("failed", { reason: "full" });
    return instead;
  }

  // Send now; resolves to whether nothing is left.
  async flush() {
    clearTimeout(this.timer);
    while (this.waiting() && !this.stopped) {
      const failures = this.failures;
      await this.run();
      if (this.failures > failures) return false;
    }
    return this.waiting() === 0;
  }

  resume() {
    this.stopped = "";
    return this.flush();
  }

  later(delay) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.run(), delay);
  }

  run() {
    this.flight ??= this.locked().finally(() => {
      this.flight = null;
      this.oldest = 0;
      if (this.waiting() && !this.stopped && !this.failures) this.later(QUIET);
    });
    return this.flight;
  }

  // One tab at a time sends for all of them.
  locked() {
    if (!navigator.locks) return this.once();
    return navigator.locks.request("bina-outbox", () => this.once());
  }

  async once() {
    await this.load();
    const batch = this.list().filter((piece) => !piece.refused).slice(0, this.most);
    if (!batch.length) return this.rested();
    for (const piece of batch) this.flying.add(piece.order);
    batch.forEach((piece) => this.tell(piece));
    try {
      const receipts = await this.wire.send(batch);
      this.failures = 0;
      this.stopped = "";
      for (const piece of batch) await this.took(piece, receipts[piece.id]);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.failed(error);
    } finally {
      this.flying.clear();
    }
    batch.forEach((piece) => this.tell(piece));
    if (!this.waiting()) this.rested();
  }

  async took(piece, receipt) {
    if (!receipt) return;
    piece.refused = receipt.status === "refused" ? receipt.message : "";
    await (piece.refused ? this.store.change(piece) : this.store.drop([piece.order])).catch(() => {});
    if (!piece.refused) this.pieces.delete(piece.order);
    this.channel?.postMessage({ person: this.person, operation: piece, receipt });
    this.say("receipt", { operation: piece, receipt });
  }

  failed(error) {
    this.failures += 1;
    if (error.reason === "too-large") this.most = Math.max(1, Math.floor(this.most / 2));
    if (STOPS.has(error.reason)) this.stopped = error.reason;
    // Half of each pause is left to chance, so that a room full of phones does not come back in one second.
    const pause = Math.max(error.wait, Math.min(SLOWEST_RETRY, FIRST_RETRY * 2 ** (this.failures - 1)));
    if (!this.stopped) this.later(pause * (error.wait ? 1 + Math.random() : 0.5 + Math.random() / 2));
    this.say("failed", { reason: error.reason });
  }

  rested() {
    this.flag();
    this.say("idle");
  }

  // What other tabs have kept, or sent, since.
  async load() {
    if (!this.store.durable) return;
    const kept = await this.store.all(this.person).catch(() => this.hold([]));
    const unkept = this.full ? this.list() : [];
    this.pieces = new Map([...kept, ...unkept].map((piece) => [piece.order, piece]));
  }

  heard({ person, operation, receipt }) {
    if (person !== this.person) return;
    if (receipt.status === "refused") this.pieces.set(operation.order, operation);
    else this.pieces.delete(operation.order);
    this.say("receipt", { operation, receipt });
    this.tell(operation);
  }

  // Gives up a piece that the server refused, after its owner has seen why; or everything of this person.
  async drop(piece) {
    await this.store.drop([piece.order]).catch(() => {});
    this.pieces.delete(piece.order);
    this.flag();
  }

  wipe() {
    return Promise.all(this.list().map((piece) => this.drop(piece)));
  }

  tell({ kind, key }) {
    this.say("change", { kind, key, state: this.state(kind, key) });
  }

  say(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  // Other pages look at this before they load the outbox at all.
  flag() {
    try {
      if (this.pieces.size) localStorage.setItem(FLAG, this.person);
      else localStorage.removeItem(FLAG);
    } catch {
      // Storage is forbidden here; pages that use the outbox open it themselves.
    }
  }
}
