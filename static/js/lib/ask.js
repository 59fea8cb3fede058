// Ask our server to do something; the answer is its JSON.
//
// Answers 4xx are its last word and carry a sentence (Refused), but for these: parts that are missing, a session that ended
// (sign in again elsewhere), too many requests. Everything else is worth trying again.

const WORTH_ANOTHER_TRY = [401, 409, 429];

export class Refused extends Error {}

export async function ask(url, body, token) {
  const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token };
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  const told = answer.status === 204 ? null : await answer.json().catch(() => null);
  if (answer.ok) return told;
  const last = answer.status < 500 && !WORTH_ANOTHER_TRY.includes(answer.status);
  throw last ? new Refused(told?.message ?? "") : new Error(String(answer.status));
}
