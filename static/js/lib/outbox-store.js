// Where the outbox keeps what is not on the server yet: the browser's database, or the page's memory where there is none.

const NAME = "bina";
const WORK = "operations";
const FACTS = "facts";

function asked(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function done(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}

function opened() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(WORK, { keyPath: "order", autoIncrement: true }).createIndex("person", "person");
      request.result.createObjectStore(FACTS);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
}

class Kept {
  durable = true;
  failed = false;
  highest = Date.now();

  constructor(base) {
    this.base = base;
    base.onversionchange = () => base.close();
  }

  // From here on the browser counts above what a page numbered while nothing could be kept: it follows a number it is given.
  async raise() {
    const transaction = this.base.transaction(WORK, "readwrite");
    const work = transaction.objectStore(WORK);
    const request = work.add({});
    request.onsuccess = () => {
      this.highest = Math.max(this.highest, request.result);
      work.delete(request.result);
      work.add({ order: this.highest });
      work.delete(this.highest);
    };
    await done(transaction);
  }

  // Adds a piece and takes away those it replaces, in one go; resolves to its order once it is really kept.
  async add(piece, replaced = []) {
    const transaction = this.base.transaction(WORK, "readwrite");
    const work = transaction.objectStore(WORK);
    for (const order of replaced) work.delete(order);
    const request = work.add(this.failed ? { ...piece, order: this.beyond() } : piece);
    await done(transaction);
    this.highest = Math.max(this.highest, request.result);
    return request.result;
  }

  // The order of a piece that could not be kept: everything later is above it.
  beyond() {
    this.failed = true;
    return (this.highest = Math.max(Date.now(), this.highest + 1));
  }

  async change(piece) {
    const transaction = this.base.transaction(WORK, "readwrite");
    transaction.objectStore(WORK).put(piece);
    await done(transaction);
  }

  async drop(orders) {
    const transaction = this.base.transaction(WORK, "readwrite");
    for (const order of orders) transaction.objectStore(WORK).delete(order);
    await done(transaction);
  }

  async all(person) {
    return asked(this.base.transaction(WORK).objectStore(WORK).index("person").getAll(person));
  }

  async fact(name) {
    return asked(this.base.transaction(FACTS).objectStore(FACTS).get(name));
  }

  async know(name, value) {
    const transaction = this.base.transaction(FACTS, "readwrite");
    transaction.objectStore(FACTS).put(value, name);
    await done(transaction);
  }
}

class Remembered {
  durable = false;
  work = new Map();
  facts = new Map();
  order = Date.now();

  async add(piece, replaced = []) {
    await this.drop(replaced);
    const order = (this.order += 1);
    this.work.set(order, { ...piece, order });
    return order;
  }

  async change(piece) {
    this.work.set(piece.order, piece);
  }

  async drop(orders) {
    for (const order of orders) this.work.delete(order);
  }

  async all(person) {
    return Array.from(this.work.values()).filter((piece) => piece.person === person);
  }

  async fact(name) {
    return this.facts.get(name);
  }

  async know(name, value) {
    this.facts.set(name, value);
  }
}

export async function openStore() {
  try {
    const kept = new Kept(await opened());
    await kept.raise().catch(() => {});
    return kept;
  } catch {
    return new Remembered();
  }
}
