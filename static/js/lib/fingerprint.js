// What tells one file from another, and whether its bytes arrived: SHA-256 by the browser. Where it has none (a page that
// was not loaded over HTTPS) the fingerprint is weaker and the checksum is left out.

const EDGE = 64 * 1024;
const subtle = globalThis.crypto?.subtle;

export const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

export async function fingerprintOf(file) {
  const facts = `${file.size}:${file.lastModified}`;
  if (!subtle) return facts;
  const edges = new Blob([file.name, file.slice(0, EDGE), file.slice(Math.max(0, file.size - EDGE))]);
  return `${facts}:${hex(await subtle.digest("SHA-256", await edges.arrayBuffer()))}`;
}

export async function digestOf(bytes) {
  return subtle ? subtle.digest("SHA-256", bytes) : null;
}

// The SHA-256 of the parts' SHA-256 in their order, as lms/media/parts.py makes it.
export async function checksumOf(digests) {
  if (!subtle) return "";
  const inOrder = [...digests.entries()].sort(([a], [b]) => a - b).map(([, digest]) => digest);
  return hex(await subtle.digest("SHA-256", await new Blob(inOrder).arrayBuffer()));
}

export function encoded(buffer) {
  return btoa(String.fromCharCode(...new Uint8Array(buffer)));
}
