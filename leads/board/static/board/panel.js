/** The side panel: a form that the server makes and judges, for a new lead or for an old one with its history. */

import { Combobox } from "./combobox.js";
import { Question } from "./question.js";

export class Panel {
  /** `saved(answer, isNew)` is told what the server wrote; `archive(lead, title)` is asked to archive. */
  constructor({ board, server, voice, still, writes, saved, archive }) {
    Object.assign(this, { server, voice, still, writes, saved, archive });
    this.dialog = board.querySelector("[data-panel]");
    this.question = new Question(board.querySelector("[data-question]"));
    this.opening = null;
    this.dialog.addEventListener("submit", (event) => this.#submit(event));
    this.dialog.addEventListener("click", (event) => this.#click(event));
    this.dialog.addEventListener("pointerdown", (event) => (this.pressed = event.target));
    this.dialog.addEventListener("cancel", (event) => this.#cancel(event));
    this.dialog.addEventListener("keydown", (event) => event.key === "Escape" && this.#cancel(event));
    this.dialog.addEventListener("close", () => this.#closed());
    // Back, reload, signing out and closing the tab: the browser asks.
    addEventListener("beforeunload", (event) => this.#isTouched && event.preventDefault());
  }

  add() {
    return this.#open(this.server.urls.add, [...new URLSearchParams(location.search)], "");
  }

  edit(lead, field = "") {
    return this.#open(this.server.leadUrl(lead), [], field);
  }

  /** Of several that are asked for, the last one: what was typed into an earlier one stays, unless its writer says no. */
  async #open(url, query, field) {
    const opening = (this.opening = {});
    try {
      const { text } = await this.server.get(url, query);
      if (this.opening !== opening || !(await this.#mayLeave())) return;
      this.url = url;
      this.#show(text);
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
    const form = this.dialog.querySelector("form");
    return form && String(new URLSearchParams(new FormData(form)));
  }

  get #isTouched() {
    return this.dialog.open && this.#text() !== this.typed;
  }

  async #submit(event) {
    event.preventDefault();
    const form = event.target;
    const button = form.querySelector("[type=submit]");
    const { url } = this;
    const typed = new URLSearchParams(new FormData(form));
    form.inert = true; // what were typed now would not be saved
    try {
      const answer = await this.writes.inTurn(() => this.server.post(url, typed));
      if (form.isConnected) this.#leave();
      this.saved(answer, !form.dataset.panelLead);
    } catch (failure) {
      form.inert = false;
      button.focus();
      if (failure.html && form.isConnected) this.#judged(failure.html);
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
    const words = this.dialog.open && this.dialog.querySelector("[data-panel-failure]");
    if (!words) return this.voice.warn(failure.why);
    words.querySelector("span").textContent = failure.why;
    words.querySelector("a").hidden = failure.status !== 401;
    words.hidden = false;
  }

  async #click(event) {
    const form = this.dialog.querySelector("form");
    // Beside the panel; not where selecting its text only ended.
    const isBeside = event.target === this.dialog && this.pressed === this.dialog;
    if (isBeside || event.target.closest("[data-panel-close]")) this.#close();
    else if (event.target.closest("[data-panel-archive]")) {
      const { panelLead } = form.dataset;
      const title = form.querySelector("h2").textContent;
      if (await this.#close()) this.archive(panelLead, title);
    }
  }

  #cancel(event) {
    event.preventDefault();
    this.#close();
  }

  /** Whether it is closed: not if the person would rather keep what was typed. */
  async #close() {
    if (!(await this.#mayLeave())) return false;
    this.#leave();
    return true;
  }

  async #mayLeave() {
    return !this.#isTouched || this.question.ask();
  }

  #leave() {
    this.dialog.close();
    this.#clear();
  }

  /** At once, not when the event tells of it: a card that is seen again may be under a finger by then. */
  #clear() {
    this.dialog.replaceChildren();
    this.typed = this.#text();
    this.still.uncovered({ left: 0, top: 0, right: innerWidth, bottom: innerHeight });
  }

  /** A phone's own way back may close a dialog without asking the page. The event comes late, too. */
  #closed() {
    if (this.dialog.open) return;
    if (this.#text() !== this.typed) {
      this.dialog.showModal();
      this.#close();
    } else if (this.dialog.firstElementChild) this.#clear();
  }
}
