// What the desk tells while the page is open. A browser that lost it comes back with the last id it saw.

import { chatNamed, isAtEnd, place, scrollToEnd, tellDistances, tellOf } from "./posts.js";
import { countNew } from "./panes.js";
import { recount } from "./threads.js";

const connection = document.getElementById("connection");
const PATIENCE = 1500; // milliseconds before a short gap is worth a word

const { start } = document.body.dataset;
let seen = document.body.dataset.revision;
let warning = 0;

function hear(told) {
  const chat = chatNamed(told.conversation);
  if (!chat) return; // of somebody who is not on the page
  const wasAtEnd = isAtEnd(chat);
  const item = place(told);
  const root = document.getElementById(`post-${told.thread}`);
  recount(root, item !== null);
  if (wasAtEnd && (!root || root === root.parentElement.lastElementChild)) scrollToEnd(chat);
  if (!item) return;
  item.classList.add("arrived");
  tellOf(item);
  if (told.author !== chat.dataset.as) countNew(chat);
}

function showClock(told) {
  const now = document.getElementById("now");
  now.textContent = told.now;
  now.title = told.full;
  document.getElementById("ahead").textContent = told.ahead;
}

export function listen() {
  const source = new EventSource(`/try/live?start=${start}&after=${seen}`);
  source.addEventListener("post", (event) => {
    seen = event.lastEventId;
    hear(JSON.parse(event.data));
  });
  source.addEventListener("clock", (event) => showClock(JSON.parse(event.data)));
  source.addEventListener("distances", (event) => tellDistances(JSON.parse(event.data)));
  source.addEventListener("started_anew", () => location.reload());
  source.addEventListener("open", connected);
  source.addEventListener("error", () => lost(source));
}

function connected() {
  clearTimeout(warning);
  warning = 0;
  connection.hidden = true;
}

function lost(source) {
  warning ||= setTimeout(() => { connection.hidden = false; }, PATIENCE);
  // After an answer that was an error the browser gives up; we do not.
  if (source.readyState === EventSource.CLOSED) setTimeout(listen, 2 * PATIENCE);
}
