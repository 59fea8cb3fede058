// The two ways of one part of an upload: whole to the store, or through us in pieces that survive a cut (lms/media/pieces.py).

import { hex } from "./fingerprint.js";

const PIECE = 512 * 1024;

// Not every S3 service can be told the SHA-256 beforehand: one that answers 403 gets the part without it.
export async function sendWhole(upload, number, bytes) {
  const digest = upload.announces && upload.digests.get(number);
  const announced = digest ? { numbers: [number], digests: [hex(digest)] } : { numbers: [number] };
  const { parts } = await upload.ask(`${upload.url}/${upload.id}/bagian`, announced);
  const status = await upload.put(parts[0].url, bytes, number, digest ? { "X-Amz-Content-SHA256": hex(digest) } : {});
  if (status === 403 && digest) upload.announces = false;
  if (status !== 200) throw new Error(String(status));
}

export async function sendPieces(upload, number, bytes, wanted, went) {
  const base = `${upload.url}/${upload.id}`;
  for (let at = upload.pieces.get(number) ?? 0; at < bytes.byteLength && wanted(); at += PIECE) {
    const path = `${base}/keping?bagian=${number}&mulai=${at}`;
    const status = await upload.put(path, bytes.slice(at, at + PIECE), number, { "X-CSRFToken": upload.token }, at);
    if (status !== 204) throw new Error(String(status));
    upload.pieces.set(number, at + PIECE);
    went();
  }
  if (!wanted()) return;
  const proof = { numbers: [number], digests: [hex(upload.digests.get(number))] };
  await upload.ask(`${base}/gabung`, proof).catch((error) => {
    if (error.message === "409") upload.pieces.delete(number); // not what they should be: they are sent again
    throw error;
  });
}
