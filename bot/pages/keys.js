// The keyboard: letters act only where nobody is typing.

import { showPane, shownChat, stepCustomer } from "./panes.js";
import { writeInThread } from "./threads.js";

const KEYS = {
  c: () => write("customer"),
  t: () => write("team"),
  j: () => step(1),
  k: () => step(-1),
  r: () => focusedPost() && writeInThread(focusedPost()),
  "[": () => stepCustomer(-1),
  "]": () => stepCustomer(1),
  "?": () => document.getElementById("shortcuts").showModal(),
};

const focusedPost = () => document.activeElement.closest(".post");

function write(pane) {
  showPane(pane);
  shownChat(pane).querySelector(":scope > .composer textarea").focus();
}

/** To the next post in sight of the side one is on; from nowhere, to the team's newest. */
function step(by) {
  const chat = document.activeElement.closest(".chat") ?? shownChat("team");
  const posts = [...chat.querySelectorAll(".post")].filter((post) => post.checkVisibility());
  const at = posts.indexOf(focusedPost());
  const next = at < 0 ? posts.at(-1) : posts[at + by];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

export function startKeys() {
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select");
    if (typing && event.key === "Escape" && !event.target.closest("dialog, .editing")) {
      const post = typing.closest(".post");
      typing.blur();
      post?.focus();
    }
    if (typing || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("dialog, .menu")) return;
    const act = KEYS[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
