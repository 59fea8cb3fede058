// A form that survives a lost network: what it says goes through the outbox. The page goes on when the server has it, and
// says so when only the phone has.
//
// <form data-operation="lessons:done" data-key="…" data-content='{…}'> with, in it, [data-refused] for the server's reason
// and [data-kept] for what stands there until the network returns. With data-next the page goes there even then; data-now: when
// the server made it.

import { openOutbox } from "./outbox.js";

const PATIENCE = 5000;

export async function send(form) {
  const { operation: kind, key, content } = form.dataset;
  const outbox = await openOutbox();
  if (form.dataset.now && outbox.clock.now() === null) outbox.clock.set(Number(form.dataset.now), arrived());
  const receipt = receiptOf(outbox, kind, key);
  await outbox.put(kind, key, JSON.parse(content));
  outbox.flush();
  const told = await Promise.race([receipt, lost(outbox), pause(PATIENCE)]);
  if (told) return go(form, outbox, told);
  form.querySelector("[data-kept]").hidden = false;
  form.querySelector("[type=submit]").hidden = true;
  go(form, outbox, await receipt, { stay: true });
}

function receiptOf(outbox, kind, key) {
  return new Promise((resolve) => {
    outbox.addEventListener("receipt", ({ detail }) => {
      if (detail.operation.kind === kind && detail.operation.key === key) resolve(detail);
    });
  });
}

const arrived = () => performance.getEntriesByType("navigation")[0]?.responseStart || performance.now();
const lost = (outbox) => new Promise((resolve) => outbox.addEventListener("failed", () => resolve(null), { once: true }));
const pause = (time) => new Promise((resolve) => setTimeout(resolve, time, null));

// After a while the reader may be in the middle of something else: the page stays, and only says what is true now.
async function go(form, outbox, { operation, receipt }, { stay = false } = {}) {
  const { next } = form.dataset;
  if (receipt.status === "saved" && (next || !stay)) return location.assign(next ?? receipt.answer.next);
  const refused = receipt.status === "refused";
  if (refused) await outbox.drop(operation);
  const said = form.querySelector("[data-refused]");
  said.hidden = !receipt.message;
  said.querySelector("p").textContent = receipt.message;
  form.querySelector("[data-kept]").hidden = refused || Boolean(receipt.message);
  form.querySelector("[type=submit]").hidden = !refused;
}
