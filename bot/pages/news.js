// What is new or has changed out of sight: marked until somebody sees it, and counted at the edge behind which it lies.

import { isShown, say } from "./dom.js";

const LINGERS = 4000; // milliseconds for which a mark stays once it is seen

const watcher = new IntersectionObserver((entries) => {
  for (const { target } of entries) if (isInSight(target)) seen(target);
}, { threshold: [0.02, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 1] });

/** Mark what came or changed unless it is in sight. Returns whether it is news: out of sight, and not marked before. */
export function markNews(item, what) {
  const article = item.querySelector(":scope > .said");
  const before = item.dataset.news;
  if (!before && isInSight(article)) return false;
  item.dataset.news = before ?? what;
  const header = article.querySelector("header");
  if (!header.querySelector(".badge")) header.append(label(item.dataset.news));
  watcher.observe(article);
  return !before;
}

function label(what) {
  const badge = document.createElement("span");
  badge.className = "badge accent";
  badge.textContent = say(what);
  return badge;
}

function isInSight(article) {
  if (!article.isConnected || !isShown(article)) return false;
  const view = article.closest(".scroll").getBoundingClientRect();
  const { top, bottom, height } = article.getBoundingClientRect();
  return Math.min(bottom, view.bottom) - Math.max(top, view.top) >= Math.min(height, view.height) / 2;
}

function seen(article) {
  watcher.unobserve(article);
  const item = article.parentElement;
  delete item.dataset.news;
  item.classList.add("just-seen");
  tellNews(item.closest(".chat"));
  setTimeout(() => {
    item.classList.remove("just-seen");
    if (!item.dataset.news) article.querySelector("header > .badge")?.remove();
  }, LINGERS);
}

/** Say how much news lies above and below what is shown of a chat. */
export function tellNews(chat) {
  const { above, below } = newsOf(chat);
  tell(chat.querySelector(".older"), above.length);
  tell(chat.querySelector(".newer"), below.length);
}

function newsOf(chat) {
  const edge = chat.querySelector(".scroll").getBoundingClientRect().top;
  const news = [...chat.querySelectorAll("[data-news] > .said")].filter(isShown);
  const isAbove = (article) => article.getBoundingClientRect().top < edge;
  return { above: news.filter(isAbove), below: news.filter((article) => !isAbove(article)) };
}

function tell(button, count) {
  button.querySelector(".unread").textContent = count;
  button.hidden = count === 0;
}

function show(article) {
  article.scrollIntoView({ block: "center" });
  article.parentElement.focus({ preventScroll: true });
}

export function startNews() {
  for (const chat of document.querySelectorAll(".chat")) {
    chat.querySelector(".older").addEventListener("click", () => show(newsOf(chat).above.at(-1)));
    chat.querySelector(".newer").addEventListener("click", () => show(newsOf(chat).below[0]));
    chat.querySelector(".scroll").addEventListener("scroll", () => tellNews(chat));
  }
}
