// The outbox: what somebody did is kept on the phone first and then brought to the server, however long that takes.
//
//   const outbox = await openOutbox();
//   await outbox.put("lessons:done", lesson, {…});    kept on the phone when this resolves; sent within two seconds
//   outbox.state("lessons:done", lesson);             "phone" | "sending" | "server" | "refused"
//
// Events: "change" {kind, key, state}, "receipt" {operation, receipt}, "failed" {reason}, "idle".

import { ServerClock } from "./clock.js";
import { Outbox, SLOWEST_RETRY } from "./outbox-queue.js";
import { openStore } from "./outbox-store.js";
import { watch } from "./outbox-line.js";
import { Wire, newId } from "./wire.js";

const ADDRESS = "/kirim";

let opening = null;

export function openOutbox() {
  opening ??= open();
  return opening;
}

async function open() {
  const { person, token } = document.body.dataset;
  const store = await openStore();
  let device = await store.fact("device");
  if (!device) await store.know("device", (device = newId()));
  const outbox = new Outbox({ store, person, wire: new Wire({ address: ADDRESS, token, person, device, clock: new ServerClock() }) });
  await outbox.load();
  outbox.flag();
  attend(outbox);
  watch(outbox);
  return outbox;
}

// Every sign of a network is a reason to try; nothing relies on the browser to do it for us.
function attend(outbox) {
  const wake = () => outbox.resume();
  window.addEventListener("online", wake);
  window.addEventListener("focus", () => outbox.stopped && wake());
  window.addEventListener("pageshow", (event) => event.persisted && wake());
  document.addEventListener("visibilitychange", () => (document.hidden ? outbox.flush() : wake()));
  setInterval(() => outbox.waiting() && !outbox.failures && outbox.flush(), SLOWEST_RETRY);
  if (outbox.waiting()) outbox.later(0);
}
