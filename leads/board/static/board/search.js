/** Searching as one types: the board shows what is found, and the page is not loaded anew. The address says it, too. */

import { addressOf, asked } from "./address.js";

const PAUSE = 250; // milliseconds after the last letter
const LEAST = 3; // letters; for fewer, the database has no index and waits for Enter

export class Search {
  constructor({ board, live }) {
    Object.assign(this, { board, live });
    this.form = board.querySelector("[data-filters]");
    this.field = this.form.querySelector("[name=q]");
    this.found = asked().get("q") ?? "";
    this.field.addEventListener("input", (event) => this.#typed(event));
    // Of the other filters, which submit without a button, the page is loaded anew.
    this.form.addEventListener("submit", (event) => {
      if (!event.submitter) return;
      event.preventDefault();
      this.#find();
    });
    addEventListener("popstate", () => {
      const typed = asked().get("q") ?? "";
      if (typed === this.found) return; // only a panel was opened or closed
      this.field.value = typed;
      this.#show();
    });
  }

  #typed(event) {
    clearTimeout(this.timer);
    const { length } = this.field.value.trim();
    if (event.isComposing || (length > 0 && length < LEAST)) return;
    this.timer = setTimeout(() => this.#find(), length ? PAUSE : 0);
  }

  #find() {
    clearTimeout(this.timer);
    const query = asked();
    const typed = this.field.value.trim();
    if (typed === (query.get("q") ?? "")) return;
    if (typed) query.set("q", typed);
    else query.delete("q");
    // However long one types, it is one step back to what was there before.
    const write = history.state?.typed ? "replaceState" : "pushState";
    history[write]({ typed: true }, "", addressOf(query));
    this.#show();
  }

  /** What the address asks for, and what the page says of it. */
  #show() {
    const query = asked();
    this.found = query.get("q") ?? "";
    this.live.look();
    const isFiltered = ["q", "car", "tag", "assignee", "due"].some((name) => query.get(name));
    for (const place of this.board.querySelectorAll("[data-if-filtered]")) place.hidden = !isFiltered;
    for (const place of this.board.querySelectorAll("[data-if-whole]")) place.hidden = isFiltered;
    const link = this.board.querySelector("[data-export]");
    if (!link) return;
    const address = new URL(link.href);
    if (query.has("q")) address.searchParams.set("q", query.get("q"));
    else address.searchParams.delete("q");
    link.href = address;
  }
}
