// Writing: what is sent is shown at once, and says so if it did not arrive.

import { ask, newKey } from "./ask.js";
import { showAnswer } from "./dialogs.js";
import { chatOf, copyOf, on, toast } from "./dom.js";
import { scrollToEnd } from "./posts.js";
import { recount } from "./threads.js";

function submit(form) {
  const area = form.querySelector("textarea");
  const text = area.value.trim();
  if (!text) return;
  area.value = "";
  resize(area);
  const chat = chatOf(form);
  if (text.startsWith("/")) command(chat, text, area, form.closest(".post"));
  else write(chat, text, form.closest(".post"));
}

async function command(chat, text, area, root) {
  const body = { as: chat.dataset.as, key: newKey(), conversation: chat.dataset.conversation, text };
  try {
    showAnswer(await ask("commands", body), chat, root, text);
  } catch (error) {
    area.value ||= text;
    toast(error.message);
  }
}

function write(chat, text, root) {
  const body = { as: chat.dataset.as, key: newKey(), conversation: chat.dataset.conversation, text };
  if (root) body.thread = Number(root.dataset.id);
  showPending(chat, body, root);
  send(chat, body);
}

function showPending(chat, body, root) {
  const pending = copyOf("sending");
  pending.dataset.key = body.key;
  pending.querySelector(".who").textContent = chat.dataset.name;
  pending.querySelector(".body p").textContent = body.text;
  const face = pending.querySelector(".face");
  face.textContent = chat.dataset.initials;
  face.classList.add(`tone-${chat.dataset.tone}`);
  (root?.querySelector(".replies") ?? chat.querySelector(".posts")).append(pending);
  if (root) recount(root);
  else scrollToEnd(chat);
}

async function send(chat, body) {
  try {
    showAnswer(await ask("messages", body), chat, null);
  } catch (error) {
    toast(error.message);
    offerAgain(chat, body);
  }
}

/** It may have been stored before it failed; sent again under the same key, it counts once. */
function offerAgain(chat, body) {
  const item = chat.querySelector(`[data-key="${body.key}"]`);
  const offer = copyOf("not-sent");
  item.classList.add("failed");
  item.querySelector("header").append(offer);
  offer.querySelector("button").addEventListener("click", () => {
    offer.remove();
    item.classList.remove("failed");
    send(chat, body);
  });
}

export function resize(area) {
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight}px`;
}

export function startComposers() {
  on("submit", ".composer", (event, form) => {
    event.preventDefault();
    submit(form);
  });
  on("input", "textarea", (_, area) => resize(area));
  on("keydown", ".composer textarea, .editing textarea", (event, area) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    area.form.requestSubmit();
  });
  on("click", "[data-say]", (_, chip) => {
    const chat = chatOf(chip);
    write(chat, chip.textContent, null);
    // On a phone the focus would bring up a keyboard that hides the answer.
    if (matchMedia("(hover: hover)").matches) chat.querySelector(":scope > .composer textarea").focus();
  });
}
