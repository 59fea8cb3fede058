// Keeps what somebody wrote until the server has it: newest value per key, one request at a time, tried again for ever.
//
// Two seams. `send(batch)` gets a Map of key → {value, base} and answers {saved: {key: revision}}; it throws a Failure whose
// `again` says whether trying again makes sense. `store` keeps what is not sent yet (put, drop, all); the default forgets with
// the page, another one may use the browser's database.

const QUIET = 1000;
const LONGEST = 10000;
const FIRST_RETRY = 1000;
const SLOWEST_RETRY = 30000;

export class Failure extends Error {
  constructor(reason, { again = true, message = "" } = {}) {
    super(message || reason);
    this.reason = reason;
    this.again = again;
  }
}

export function memory() {
  const kept = new Map();
  return {
    put: (key, entry) => kept.set(key, entry),
    drop: (key) => kept.delete(key),
    all: () => kept,
  };
}

export class SaveQueue extends EventTarget {
  // Events: "change" whenever a key's state changed, "failed" with detail {reason, message}, "sent" with the answer.
  constructor({ send, store = memory(), revisions = new Map() }) {
    super();
    this.send = send;
    this.store = store;
    this.revisions = revisions;
    this.flight = null;
    this.failures = 0;
    this.stopped = false;
    this.timer = 0;
    this.oldest = 0;
  }

  get size() {
    return this.store.all().size;
  }

  // "saving" while it is on its way, "waiting" after a failure, "sent" when the server has it.
  state(key) {
    if (!this.store.all().has(key)) return "sent";
    return this.failures ? "waiting" : "saving";
  }

  put(key, value, quiet = QUIET) {
    this.store.put(key, { value, base: this.revisions.get(key) ?? 0 });
    this.tell(key);
    if (this.failures) return;
    this.oldest ||= performance.now();
    this.later(Math.min(quiet, Math.max(0, this.oldest + LONGEST - performance.now())));
  }

  // Send now; resolves to whether nothing is left.
  async flush() {
    clearTimeout(this.timer);
    while (this.size && !this.stopped) {
      const failures = this.failures;
      await this.run();
      if (this.failures > failures) return false;
    }
    return this.size === 0;
  }

  resume() {
    this.stopped = false;
    return this.flush();
  }

  later(delay) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.run(), delay);
  }

  run() {
    if (this.stopped || !this.size) return Promise.resolve();
    this.flight ??= this.once().finally(() => {
      this.flight = null;
      if (this.size && !this.stopped && !this.failures) this.later(QUIET);
    });
    return this.flight;
  }

  async once() {
    clearTimeout(this.timer);
    this.oldest = 0;
    const batch = new Map(this.store.all());
    try {
      const answer = await this.send(batch);
      this.failures = 0;
      for (const [key, entry] of batch) this.took(key, entry, answer.saved[key]);
      this.dispatchEvent(new CustomEvent("sent", { detail: answer }));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.failures += 1;
      this.stopped = !error.again;
      this.dispatchEvent(new CustomEvent("failed", { detail: error }));
      if (error.again) this.later(Math.min(SLOWEST_RETRY, FIRST_RETRY * 2 ** (this.failures - 1)));
    }
    for (const key of batch.keys()) this.tell(key);
  }

  took(key, entry, revision) {
    if (revision) this.revisions.set(key, revision);
    const newest = this.store.all().get(key);
    if (newest === entry) this.store.drop(key);
    else if (newest && revision) newest.base = revision;
  }

  tell(key) {
    this.dispatchEvent(new CustomEvent("change", { detail: key }));
  }
}
