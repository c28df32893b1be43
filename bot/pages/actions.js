// Buttons and menus of cards, and the menu of one's own messages.

import { ask, newKey } from "./ask.js";
import { confirm, showAnswer } from "./dialogs.js";
import { chatOf, copyOf, on, resize, say, toast } from "./dom.js";

async function press(button) {
  const { action, subject, confirmTitle, confirmText, confirmYes, confirmNo } = button.dataset;
  if (confirmTitle && !(await confirm(confirmTitle, confirmText, confirmYes, confirmNo))) return;
  const chat = chatOf(button);
  const post = button.closest(".post");
  const body = { as: chat.dataset.as, key: newKey(), conversation: chat.dataset.conversation, action, subject };
  if (post && !button.closest(".only-you")) body.message = Number(post.dataset.id);
  await busy(button, async () => showAnswer(await ask("actions", body), chat, post));
}

/** Nothing is pressed twice while the desk thinks; the button keeps its focus and its size. */
async function busy(button, work) {
  const shown = button.closest(".choice")?.querySelector("[aria-haspopup]") ?? button;
  if (shown.ariaBusy === "true") return;
  shown.ariaBusy = "true";
  try {
    await work();
  } catch (error) {
    toast(error.message);
  } finally {
    shown.ariaBusy = null;
  }
}

function edit(post) {
  const article = post.querySelector(":scope > .said");
  const body = article.querySelector(".body");
  const form = copyOf("editing");
  const area = form.querySelector("textarea");
  area.value = body.textContent;
  body.hidden = true;
  body.after(form);
  area.focus();
  resize(area);
  const close = () => {
    form.remove();
    body.hidden = false;
    post.focus();
  };
  form.querySelector("[data-cancel]").addEventListener("click", close);
  form.addEventListener("keydown", (event) => event.key === "Escape" && close());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = area.value.trim();
    if (text && text !== body.textContent) save(post, text, body);
    close();
  });
}

async function save(post, text, body) {
  const before = body.textContent;
  body.firstElementChild.textContent = text;
  const chat = chatOf(post);
  try {
    showAnswer(await ask("edit", { as: chat.dataset.as, key: newKey(), message: Number(post.dataset.id), text }), chat, post);
  } catch (error) {
    body.firstElementChild.textContent = before;
    toast(error.message);
  }
}

async function remove(post) {
  if (!(await confirm(say("deleteTitle"), say("deleteText"), say("deleteYes"), say("deleteNo")))) return;
  const chat = chatOf(post);
  try {
    showAnswer(await ask("delete", { as: chat.dataset.as, key: newKey(), message: Number(post.dataset.id) }), chat, null);
  } catch (error) {
    toast(error.message);
  }
}

async function startOver(button) {
  const said = ["Title", "Text", "Yes", "No"].map((part) => say(`startOver${part}`));
  if (!(await confirm(...said))) return;
  // Every open page is told to load itself anew, this one too.
  await busy(button, () => ask("start-over", {}));
}

/** The team is spoken to as the first page of all; after that, as somebody chose. */
function speakToTeam() {
  const { lang } = document.documentElement;
  if (document.body.dataset.first) ask("language", { language: lang }).catch((error) => toast(error.message));
}

async function switchTo(language) {
  await ask("language", { language }).catch(() => {}); // the page at least can be read
  const address = new URL(location.href);
  address.searchParams.set("lang", language);
  location.assign(address);
}

export function startActions() {
  speakToTeam();
  on("click", "[hreflang]", (event, link) => {
    event.preventDefault();
    switchTo(link.hreflang);
  });
  on("click", "#start-over", (_, button) => startOver(button));
  on("click", "[data-action]:not(form)", (_, button) => press(button));
  on("click", '[data-own="edit"]', (_, button) => edit(button.closest(".post")));
  on("click", '[data-own="delete"]', (_, button) => remove(button.closest(".post")));
  on("click", "[data-advance]", (_, button) => busy(button, () => ask("clock", { advance: button.dataset.advance })));
}
