// The page's side of the service worker: registering it.

let policy = null;

// A worker's address may only come from here (Trusted Types); the policy's name is the one that the server allows.
function trusted(address) {
  if (!globalThis.trustedTypes) return address;
  policy ??= trustedTypes.createPolicy("bina", { createScriptURL: (text) => text });
  return policy.createScriptURL(address);
}

export function register() {
  return navigator.serviceWorker.register(trusted("/sw.js"), { scope: "/", updateViaCache: "none" });
}
