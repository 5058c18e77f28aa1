/** The side panel: a form that the server makes and judges, for a new lead or for an old one with its history. */

import { Address, NEW, asked } from "./address.js";
import { Combobox } from "./combobox.js";
import { Question } from "./question.js";

export class Panel {
  /** `saved(answer, isNew)` is told what the server wrote; `archive(lead, title)` is asked to archive. */
  constructor({ board, columns, server, voice, still, writes, saved, archive }) {
    Object.assign(this, { columns, server, voice, still, writes, saved, archive });
    this.address = new Address((lead) => this.#moved(lead));
    this.lead = null; // whose panel is open, or NEW
    this.dialog = board.querySelector("[data-panel]");
    this.question = new Question(board.querySelector("[data-question]"));
    this.opening = null;
    this.dialog.addEventListener("submit", (event) => this.#submit(event));
    this.dialog.addEventListener("click", (event) => this.#click(event));
    this.dialog.addEventListener("pointerdown", (event) => (this.pressed = event.target));
    this.dialog.addEventListener("cancel", (event) => this.#cancel(event));
    this.dialog.addEventListener("keydown", (event) => this.#press(event));
    this.dialog.addEventListener("close", () => this.#closed());
    // Reload, signing out and closing the tab: the browser asks.
    addEventListener("beforeunload", (event) => this.#isTouched && event.preventDefault());
  }

  add() {
    return this.#open(NEW, this.server.urls.add, [...asked()], "");
  }

  edit(lead, field = "") {
    return this.#open(lead, this.server.leadUrl(lead), [], field);
  }

  /** The panel that the address names, if it names one. */
  resume() {
    return this.#follow(this.address.lead);
  }

  /** Of several that are asked for, the last one: what was typed into an earlier one stays, unless its writer says no. */
  async #open(lead, url, query, field) {
    const opening = (this.opening = {});
    try {
      const { text } = await this.server.get(url, query);
      if (this.opening !== opening || !(await this.#mayLeave())) return;
      Object.assign(this, { lead, url });
      this.#show(text);
      if (!this.dialog.open) this.dialog.showModal();
      this.#first(field)?.focus();
      this.address.show(lead);
    } catch (failure) {
      if (!this.dialog.open) this.address.clear();
      if (failure.status === 404) this.voice.tell("gone");
      else this.#told(failure);
    }
  }

  #follow(lead) {
    return lead === NEW ? this.add() : lead && this.edit(lead);
  }

  /** Where the address is by now, by Back or Forward. */
  async #moved(lead) {
    if (lead === (this.dialog.open ? this.lead : null)) return;
    if (lead) return this.#follow(lead);
    if (this.#isTouched) this.address.stay();
    this.#close();
  }

  // --- To the neighbours -----------------------------------------------------------------------

  #press(event) {
    if (event.key === "Escape") return this.#cancel(event);
    const step = { ArrowUp: "previousElementSibling", ArrowDown: "nextElementSibling" }[event.key];
    if (!step || event.target.matches("input, textarea, select, [role=combobox]")) return;
    event.preventDefault();
    this.#step(step);
  }

  #step(step) {
    const beside = this.columns.card(this.lead)?.[step];
    if (!beside) return;
    this.columns.reveal(beside);
    this.edit(beside.dataset.lead);
  }

  /** Where the focus begins: with an old lead in no field, from which arrows would lead to no neighbour, and which on
   *  a phone would bring up the keyboard over its history. */
  #first(field) {
    return this.dialog.querySelector(field ? `[name=${field}]` : "[data-combobox-text]") ?? this.dialog.querySelector("h2");
  }

  #show(html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    this.dialog.replaceChildren(template.content);
    const combobox = this.dialog.querySelector("[data-combobox]");
    if (combobox) new Combobox(combobox, { server: this.server, words: this.voice.words });
    for (const button of this.dialog.querySelectorAll("[data-panel-step]")) {
      button.disabled = !this.columns.card(this.lead)?.[button.dataset.panelStep];
    }
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
    const step = event.target.closest("[data-panel-step]");
    if (step) this.#step(step.dataset.panelStep);
    else if (isBeside || event.target.closest("[data-panel-close]")) this.#close();
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
    this.address.clear();
    this.#returnFocus();
    this.still.uncovered({ left: 0, top: 0, right: innerWidth, bottom: innerHeight });
  }

  /** The browser gives it to where the first panel was opened; one may have gone on to a neighbour. */
  #returnFocus() {
    const card = this.columns.card(this.lead);
    if (card?.checkVisibility() && !card.contains(document.activeElement)) card.focus({ preventScroll: true });
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
