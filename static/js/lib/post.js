// Carries answers to the server: `{answers, base}` one way, `{saved, overtaken, left}` back.

import { Failure } from "./save-queue.js";

const TIMEOUT = 20000;
const KEEPALIVE = 60000; // bytes that a browser still sends when the page is gone

export class Post {
  // `clock(milliseconds, at)` hears how much time the server says is left.
  constructor(address, token, clock) {
    this.address = address;
    this.token = token;
    this.clock = clock;
  }

  async send(batch) {
    const entries = Array.from(batch);
    const body = JSON.stringify({
      answers: Object.fromEntries(entries.map(([number, entry]) => [number, entry.value])),
      base: Object.fromEntries(entries.map(([number, entry]) => [number, entry.base])),
    });
    let { status, facts } = await this.ask("POST", body);
    if (status === 400 || status === 401) {
      await this.renew();
      ({ status, facts } = await this.ask("POST", body));
    }
    if (status === 200 && facts.saved) return facts;
    throw status === 409 || status === 404 ? refused(facts) : new Failure("busy");
  }

  // What the server knows. After signing in again in another tab the old token is worth nothing: this brings a new one.
  async renew() {
    const { status, facts } = await this.ask("GET");
    if (status === 401) throw new Failure("signed-out", { again: false });
    if (status === 404) throw refused(facts);
    if (status !== 200 || !facts.token) throw new Failure("busy");
    this.token = facts.token;
    return facts;
  }

  async ask(method, body) {
    const began = performance.now();
    const headers = { Accept: "application/json", "X-CSRFToken": this.token };
    if (body) headers["Content-Type"] = "application/json";
    const keepalive = Boolean(body) && document.visibilityState === "hidden" && body.length < KEEPALIVE;
    let answer;
    try {
      answer = await fetch(this.address, { method, headers, body, keepalive, signal: AbortSignal.timeout(TIMEOUT) });
    } catch {
      throw new Failure("offline");
    }
    const facts = await answer.json().catch(() => ({}));
    if (answer.ok && Number.isFinite(facts.left)) this.clock(facts.left, (began + performance.now()) / 2);
    return { status: answer.status, facts };
  }
}

function refused(facts) {
  return new Failure("refused", { again: false, message: facts.message });
}
