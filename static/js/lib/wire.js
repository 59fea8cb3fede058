// One request to the outbox's endpoint, and what went wrong in words that the outbox understands.

const TIMEOUT = 20000;
const SLOWEST = 2; // bytes a millisecond, on the worst of lines
const KEEPALIVE = 60000; // bytes that a browser still sends when the page is gone

export class Failure extends Error {
  // reason: offline · busy · signed-out · other-person · too-large. `wait` is what the server asks for, in milliseconds.
  constructor(reason, wait = 0) {
    super(reason);
    this.reason = reason;
    this.wait = wait;
  }
}

// A random id (RFC 9562, version 4), also where the browser has no ready one because the page came without TLS.
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

export class Wire {
  constructor({ address, token, person, device, clock }) {
    Object.assign(this, { address, token, person, device, clock });
  }

  async send(pieces) {
    const operations = pieces.map(({ id, kind, order, content, made }) => ({ id, kind, order, content, made }));
    const body = JSON.stringify({ person: this.person, device: this.device, operations });
    if (!this.token) await this.renew();
    let answer = await this.ask("POST", body);
    if (answer.status === 400) {
      await this.renew();
      answer = await this.ask("POST", body);
    }
    return answer.facts.receipts ?? this.refuse(answer);
  }

  // After signing in again the old token is worth nothing: this brings a new one.
  async renew() {
    const answer = await this.ask("GET");
    if (!answer.facts.token) this.refuse(answer);
    if (answer.facts.person !== this.person) throw new Failure("other-person");
    this.token = answer.facts.token;
  }

  refuse({ status, facts, wait }) {
    if (status === 401 || status === 403) throw new Failure("signed-out");
    if (status === 413) throw new Failure("too-large");
    throw new Failure(facts.reason === "other-person" ? facts.reason : "busy", wait);
  }

  async ask(method, body) {
    const began = performance.now();
    const headers = { Accept: "application/json" };
    if (body) Object.assign(headers, { "Content-Type": "application/json", "X-CSRFToken": this.token });
    const keepalive = Boolean(body) && document.visibilityState === "hidden" && body.length < KEEPALIVE;
    let answer;
    try {
      const signal = AbortSignal.timeout?.(TIMEOUT + (body?.length ?? 0) / SLOWEST);
      answer = await fetch(this.address, { method, headers, body, keepalive, signal, cache: "no-store" });
    } catch {
      throw new Failure("offline");
    }
    const facts = await answer.json().catch(() => ({}));
    if (answer.ok && Number.isFinite(facts.now)) this.clock.set(facts.now, (began + performance.now()) / 2);
    return { status: answer.status, facts, wait: 1000 * (Number(answer.headers.get("Retry-After")) || 0) };
  }
}
