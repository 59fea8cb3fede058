// A part of a file over a line that may be cut at any byte: what came before the cut is paid for and kept. A line that is
// silent for long counts as cut.

const CHUNK = 1024 * 1024;
const SILENCE = 20000;

// Resolves to an answer with the bytes from `start` on that came, at least one; "X-Of" says of how many, "X-Etag" of which
// version. `stop` is a signal, `came` hears each number of bytes.
export async function fetchRange(url, start, { stop, came }) {
  const line = new AbortController();
  const cut = () => line.abort();
  let watch = 0;
  const heard = (bytes) => {
    clearTimeout(watch);
    watch = setTimeout(cut, SILENCE);
    if (bytes) came(bytes);
  };
  stop.addEventListener("abort", cut);
  if (stop.aborted) cut();
  heard(0);
  try {
    const headers = { Range: `bytes=${start}-${start + CHUNK - 1}` };
    const credentials = new URL(url, location.href).origin === location.origin ? "same-origin" : "omit";
    const answer = await fetch(url, { headers, credentials, mode: "cors", cache: "no-store", signal: line.signal });
    // Nothing but the bytes asked for, or (a store that knows no ranges) the whole file.
    if (answer.status !== 206 && !(answer.status === 200 && start === 0)) throw new Error(String(answer.status));
    return kept(answer, await read(answer, heard));
  } finally {
    clearTimeout(watch);
    stop.removeEventListener("abort", cut);
  }
}

async function read(answer, heard) {
  const chunks = [];
  const reader = answer.body.getReader();
  const next = () => reader.read().catch(() => ({ wasCut: true }));
  let piece = await next();
  for (; piece.value; piece = await next()) {
    chunks.push(piece.value);
    heard(piece.value.length);
  }
  return { body: new Blob(chunks), wasCut: piece.wasCut };
}

function kept(answer, { body, wasCut }) {
  // Where no range can be asked for, the beginning of a file is worth nothing.
  if (wasCut && (!body.size || answer.status === 200)) throw new Error("cut");
  const of = /\/(\d+)$/.exec(answer.headers.get("Content-Range") ?? "")?.[1] ?? String(body.size);
  const facts = { "Content-Type": answer.headers.get("Content-Type"), "X-Of": of, "X-Etag": answer.headers.get("ETag") ?? "" };
  return new Response(body, { headers: facts });
}
