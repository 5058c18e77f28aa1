/** Choosing several cards, and changing them all. Only who may is shown it. */

import { fill } from "./say.js";

export class Selection {
  constructor({ board, columns, moves, voice }) {
    Object.assign(this, { board, columns, moves, voice });
    this.isDoing = false;
    this.bar = board.querySelector("[data-bulk]");
    this.button = board.querySelector("[data-selecting]");
    if (!this.bar) return;
    this.button.addEventListener("click", () => this.#mode(!this.isOn));
    for (const column of columns.all) {
      column.querySelector("[data-select-column]").addEventListener("click", () => this.#toggleColumn(column));
    }
    this.bar.querySelector("[data-bulk-end]").addEventListener("click", () => this.#mode(false));
    this.bar.querySelector("[data-bulk-archive]").addEventListener("click", () => this.#archive());
    this.bar.addEventListener("submit", (event) => this.#apply(event));
    this.bar.addEventListener("keydown", (event) => event.key === "Escape" && this.#mode(false));
    board.addEventListener("change", (event) => event.target.matches("[data-select]") && this.#count());
    board.addEventListener("board:renewed", () => this.#count());
  }

  get isOn() {
    return this.board.classList.contains("is-selecting");
  }

  /** A tap anywhere on a card chooses it; with Shift, all from the last one that was chosen in its column. */
  toggle(card, isRange = false) {
    const wanted = !boxOf(card).checked;
    for (const each of isRange ? this.#upTo(card) : [card]) boxOf(each).checked = wanted;
    this.last = card.dataset.lead;
    this.#count();
  }

  #upTo(card) {
    const cards = [...card.parentElement.children];
    const ends = [this.columns.card(this.last) ?? card, card].map((each) => cards.indexOf(each)).sort((a, b) => a - b);
    return ends[0] < 0 ? [card] : cards.slice(ends[0], ends[1] + 1);
  }

  has(card) {
    return boxOf(card).checked;
  }

  /** All that are chosen were dragged to a column: they come to its top in their order, as by "Apply". */
  async drop(status) {
    const leads = this.#chosen.filter((card) => this.columns.statusOf(card) !== status).map((card) => card.dataset.lead);
    if (!leads.length) return this.voice.tell("severalHere");
    if (this.isDoing) return;
    await this.#doing(async () => {
      if (await this.moves.change(leads, { status })) this.#mode(false);
    });
  }

  /** All cards of a column that are loaded; once more, none of them. */
  #toggleColumn(column) {
    const boxes = [...column.querySelectorAll("[data-select]")];
    const wanted = boxes.some((box) => !box.checked);
    for (const box of boxes) box.checked = wanted;
    this.#count();
  }

  get #chosen() {
    return [...this.board.querySelectorAll("[data-select]:checked")].map((box) => box.closest("[data-lead]"));
  }

  #mode(on) {
    this.board.classList.toggle("is-selecting", on);
    this.button.setAttribute("aria-pressed", on);
    if (!on && this.bar.contains(document.activeElement)) this.button.focus();
    this.bar.hidden = !on;
    if (!on) for (const card of this.#chosen) card.querySelector("[data-select]").checked = false;
    this.#count();
  }

  #count() {
    if (!this.isOn) return;
    const count = this.#chosen.length;
    this.bar.querySelector("[data-bulk-count]").textContent = fill(this.voice.words.selected, { count });
    for (const control of this.bar.querySelectorAll("select, input, [type=submit], [data-bulk-archive]")) {
      control.disabled = count === 0 || this.isDoing;
    }
  }

  async #apply(event) {
    event.preventDefault();
    const leads = this.#chosen.map((card) => card.dataset.lead);
    if (!leads.length || this.isDoing) return;
    const { status, tag } = this.bar.elements;
    const wanted = Object.entries({ status: status.value, tag: tag.value.trim() }).filter(([, value]) => value);
    if (!wanted.length) return status.focus();
    // What could not be saved stays chosen.
    await this.#doing(async () => {
      if (!(await this.moves.change(leads, Object.fromEntries(wanted)))) return;
      this.bar.reset();
      this.#mode(false);
    });
  }

  async #archive() {
    const cards = this.#chosen;
    const count = cards.length;
    if (!count || this.isDoing) return;
    if (count > 1 && !confirm(fill(this.voice.words.archiveMany, { count }))) return;
    const leads = cards.map((card) => card.dataset.lead);
    await this.#doing(async () => {
      if (await this.moves.archive(leads, this.columns.titleOf(cards[0]))) this.#mode(false);
    });
  }

  /** Once, however often it is asked for meanwhile. */
  async #doing(act) {
    this.isDoing = true;
    this.#count();
    await act();
    this.isDoing = false;
    this.#count();
  }
}

function boxOf(card) {
  return card.querySelector("[data-select]");
}
