// Threads open in place, below the post they hang under.

import { count, on } from "./dom.js";
import { add, clear } from "./panes.js";

export function unfold(item, open = true) {
  const thread = item.querySelector(":scope > .thread");
  if (!thread) return;
  thread.classList.toggle("open", open);
  thread.querySelector(".unfold").ariaExpanded = String(open);
  thread.querySelector(".unfolded").hidden = !open;
  if (open) clear(thread.querySelector(".unread"));
}

export function writeInThread(item) {
  const root = item.closest(".replies")?.closest(".post") ?? item;
  unfold(root);
  root.querySelector(".unfolded textarea")?.focus();
}

/** A reply came, or went: say how many there are, and that one is new if nobody looks. */
export function recount(root, isNew = false) {
  const thread = root?.querySelector(":scope > .thread");
  if (!thread) return;
  const replies = thread.querySelectorAll(".replies > .post").length;
  if (replies) thread.querySelector(".count").textContent = count("replies", replies);
  thread.classList.toggle("has-replies", replies > 0);
  if (!isNew) return;
  // A customer's thread is a talk with the desk: it stays in sight.
  if (root.closest(".customer")) unfold(root);
  else if (!thread.classList.contains("open")) add(thread.querySelector(".unread"), (n) => count("new", n));
}

export function startThreads() {
  on("click", ".unfold", (_, button) => {
    const post = button.closest(".post");
    unfold(post, button.ariaExpanded !== "true");
    post.querySelector(".unfolded").scrollIntoView({ block: "nearest" });
  });
  on("click", "[data-thread-open]", (_, button) => writeInThread(button.closest(".post")));
}
