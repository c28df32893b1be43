// Files that are chosen wait beside the field; they go up before the message that names them.

import { Unreached } from "./ask.js";
import { copyOf, on, say, toast } from "./dom.js";

const LARGEST = 5 * 1024 * 1024; // bytes
const MOST = 5; // with a message

const chosen = new WeakMap(); // a form: its files

export const filesOf = (form) => chosen.get(form) ?? [];

function choose(form, files) {
  const fitting = files.filter((file) => file.size <= LARGEST);
  if (fitting.length < files.length) toast(say("tooLarge"));
  const all = [...filesOf(form), ...fitting];
  if (all.length > MOST) toast(say("tooMany"));
  setFiles(form, all.slice(0, MOST));
}

export function setFiles(form, files) {
  const list = form.querySelector(".chosen");
  if (!list) return;
  chosen.set(form, files);
  list.replaceChildren(...files.map(chip));
}

function chip(file) {
  const drawn = copyOf("chosen");
  drawn.querySelector(".file-name").textContent = file.name;
  return drawn;
}

function takeOut(button) {
  const form = button.closest("form");
  const at = [...form.querySelectorAll("[data-take-out]")].indexOf(button);
  setFiles(form, filesOf(form).filter((_, number) => number !== at));
  form.querySelector("textarea").focus();
}

/** Bring files to the desk for a message of this person here. Returns their ids; throws as `ask` does. */
export async function upload(files, { as, conversation }) {
  const ids = [];
  for (const file of files) ids.push(await uploadOne(file, as, conversation));
  return ids;
}

async function uploadOne(file, as, conversation) {
  const where = new URLSearchParams({ as, conversation, name: file.name });
  const headers = { "Content-Type": "application/octet-stream" };
  const response = await fetch(`/try/files?${where}`, { method: "POST", headers, body: file }).catch(() => null);
  const answer = await response?.json().catch(() => null);
  if (!response?.ok) throw answer?.error ? new Error(answer.error) : new Unreached(say("offline"));
  return answer.id;
}

export function startFiles() {
  on("click", ".attach", (_, button) => button.parentElement.querySelector("input[type=file]").click());
  on("change", ".composer input[type=file]", (_, input) => {
    choose(input.form, [...input.files]);
    input.value = "";
    input.form.querySelector("textarea").focus();
  });
  on("click", "[data-take-out]", (_, button) => takeOut(button));
  on("paste", ".composer textarea", (event, area) => {
    if (!event.clipboardData.files.length || !area.form.querySelector(".chosen")) return;
    event.preventDefault();
    choose(area.form, [...event.clipboardData.files]);
  });
}
