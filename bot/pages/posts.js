// Posts: put in, changed, taken away, without moving what somebody is reading or doing.

import { announce, drawn } from "./dom.js";
import { chosenIn, openInstead, openMenu, sameMenu } from "./menus.js";
import { markNews, tellNews } from "./news.js";

const A_MOMENT = 400; // milliseconds
const NEAR = 120; // pixels from the end that still count as reading the newest

export const chatNamed = (conversation) => document.querySelector(`.chat[data-conversation="${CSS.escape(conversation)}"]`);

/** Bring one post of a chat up to date. Returns it with what it is on this page, "new" or "changed", or null. */
export function place(told) {
  const chat = chatNamed(told.conversation);
  if (!chat) return null;
  const known = document.getElementById(`post-${told.id}`) ?? findPending(chat, told.key);
  if (told.deleted) return remove(known, told);
  if (known && !known.classList.contains("pending")) return change(known, told);
  return insert(chat, told, known);
}

const findPending = (chat, key) => chat.querySelector(`.pending[data-key="${CSS.escape(key)}"]`);

function insert(chat, told, pending) {
  const list = told.thread ? document.querySelector(`#thread-${told.thread} .replies`) : chat.querySelector(".posts");
  if (!list) return null;
  const item = drawn(told.html);
  if (pending) takeOver(pending, item);
  else list.append(item);
  dress(chat, item);
  return pending ? null : { item, how: "new" };
}

function takeOver(pending, item) {
  const offer = pending.querySelector(".offer");
  if (offer) item.querySelector("header").append(offer);
  if (pending === document.activeElement) queueMicrotask(() => item.focus());
  pending.replaceWith(item);
}

function change(item, told) {
  if (Number(item.dataset.revision) >= told.revision) return null;
  const before = item.querySelector(":scope > .said");
  const after = drawn(told.html).querySelector(":scope > .said");
  const menu = openMenu(before);
  const menuAfter = menu && sameMenu(after, menu);
  // Somebody is choosing what is not there any more, or rewriting this very post: what they do goes first.
  if ((menu && !menuAfter) || before.querySelector(".editing")) {
    setTimeout(() => place(told), A_MOMENT);
    return null;
  }
  const focused = before.contains(document.activeElement) ? document.activeElement : null;
  const chosen = menu && chosenIn(menu);
  before.replaceWith(after);
  item.dataset.revision = told.revision;
  dress(item.closest(".chat"), item);
  if (menuAfter) openInstead(menuAfter, chosen);
  else if (focused) (sameIn(after, focused) ?? item).focus();
  after.classList.add("changed");
  if (item.dataset.news) markNews(item);
  // Said anew in another language, it is the same.
  return before.lang === after.lang ? { item, how: "changed" } : null;
}

function sameIn(article, focused) {
  const buttons = [...article.querySelectorAll(".body button:not(.menu *)")];
  return buttons.find((button) => button.textContent === focused.textContent);
}

function remove(item, told) {
  if (!item) return null;
  if (item.querySelector(".replies > .post")) return change(item, told);
  const list = item.parentElement;
  if (item.contains(document.activeElement)) (item.previousElementSibling ?? item.closest(".chat").querySelector("textarea")).focus();
  item.remove();
  dressDays(list);
  return null;
}

function dress(chat, item) {
  dressDays(item.parentElement);
  markOwn(chat);
}

/** The day is written above the first post of each; in a thread, where it is not its root's any more. */
function dressDays(list) {
  let day = list.closest(".post")?.dataset.day ?? null;
  for (const item of list.querySelectorAll(":scope > .post[data-day]")) {
    item.classList.toggle("first-of-day", item.dataset.day !== day);
    day = item.dataset.day;
  }
}

/** Only one's own messages have a menu to change them. */
export function markOwn(chat) {
  for (const article of chat.querySelectorAll(".said")) {
    article.classList.toggle("mine", article.dataset.author === chat.dataset.as);
  }
}

export function isAtEnd(chat) {
  const scroll = chat.querySelector(".scroll");
  return scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR;
}

export function scrollToEnd(chat) {
  const scroll = chat.querySelector(".scroll");
  scroll.scrollTop = scroll.scrollHeight;
  tellNews(chat);
}

/** Tell somebody who cannot see it that a post came. */
export function tellOf(item) {
  const words = item.querySelector(".words");
  announce(`${words.querySelector(".who").textContent}: ${words.querySelector(".body").textContent}`);
}

/** Distances ("peste 3 h") stay true while the page is open. */
export function tellDistances(told) {
  for (const [id, texts] of Object.entries(told)) {
    const places = document.querySelectorAll(`#post-${id} > .said .away`);
    texts.forEach((text, number) => {
      if (places[number] && places[number].textContent !== text) places[number].textContent = text;
    });
  }
}

export function startPosts() {
  for (const chat of document.querySelectorAll(".chat")) {
    markOwn(chat);
  }
}
