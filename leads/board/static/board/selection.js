/** Choosing several cards, and changing them all. Only who may is shown it. */

import { fill } from "./say.js";

export class Selection {
  constructor({ board, columns, moves, voice }) {
    Object.assign(this, { board, columns, moves, voice });
    this.bar = board.querySelector("[data-bulk]");
    this.button = board.querySelector("[data-selecting]");
    if (!this.bar) return;
    this.button.addEventListener("click", () => this.#mode(!this.isOn));
    this.bar.querySelector("[data-bulk-end]").addEventListener("click", () => this.#mode(false));
    this.bar.querySelector("[data-bulk-archive]").addEventListener("click", () => this.#archive());
    this.bar.addEventListener("submit", (event) => this.#apply(event));
    board.addEventListener("change", (event) => event.target.matches("[data-select]") && this.#count());
    board.addEventListener("board:renewed", () => this.#count());
  }

  get isOn() {
    return this.board.classList.contains("is-selecting");
  }

  /** A tap anywhere on a card chooses it. */
  toggle(card) {
    const box = card.querySelector("[data-select]");
    box.checked = !box.checked;
    this.#count();
  }

  get #chosen() {
    return [...this.board.querySelectorAll("[data-select]:checked")].map((box) => box.closest("[data-lead]"));
  }

  #mode(on) {
    this.board.classList.toggle("is-selecting", on);
    this.button.setAttribute("aria-pressed", on);
    this.bar.hidden = !on;
    if (!on) for (const card of this.#chosen) card.querySelector("[data-select]").checked = false;
    this.#count();
  }

  #count() {
    if (!this.isOn) return;
    const count = this.#chosen.length;
    this.bar.querySelector("[data-bulk-count]").textContent = fill(this.voice.words.selected, { count });
    for (const control of this.bar.querySelectorAll("select, input, [type=submit], [data-bulk-archive]")) {
      control.disabled = count === 0;
    }
  }

  async #apply(event) {
    event.preventDefault();
    const leads = this.#chosen.map((card) => card.dataset.lead);
    const { status, tag } = this.bar.elements;
    if (status.value) await this.moves.change(leads, "status", status.value);
    if (tag.value.trim()) await this.moves.change(leads, "tag", tag.value);
    if (!status.value && !tag.value.trim()) return status.focus();
    this.bar.reset();
    this.#mode(false);
  }

  async #archive() {
    const cards = this.#chosen;
    const count = cards.length;
    if (count > 1 && !confirm(fill(this.voice.words.archiveMany, { count }))) return;
    await this.moves.archive(cards.map((card) => card.dataset.lead), this.columns.titleOf(cards[0]));
    this.#mode(false);
  }
}
