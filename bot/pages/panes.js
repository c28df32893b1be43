// Who one is on either side, which side a phone shows, and what is new where one does not look.

import { showOwnNotes } from "./dialogs.js";
import { on } from "./dom.js";
import { restoreDrafts } from "./drafts.js";
import { isAtEnd, markOwn, scrollToEnd } from "./posts.js";

const directs = [...document.querySelectorAll(".direct")];
const people = [...document.querySelectorAll("[data-person]")];
const agents = [...document.querySelectorAll("[data-agent]")];

export const shownChat = (pane) => document.querySelector(`.pane.${pane} .chat:not([hidden], .direct)`);

export function showCustomer(user) {
  press("[data-person]", (button) => button.dataset.person === user);
  for (const chat of document.querySelectorAll(".customer .chat")) chat.hidden = chat.dataset.as !== user;
  remember("customer", user);
  keepPersonInSight();
  scrollToEnd(shownChat("customer"));
  markSeen();
}

function keepPersonInSight() {
  people.find((button) => button.ariaPressed === "true").scrollIntoView({ block: "nearest", inline: "center" });
}

export function stepCustomer(by) {
  const now = people.findIndex((button) => button.ariaPressed === "true");
  showCustomer(people[(now + by + people.length) % people.length].dataset.person);
}

function showAgent(chosen) {
  press("[data-agent]", (button) => button === chosen);
  const { agent, name, initials, tone } = chosen.dataset;
  Object.assign(shownChat("team").dataset, { as: agent, name, initials, tone });
  for (const chat of directs) chat.hidden = chat.dataset.as !== agent;
  remember("agent", agent);
  const team = shownChat("team");
  for (const button of team.querySelectorAll(".editing [data-cancel]")) button.click();
  markOwn(team);
  showOwnNotes(team);
  restoreDrafts(team);
  markSeen();
}

export function showPane(pane) {
  document.body.dataset.shown = pane;
  press("[data-show]", (button) => button.dataset.show === pane);
  remember("side", pane);
  scrollToEnd(shownChat(pane));
  markSeen();
}

function press(selector, isPressed) {
  for (const button of document.querySelectorAll(selector)) button.ariaPressed = String(isPressed(button));
}

function remember(name, value) {
  const address = new URL(location.href);
  address.searchParams.set(name, value);
  address.searchParams.delete("lang");
  history.replaceState(null, "", address);
}

/** Count what is new in a chat that is not in sight: on its person or agent, and on its tab. */
export function countNew(chat) {
  const whose = [...people, ...agents].find(({ dataset }) => (dataset.person ?? dataset.agent) === chat.dataset.as);
  if (chat.hidden) add(whose.querySelector(".unread"));
  if (directs.includes(chat) && !chat.open) add(chat.querySelector(".unread"));
  const tab = document.querySelector(`[data-show="${chat.closest(".pane").dataset.pane}"]`);
  if (tab.checkVisibility() && tab.ariaPressed === "false") add(tab.querySelector(".unread"));
}

export function add(mark, inWords = String) {
  const count = Number(mark.dataset.count ?? 0) + 1;
  mark.dataset.count = count;
  mark.textContent = inWords(count);
  mark.hidden = false;
}

export function clear(mark) {
  mark.dataset.count = 0;
  mark.hidden = true;
}

function markSeen() {
  for (const mark of document.querySelectorAll(':is([data-person], [data-agent], [data-show])[aria-pressed="true"] .unread')) {
    clear(mark);
  }
}

/** Who reads the newest of the channel goes on reading it while the strip below takes its room. */
function keepEnd() {
  const team = shownChat("team");
  if (isAtEnd(team)) requestAnimationFrame(() => scrollToEnd(team));
}

function seeDirect(chat) {
  if (!chat.open) return;
  clear(chat.querySelector(".unread"));
  scrollToEnd(chat);
}

export function startPanes() {
  on("click", "[data-person]", (_, button) => showCustomer(button.dataset.person));
  on("click", "[data-agent]", (_, button) => showAgent(button));
  on("click", "[data-show]", (_, button) => showPane(button.dataset.show));
  for (const chat of directs) chat.addEventListener("toggle", () => seeDirect(chat));
  on("click", ".direct summary", keepEnd);
  keepPersonInSight();
  for (const chat of document.querySelectorAll(".chat")) scrollToEnd(chat);
}
