// Everything that a person does is one POST. A key names the attempt: sent again, it counts once.

import { say } from "./dom.js";

export const newKey = () => crypto.randomUUID();

/** Send and return the desk's answer. Throws an `Error` whose message is for the person. */
export async function ask(path, body) {
  const response = await reach(path, body);
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error ?? say("offline"));
  return answer;
}

async function reach(path, body) {
  try {
    return await fetch(`/try/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error(say("offline"));
  }
}
