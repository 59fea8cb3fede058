// One open attempt: what the server has of it, what still waits on the phone, where it is held, until when it runs.
//
// Events: "answer" {number} when a question's state changed · "rewrite" {number, value} when another tab or device
// answered · "elsewhere" {held} · "conflicts" {numbers} · "deadline" · "closed".

import { KeptAttempt } from "./kept-attempt.js";

const ANSWER = "quizzes:answer";
const HOLD = "quizzes:hold";
const SUBMIT = "quizzes:submit";
const OURS = new Set([ANSWER, HOLD, SUBMIT]);
const LOOK_EVERY = 60000;

export class Attempt extends EventTarget {
  constructor(outbox, { attempt, ticket, now, deadline, holder, state }, revisions) {
    super();
    Object.assign(this, { outbox, id: attempt, ticket, address: state, revisions, holder: holder || null });
    this.deadline = deadline ? Number(deadline) : null;
    this.issued = Number(now);
    this.kept = new KeptAttempt(outbox.person, attempt);
    this.looked = performance.now();
    outbox.addEventListener("change", ({ detail }) => detail.kind === ANSWER && this.concerns(detail.key));
    outbox.addEventListener("receipt", ({ detail }) => this.took(detail));
    setInterval(() => this.idle() && this.look(), LOOK_EVERY / 4);
  }

  // The time by the server: of this page when it is fresh, or what has passed since when it comes from the phone.
  async setClock(arrived) {
    const { clock, store } = this.outbox;
    const known = await store.fact("clock");
    if (known?.server > this.issued) clock.recall(known);
    else clock.set(this.issued, arrived);
    await this.noteClock();
  }

  // What the server has taken since this page was made, when the page comes from the phone: number → answer.
  async recall() {
    const newer = (await this.kept.read()).filter(([number, [revision]]) => revision > (this.revisions.get(number) ?? 0));
    for (const [number, [revision]] of newer) this.revisions.set(number, revision);
    return new Map(newer.map(([number, [, value]]) => [number, value]));
  }

  noteClock() {
    return this.outbox.store.know("clock", { server: this.outbox.clock.now(), phone: Date.now() }).catch(() => {});
  }

  get left() {
    return this.deadline === null ? null : Math.max(0, this.deadline - this.outbox.clock.now());
  }

  get heldElsewhere() {
    return this.holder !== null && this.holder !== this.outbox.wire.device;
  }

  key(number) {
    return `${this.id}/${number}`;
  }

  concerns(key) {
    const [id, number] = key.split("/");
    if (id === this.id) this.say("answer", { number });
  }

  state(number) {
    return this.outbox.state(ANSWER, this.key(number));
  }

  // What is still on the phone of this attempt: number → answer.
  unsent() {
    const mine = this.outbox.list(ANSWER).filter((piece) => piece.content.attempt === this.id && !piece.refused);
    return new Map(mine.map((piece) => [String(piece.content.number), piece.content.value]));
  }

  get wantsToSubmit() {
    return this.outbox.list(SUBMIT).some((piece) => piece.content.attempt === this.id);
  }

  answer(number, value, { quiet, settles = false } = {}) {
    const content = { attempt: this.id, number: Number(number), value, base: this.revisions.get(number) ?? 0, ticket: this.ticket };
    if (settles) content.settles = true;
    return this.outbox.put(ANSWER, this.key(number), content, { quiet });
  }

  async takeOver() {
    await this.outbox.put(HOLD, this.id, { attempt: this.id }, { quiet: 0 });
    return this.outbox.resume();
  }

  submit() {
    return this.outbox.put(SUBMIT, this.id, { attempt: this.id, ticket: this.ticket }, { quiet: 0 });
  }

  took({ operation, receipt }) {
    if (!OURS.has(operation.kind) || operation.content.attempt !== this.id) return;
    const { number, value } = operation.content;
    const facts = receipt.answer;
    if (operation.kind === ANSWER && receipt.status !== "refused") {
      if (facts.counts) this.knows(String(number), facts.revision, value);
      this.say("rewrite", { number: String(number), value });
    }
    if (receipt.message) this.say("told", { message: receipt.message });
    this.learn(facts);
  }

  knows(number, revision, value) {
    this.revisions.set(number, revision);
    this.kept.note(number, revision, value);
  }

  learn({ open, holder, deadline, conflicts }) {
    this.looked = performance.now();
    if (open === undefined) return;
    this.noteClock();
    if (deadline !== this.deadline) this.say("deadline", { deadline: (this.deadline = deadline) });
    const held = this.heldElsewhere;
    this.holder = holder;
    if (held !== this.heldElsewhere) this.say("elsewhere", { held: this.heldElsewhere });
    if (conflicts?.length) this.say("conflicts", { numbers: conflicts });
    if (!open && !this.unsent().size) this.kept.drop().then(() => this.say("closed"));
  }

  idle() {
    return !document.hidden && navigator.onLine && performance.now() - this.looked > LOOK_EVERY;
  }

  // Asks the server how things stand: after coming back to the page, and now and then while nothing is sent.
  async look() {
    const began = (this.looked = performance.now());
    const answer = await fetch(this.address, { headers: { Accept: "application/json" }, cache: "no-store" }).catch(() => null);
    if (!answer?.ok) return;
    const facts = await answer.json();
    this.outbox.clock.set(facts.now, (began + performance.now()) / 2);
    const conflicts = [];
    const unsent = this.unsent();
    for (const [number, [revision, value, other]] of Object.entries(facts.saved)) {
      if (other) conflicts.push(Number(number));
      if (revision <= (this.revisions.get(number) ?? 0)) continue;
      this.knows(number, revision, value);
      if (!unsent.has(number)) this.say("rewrite", { number, value });
    }
    // A receipt that came meanwhile may tell of what the server did after it had answered this.
    if (this.looked === began) this.learn({ ...facts, conflicts });
  }

  say(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
