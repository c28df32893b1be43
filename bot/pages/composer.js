// Writing: what is sent is shown at once, and says so if it did not arrive.

import { Unreached, ask, newKey } from "./ask.js";
import { showAnswer } from "./dialogs.js";
import { chatOf, copyOf, on, resize, toast } from "./dom.js";
import { forgetUnsent, keepDraft, keepUnsent, restoreDrafts, unsent } from "./drafts.js";
import { filesOf, setFiles, upload } from "./files.js";
import { chatNamed, scrollToEnd } from "./posts.js";
import { recount } from "./threads.js";

const waiting = new Map(); // what did not reach the desk, by its key, in the order in which it was written

async function submit(form) {
  const area = form.querySelector("textarea");
  const text = area.value.trim();
  const files = text.startsWith("/") ? [] : filesOf(form);
  if ((!text && !files.length) || form.ariaBusy === "true") return;
  const ids = files.length ? await uploaded(form, files) : [];
  if (!ids) return;
  if (area.value.trim() === text) area.value = "";
  keepDraft(area);
  resize(area);
  const chat = chatOf(form);
  if (text.startsWith("/")) command(chat, text, area, form.closest(".post"));
  else write(chat, text, form.closest(".post"), ids);
}

/** What cannot be brought to the desk stays beside the field, and so does the text. */
async function uploaded(form, files) {
  form.ariaBusy = "true";
  try {
    const ids = await upload(files, chatOf(form).dataset);
    setFiles(form, []);
    return ids;
  } catch (error) {
    toast(error.message);
    return null;
  } finally {
    form.ariaBusy = null;
  }
}

async function command(chat, text, area, root) {
  const body = { as: chat.dataset.as, key: newKey(), conversation: chat.dataset.conversation, text };
  try {
    showAnswer(await ask("commands", body), chat, root, text);
  } catch (error) {
    area.value ||= text;
    keepDraft(area);
    toast(error.message);
  }
}

function write(chat, text, root, files = []) {
  const body = { as: chat.dataset.as, key: newKey(), conversation: chat.dataset.conversation, text };
  if (root) body.thread = Number(root.dataset.id);
  if (files.length) body.files = files;
  keepUnsent(body);
  showPending(chat, body, root);
  send(chat, body);
}

function showPending(chat, body, root) {
  const { name, initials, tone } = document.querySelector(`[data-agent="${body.as}"], .chat[data-as="${body.as}"]`).dataset;
  const pending = copyOf("sending");
  pending.dataset.key = body.key;
  pending.querySelector(".who").textContent = name;
  pending.querySelector(".body p").textContent = body.text;
  const face = pending.querySelector(".face");
  face.textContent = initials;
  face.classList.add(`tone-${tone}`);
  (root?.querySelector(".replies") ?? chat.querySelector(".posts")).append(pending);
  if (root) recount(root);
  else scrollToEnd(chat);
}

async function send(chat, body) {
  try {
    showAnswer(await ask("messages", body), chat, null);
    forgetUnsent(body.key);
  } catch (error) {
    // That the desk is out of reach stands at the top of the page.
    if (error instanceof Unreached) waiting.set(body.key, { chat, body });
    else refuse(body, error);
    offerAgain(chat, body);
  }
}

function refuse(body, error) {
  forgetUnsent(body.key);
  toast(error.message);
}

/** It may have been stored before it failed; sent again under the same key, it counts once. */
function offerAgain(chat, body) {
  const item = itemOf(body);
  const offer = copyOf("not-sent");
  item.classList.add("failed");
  item.querySelector("header").append(offer);
  offer.querySelector("button").addEventListener("click", () => sendAgain(chat, body));
}

function sendAgain(chat, body) {
  waiting.delete(body.key);
  const item = itemOf(body);
  item.querySelector(".offer")?.remove();
  item.classList.remove("failed");
  return send(chat, body);
}

const itemOf = (body) => document.querySelector(`.post[data-key="${body.key}"]`);

/** The desk can be reached again: what waits goes first, one after the other. */
export async function sendWaiting() {
  for (const { chat, body } of [...waiting.values()]) await sendAgain(chat, body);
}

/** What was on its way when the page was left may have arrived; if not, it waits. */
function takeUpUnsent() {
  for (const body of unsent()) {
    const root = body.thread ? document.getElementById(`post-${body.thread}`) : null;
    if (itemOf(body) || (body.thread && !root)) {
      forgetUnsent(body.key);
    } else {
      const chat = chatNamed(body.conversation);
      showPending(chat, body, root);
      waiting.set(body.key, { chat, body });
    }
  }
}

export function startComposers() {
  on("submit", ".composer", (event, form) => {
    event.preventDefault();
    submit(form);
  });
  on("input", "textarea", (_, area) => resize(area));
  on("focusin", ".composer textarea", (_, area) => resize(area));
  on("input", ".composer textarea", (_, area) => keepDraft(area));
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
  addEventListener("online", sendWaiting);
  restoreDrafts(document);
  takeUpUnsent();
}
