// The page's side of the worker: registering it, giving it orders, and letting a new one in when it disturbs nobody.

let policy = null;

function trusted(address) {
  if (!globalThis.trustedTypes) return address;
  policy ??= trustedTypes.createPolicy("bina", { createScriptURL: (text) => text });
  return policy.createScriptURL(address);
}

export const supported = "serviceWorker" in navigator && "caches" in globalThis;

export async function register() {
  const registration = await navigator.serviceWorker.register(trusted("/sw.js"), { scope: "/", updateViaCache: "none" });
  const offer = () => registration.waiting && order("update", {}, registration.waiting);
  registration.addEventListener("updatefound", () => {
    const next = registration.installing;
    next?.addEventListener("statechange", () => next.state === "installed" && registration.active && offer());
  });
  offer();
  return registration;
}

// Resolves to the worker's answer; rejects with its reason.
export async function order(name, facts = {}, worker = null) {
  const to = worker ?? (await navigator.serviceWorker.ready).active;
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve, reject) => {
    port1.onmessage = ({ data }) => ("error" in data ? reject(new Error(data.error)) : resolve(data.value));
    to.postMessage({ order: name, ...facts }, [port2]);
  });
}
