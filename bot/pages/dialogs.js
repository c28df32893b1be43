// The desk's answers to one person: a note only they see, a form, or mistakes beside its fields.

import { ask, newKey } from "./ask.js";
import { announce, drawn, on } from "./dom.js";
import { scrollToEnd } from "./posts.js";

const formDialog = document.getElementById("form");
const confirmDialog = document.getElementById("confirm");
let openedFrom = null; // the chat and post whose form is open

/** Show what the desk answered, beside the post that it is about or at the end of the chat, below its question. */
export function showAnswer(answer, chat, post, question = "") {
  if (answer.only_you) showNote(drawn(answer.only_you), answer.as, chat, post, question);
  if (answer.form) openForm(answer, chat, post);
}

function showNote(note, as, chat, post, question) {
  note.dataset.as = as;
  note.querySelector(".question").textContent = question;
  if (post?.isConnected) {
    const asides = post.querySelector(":scope > .asides");
    asides.querySelector(`[data-as="${as}"]`)?.remove();
    asides.append(note);
    note.scrollIntoView({ block: "nearest" });
  } else {
    const item = document.createElement("li");
    item.className = "note";
    item.append(note);
    chat.querySelector(".posts").append(item);
    scrollToEnd(chat);
  }
  announce(note.innerText);
  showOwnNotes(chat);
}

/** What only one sees is not shown to a colleague who takes the seat, and is there when one is back. */
export function showOwnNotes(chat) {
  for (const note of chat.querySelectorAll(".only-you")) {
    (note.closest("li.note") ?? note).hidden = note.dataset.as !== chat.dataset.as;
  }
}

function openForm({ form, as }, chat, post) {
  openedFrom = { chat, post, as, key: newKey() };
  formDialog.replaceChildren(drawn(form));
  if (!formDialog.open) formDialog.showModal();
  formDialog.querySelector("input, textarea, select")?.focus();
}

async function submit(form) {
  const fields = Object.fromEntries(new FormData(form));
  const missing = [...form.querySelectorAll("[required]")].filter((input) => !input.value.trim());
  const errors = missing.map((input) => [input.name, input.closest(".field").querySelector(".error").dataset.missing]);
  if (errors.length) return showErrors(form, Object.fromEntries(errors));
  const { chat, post, as, key } = openedFrom;
  const body = { as, key, action: form.dataset.action, subject: form.dataset.subject, fields };
  const button = form.querySelector("[type=submit]");
  const failed = form.querySelector("[data-failed]");
  failed.textContent = "";
  button.ariaBusy = "true";
  try {
    finish(form, await ask("forms", body), chat, post);
  } catch (error) {
    failed.textContent = error.message;
  } finally {
    button.ariaBusy = null;
  }
}

function finish(form, answer, chat, post) {
  // What was refused is another attempt when it is sent again.
  openedFrom.key = newKey();
  if (Object.keys(answer.errors).length) return showErrors(form, answer.errors);
  if (answer.refused) {
    // What was written stays, to be sent again or copied.
    form.querySelector("[data-failed]").textContent = answer.refused;
    return;
  }
  if (!answer.form) formDialog.close();
  showAnswer(answer, chat, post);
}

function showErrors(form, errors) {
  for (const field of form.querySelectorAll(".field")) {
    const error = errors[field.dataset.field];
    field.querySelector(".error").textContent = error ?? "";
    field.querySelector("input, textarea, select").ariaInvalid = error ? "true" : null;
  }
  form.querySelector('[aria-invalid="true"]')?.focus();
}

/** Ask once. Resolves to whether the answer was yes; Escape means no. */
export function confirm(title, text, yes, no) {
  confirmDialog.querySelector("h2").textContent = title;
  confirmDialog.querySelector("p").textContent = text;
  confirmDialog.querySelector('[value="yes"]').textContent = yes;
  confirmDialog.querySelector('[value="no"]').textContent = no;
  confirmDialog.returnValue = "no";
  confirmDialog.showModal();
  return new Promise((resolve) => {
    confirmDialog.addEventListener("close", () => resolve(confirmDialog.returnValue === "yes"), { once: true });
  });
}

export function startDialogs() {
  on("submit", "#form form", (event, form) => {
    event.preventDefault();
    submit(form);
  });
  on("keydown", "#form form", (event, form) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  on("click", "#form [data-close]", () => formDialog.close());
  on("click", "[data-dismiss]", (_, button) => {
    const note = button.closest(".only-you");
    const chat = note.closest(".chat");
    (note.closest("li.note") ?? note).remove();
    chat.querySelector(":scope > .composer textarea, :scope > summary").focus();
  });
  on("click", "#help", () => document.getElementById("shortcuts").showModal());
}
