// The page's service worker, registered where it is not yet.

const ADDRESS = "/sw.js";

// A worker's address may only come from here (Trusted Types); the policy's name is the one that the server allows.
function trusted() {
  if (!window.trustedTypes) return ADDRESS;
  return window.trustedTypes.createPolicy("bina", { createScriptURL: () => ADDRESS }).createScriptURL("");
}

export async function worker() {
  const present = await navigator.serviceWorker.getRegistration("/");
  if (!present) await navigator.serviceWorker.register(trusted(), { scope: "/" });
  return navigator.serviceWorker.ready;
}
