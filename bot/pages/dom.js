// Small things every other module needs.

const spoken = document.getElementById("said-by-page").dataset;
const plural = new Intl.PluralRules(document.documentElement.lang);

export const say = (name) => spoken[name];

/** "1 răspuns", "2 răspunsuri", "20 de răspunsuri": the server wrote one of each form. */
export function count(what, n) {
  const { [`${what}One`]: one, [`${what}Few`]: few, [`${what}Other`]: other } = spoken;
  return ({ one, few }[plural.select(n)] ?? other).replace(/\d+/, n);
}

/** The first element of a piece of HTML that our server drew. Never call it with anything else. */
export function drawn(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.firstElementChild;
}

export const copyOf = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);

/** Call `act(event, element)` for every `type` event on what matches `selector`, also on what comes later. */
export function on(type, selector, act) {
  document.addEventListener(type, (event) => {
    const element = event.target.closest?.(selector);
    if (element) act(event, element);
  });
}

export const chatOf = (element) => element.closest(".chat");
export const isShown = (element) => element.checkVisibility();

export function announce(text) {
  document.getElementById("announcer").textContent = text.replace(/\s+/g, " ").trim().slice(0, 160);
}

/** As high as what is written. What is not shown has no height yet. */
export function resize(area) {
  area.style.height = "";
  if (isShown(area)) area.style.height = `${area.scrollHeight + area.offsetHeight - area.clientHeight}px`;
}

const TOASTED = 7000; // milliseconds

/** Say something for a while; what is said already is not said twice. */
export function toast(text) {
  const toasts = document.getElementById("toasts");
  const said = [...toasts.children].find((note) => note.textContent === text);
  clearTimeout(said?.dataset.timer);
  const note = said ?? document.createElement("p");
  note.textContent = text;
  if (!said) toasts.append(note);
  note.dataset.timer = setTimeout(() => note.remove(), TOASTED);
}
