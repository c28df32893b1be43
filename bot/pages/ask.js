// Everything that a person does is one POST. A key names the attempt: sent again, it counts once.

import { say } from "./dom.js";

export const newKey = () => crypto.randomUUID();

/** What was asked may not have arrived. */
export class Unreached extends Error {}

/** Send and return the desk's answer and `as` whom. Throws an `Error` whose message is for the person. */
export async function ask(path, body) {
  const response = await reach(path, body);
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw answer.error ? new Error(answer.error) : new Unreached(say("offline"));
  return { ...answer, as: body.as };
}

async function reach(path, body) {
  try {
    return await fetch(`/try/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Unreached(say("offline"));
  }
}
