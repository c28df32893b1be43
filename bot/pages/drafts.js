// What is half written or not sent yet outlives a reload: kept in this tab, for each person and conversation.

import { chatOf, resize } from "./dom.js";

const UNSENT = "unsent:";

function nameOf(area) {
  const { as, conversation } = chatOf(area).dataset;
  return `draft:${as}:${conversation}:${area.closest(".post")?.dataset.id ?? ""}`;
}

export function keepDraft(area) {
  if (area.value) sessionStorage.setItem(nameOf(area), area.value);
  else sessionStorage.removeItem(nameOf(area));
}

/** Put back what the person one is now had written here. */
export function restoreDrafts(within) {
  for (const area of within.querySelectorAll(".composer textarea")) {
    area.value = sessionStorage.getItem(nameOf(area)) ?? "";
    resize(area);
  }
}

export const keepUnsent = (body) => sessionStorage.setItem(UNSENT + body.key, JSON.stringify({ body, at: Date.now() }));
export const forgetUnsent = (key) => sessionStorage.removeItem(UNSENT + key);

/** What was on its way when the page was left, in the order in which it was written. */
export function unsent() {
  const names = Object.keys(sessionStorage).filter((name) => name.startsWith(UNSENT));
  const kept = names.map((name) => JSON.parse(sessionStorage.getItem(name)));
  return kept.sort((one, other) => one.at - other.at).map(({ body }) => body);
}
