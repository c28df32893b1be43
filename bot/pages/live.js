// What the desk tells while the page is open. A browser that lost it comes back with the last id it saw.

import { chatNamed, isAtEnd, place, scrollToEnd, tellDistances, tellOf } from "./posts.js";
import { sendWaiting } from "./composer.js";
import { keepBeside, openMenu } from "./menus.js";
import { markNews, tellNews } from "./news.js";
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
  const placed = place(told);
  const root = document.getElementById(`post-${told.thread}`);
  recount(root, placed?.how === "new");
  const isNewest = !root || root === root.parentElement.lastElementChild;
  // Nothing moves away from under somebody who is choosing.
  if (wasAtEnd && isNewest && !openMenu(chat)) scrollToEnd(chat);
  keepBeside();
  if (placed?.how === "new") greet(placed.item, told, chat);
  if (placed?.how === "changed") tellOfChange(placed.item, chat);
  tellNews(chat);
}

function greet(item, told, chat) {
  item.classList.add("arrived");
  tellOf(item);
  if (told.author === chat.dataset.as) return;
  countNew(chat);
  markNews(inSightOf(item), "new");
}

/** A reply in a thread that is closed is news of the post above it. */
function inSightOf(item) {
  return item.closest(".unfolded[hidden]")?.closest(".post") ?? item;
}

/** Of what changes, the team's cards are news: a deadline was missed, a colleague took one. */
function tellOfChange(item, chat) {
  const card = item.querySelector(":scope > .said.card .facts");
  if (!card || !chat.closest(".team")) return;
  for (const note of item.querySelectorAll(":scope > .asides > .only-you")) note.classList.add("outdated");
  if (markNews(item, "changed")) countNew(chat);
}

function showClock(told) {
  const now = document.getElementById("now");
  now.textContent = told.now;
  now.title = told.full;
  document.getElementById("ahead").textContent = told.ahead;
}

/** What a customer has bought, and how we speak to them, may be changed by a command. */
function showCustomers(told) {
  for (const { user, company, tier, language } of Object.values(told)) {
    const button = document.querySelector(`[data-person="${user}"]`);
    const chat = document.querySelector(`.customer .chat[data-as="${user}"]`);
    button.querySelector("strong").textContent = company;
    button.querySelector("[data-language]").textContent = language;
    for (const badge of [button.querySelector(".badge"), chat.querySelector(".tier")]) badge.textContent = tier;
  }
}

export function listen() {
  const source = new EventSource(`/try/live?start=${start}&after=${seen}`);
  source.addEventListener("post", (event) => {
    seen = event.lastEventId;
    hear(JSON.parse(event.data));
  });
  source.addEventListener("clock", (event) => showClock(JSON.parse(event.data)));
  source.addEventListener("customers", (event) => showCustomers(JSON.parse(event.data)));
  source.addEventListener("distances", (event) => {
    tellDistances(JSON.parse(event.data));
    keepBeside();
  });
  source.addEventListener("started_anew", () => location.reload());
  source.addEventListener("open", connected);
  source.addEventListener("error", () => lost(source));
}

function connected() {
  clearTimeout(warning);
  warning = 0;
  connection.hidden = true;
  sendWaiting();
}

function lost(source) {
  warning ||= setTimeout(() => { connection.hidden = false; }, PATIENCE);
  // After an answer that was an error the browser gives up; we do not.
  if (source.readyState === EventSource.CLOSED) setTimeout(listen, 2 * PATIENCE);
}
