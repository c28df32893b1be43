// Menus: a button and a popover beside it, driven by arrows, letters and Escape.

import { on } from "./dom.js";

const GAP = 4; // pixels

let stood = null; // where the button of the open menu stood

const menuOf = (button) => button.parentElement.querySelector(".menu");
const buttonOf = (menu) => menu.parentElement.querySelector("[aria-haspopup]");
const itemsOf = (menu) => [...menu.querySelectorAll('[role="menuitem"]')];
const choicesOf = (menu) => itemsOf(menu).map((item) => Object.values(item.dataset).join(" ")).join("\n");

export const openMenu = (within = document) => within.querySelector(".menu:popover-open");

function open(button, at = 0) {
  const menu = menuOf(button);
  menu.showPopover();
  stand(menu, button.getBoundingClientRect());
  button.ariaExpanded = "true";
  itemsOf(menu).at(at)?.focus();
}

/** What comes and changes elsewhere may move the button: its menu goes with it. */
export function keepBeside() {
  const menu = openMenu();
  if (menu) stand(menu, buttonOf(menu).getBoundingClientRect());
}

/** The menu in `article` with the same choices as an open one, if there is one. */
export function sameMenu(article, menu) {
  return [...article.querySelectorAll(".menu")].find((other) => choicesOf(other) === choicesOf(menu));
}

/** Open the menu that took the place of an open one, at the choice where one was. */
export function openInstead(menu, at) {
  open(buttonOf(menu), at);
}

export const chosenIn = (menu) => Math.max(0, itemsOf(menu).indexOf(document.activeElement));

/** Below the button where there is room, else above; never beyond the window's edge. */
function stand(menu, anchor) {
  stood = anchor;
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = anchor.bottom + GAP + height <= innerHeight;
  const left = Math.min(anchor.left, innerWidth - width - GAP * 2);
  menu.style.left = `${Math.max(GAP * 2, left)}px`;
  menu.style.top = `${below ? anchor.bottom + GAP : Math.max(GAP * 2, anchor.top - GAP - height)}px`;
}

/** A menu stays while other panes scroll; scrolled away from its button, it closes. */
function closeIfLeft(scrolled) {
  const menu = openMenu();
  if (!menu || !scrolled.contains(buttonOf(menu))) return;
  const { top, left } = buttonOf(menu).getBoundingClientRect();
  if (Math.abs(top - stood.top) > 1 || Math.abs(left - stood.left) > 1) menu.hidePopover();
}

function move(menu, event) {
  const items = itemsOf(menu);
  const at = items.indexOf(document.activeElement);
  const steps = { ArrowDown: at + 1, ArrowUp: at - 1 + items.length, Home: 0, End: items.length - 1 };
  const letter = event.key.length === 1 ? event.key.toLocaleLowerCase() : null;
  const next = event.key in steps
    ? items[steps[event.key] % items.length]
    : letter && items.find((item) => item.textContent.trim().toLocaleLowerCase().startsWith(letter));
  if (!next) return;
  event.preventDefault();
  next.focus();
}

export function startMenus() {
  on("click", '[aria-haspopup="menu"]', (_, button) => {
    if (button.ariaExpanded === "true") menuOf(button).hidePopover();
    else open(button);
  });
  on("keydown", '[aria-haspopup="menu"]', (event, button) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    open(button, event.key === "ArrowUp" ? -1 : 0);
  });
  on("keydown", ".menu", (event, menu) => {
    if (event.key === "Tab") menu.hidePopover();
    else move(menu, event);
  });
  on("click", '.menu [role="menuitem"]', (_, item) => {
    const menu = item.closest(".menu");
    menu.hidePopover();
  });
  // `toggle` does not bubble; caught on its way down it tells of every menu.
  document.addEventListener("toggle", (event) => {
    if (!event.target.matches?.(".menu") || event.newState !== "closed") return;
    const button = buttonOf(event.target);
    // A moment later: the click that closed a menu must not open it again.
    setTimeout(() => { button.ariaExpanded = "false"; }, 0);
    if (event.target.contains(document.activeElement)) button.focus();
  }, true);
  addEventListener("scroll", (event) => closeIfLeft(event.target), true);
}
