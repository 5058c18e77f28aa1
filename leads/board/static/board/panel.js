/** The side panel: a form that the server makes and judges, for a new lead or for an old one with its history. */

import { Combobox } from "./combobox.js";

export class Panel {
  /** `saved(answer, isNew)` is told what the server wrote; `archive(lead, title)` is asked to archive. */
  constructor({ board, server, voice, live, saved, archive }) {
    Object.assign(this, { board, server, voice, live, saved, archive });
    this.dialog = board.querySelector("[data-panel]");
    this.dialog.addEventListener("submit", (event) => this.#submit(event));
    this.dialog.addEventListener("click", (event) => this.#click(event));
    this.dialog.addEventListener("pointerdown", (event) => (this.pressed = event.target));
    this.dialog.addEventListener("cancel", (event) => this.#cancel(event));
    this.dialog.addEventListener("keydown", (event) => event.key === "Escape" && this.#cancel(event));
    this.dialog.addEventListener("close", () => this.dialog.replaceChildren());
  }

  add() {
    return this.#open(this.server.urls.add, [...new URLSearchParams(location.search)], "");
  }

  edit(lead, field = "") {
    return this.#open(this.server.leadUrl(lead), [], field);
  }

  async #open(url, query, field) {
    try {
      const answer = await this.server.get(url, query);
      this.url = url;
      this.#show(await answer.text());
      if (!this.dialog.open) this.dialog.showModal();
      this.#first(field)?.focus();
    } catch (failure) {
      this.#told(failure);
    }
  }

  /** Where the focus begins. On a phone a field of an old lead would bring up the keyboard over its history. */
  #first(field) {
    if (field) return this.dialog.querySelector(`[name=${field}]`);
    const isOld = this.dialog.querySelector("[data-panel-lead]");
    if (isOld && matchMedia("(pointer: coarse)").matches) return this.dialog.querySelector("h2");
    return this.dialog.querySelector("[data-combobox-text], [name=action]");
  }

  #show(html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    this.dialog.replaceChildren(template.content);
    const combobox = this.dialog.querySelector("[data-combobox]");
    if (combobox) new Combobox(combobox, { server: this.server, words: this.voice.words });
    this.typed = this.#text();
  }

  #text() {
    return String(new URLSearchParams(new FormData(this.dialog.querySelector("form"))));
  }

  async #submit(event) {
    event.preventDefault();
    const form = event.target;
    const button = form.querySelector("[type=submit]");
    button.disabled = true;
    try {
      const answer = await this.server.post(this.url, new URLSearchParams(new FormData(form)));
      this.dialog.close();
      this.saved(answer, !form.dataset.panelLead);
    } catch (failure) {
      button.disabled = false;
      if (failure.html) this.#judged(failure.html);
      else this.#told(failure);
    }
  }

  #judged(html) {
    const typed = this.typed;
    this.#show(html);
    this.typed = typed;
    this.dialog.querySelector("[aria-invalid=true], .panel-errors")?.focus();
  }

  #told(failure) {
    if (failure.why === undefined) throw failure;
    // A message on the board lies behind an open panel.
    if (!this.dialog.open) return this.voice.warn(failure.why);
    const words = this.dialog.querySelector("[data-panel-failure]");
    words.textContent = failure.why;
    words.hidden = false;
  }

  #click(event) {
    const form = this.dialog.querySelector("form");
    // Beside the panel; not where selecting its text only ended.
    const isBeside = event.target === this.dialog && this.pressed === this.dialog;
    if (isBeside || event.target.closest("[data-panel-close]")) this.#close();
    else if (event.target.closest("[data-panel-archive]")) {
      const { panelLead } = form.dataset;
      const title = form.querySelector("h2").textContent;
      if (this.#close()) this.archive(panelLead, title);
    }
  }

  #cancel(event) {
    event.preventDefault();
    this.#close();
  }

  /** Whether it is closed: not if the person would rather keep what was typed. */
  #close() {
    const isTouched = this.#text() !== this.typed;
    if (isTouched && !confirm(this.voice.words.discard)) return false;
    this.dialog.close();
    return true;
  }
}
