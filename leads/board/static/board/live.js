/** Keeps the board true: asks every two seconds what it ought to show, and for more cards as one scrolls. */

import { asked } from "./address.js";
import { Failure } from "./server.js";

const PAUSE = 2_000; // milliseconds between two questions
const LONGEST_PAUSE = 10_000; // when the server cannot be reached
const PAGE = 50;
const FRESH = 1_500; // how long a colleague's change is lit

export class Live {
  constructor({ board, columns, server, voice, still }) {
    Object.assign(this, { board, columns, server, voice, still });
    this.wanted = new Map();
    this.held = 0;
    this.tag = board.dataset.tag; // of what the page shows
    this.turn = 0; // counts what makes an answer that is under way worthless
    this.pause = PAUSE;
    this.light = board.querySelector("[data-light]");
    this.lightWords = board.querySelector("[data-light-words]");
  }

  start() {
    document.addEventListener("visibilitychange", () => this.refresh());
    addEventListener("online", () => this.refresh());
    const early = { rootMargin: "800px", scrollMargin: "800px" }; // the latter for what scrolls within the page
    this.sentinels = new IntersectionObserver((entries) => this.#loadMore(entries), early);
    for (const more of this.board.querySelectorAll("[data-more]")) this.sentinels.observe(more);
    this.#query();
    this.tagOf = this.asked;
    this.#later();
  }

  /** Somebody drags, or a move is being saved: nothing is changed under their hands until `release`. */
  hold() {
    this.held += 1;
    this.turn += 1;
  }

  release() {
    this.held -= 1;
    if (!this.held) this.refresh();
  }

  /** The address asks for other leads now. */
  look() {
    this.wanted.clear();
    this.tag = undefined;
    return this.refresh();
  }

  /** Load at least so many cards of these columns: {status: count}. */
  async reach(counts) {
    const here = ([status]) => this.columns.cards(status).length;
    const further = Object.entries(counts).filter((each) => each[1] > here(each));
    for (const [status, count] of further) this.wanted.set(status, count);
    if (further.length) await this.refresh();
  }

  /** Ask now. */
  refresh() {
    this.turn += 1;
    clearTimeout(this.timer);
    if (document.hidden || this.held) return Promise.resolve();
    return this.#ask(this.turn);
  }

  async #ask(turn) {
    try {
      const answer = await this.server.get(this.server.urls.state, this.#query(), this.#condition());
      if (answer.status !== 304) await this.#take(answer.json(), answer.tag, turn);
      else if (turn === this.turn) this.tag = answer.tag; // the same by another name
      this.#shine(true);
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      this.#shine(false, failure);
    } finally {
      if (turn === this.turn) this.#later();
    }
  }

  #query() {
    const sizes = this.columns.all.map((column) => {
      const status = column.dataset.column;
      const here = column.querySelector("[data-list]").children.length;
      return [status, Math.max(PAGE, here, this.wanted.get(status) ?? 0)];
    });
    this.asked = JSON.stringify(sizes);
    const filters = [...asked()].filter(([name]) => name !== "dealership");
    return [...filters, ...sizes];
  }

  #condition() {
    return this.tag && this.tagOf === this.asked ? { "If-None-Match": this.tag } : {};
  }

  async #take(state, tag, turn) {
    const asked = this.asked;
    const html = await this.#fetch(this.columns.outdated(state));
    await this.still.released();
    if (turn !== this.turn) return;
    const isOther = this.tag === undefined; // another question than before
    const changed = this.columns.apply(state, html);
    // Not a whole page of cards that one has scrolled to.
    if (!isOther && changed.length < PAGE) this.#light(changed);
    [this.tag, this.tagOf] = [tag, asked];
    for (const more of this.board.querySelectorAll("[data-more]")) {
      // Still in view, the observer would not tell again.
      this.sentinels.unobserve(more);
      this.sentinels.observe(more);
    }
    this.board.dispatchEvent(new CustomEvent("board:renewed", { detail: state.fresh }));
  }

  async #fetch(ids) {
    const html = {};
    for (let from = 0; from < ids.length; from += PAGE) {
      const some = ids.slice(from, from + PAGE).map((id) => ["id", id]);
      Object.assign(html, (await this.server.get(this.server.urls.cards, some)).json().cards);
    }
    return html;
  }

  #loadMore(entries) {
    const seen = entries.filter((entry) => entry.isIntersecting && !entry.target.hidden);
    for (const { target } of seen) {
      const column = target.closest("[data-column]");
      this.wanted.set(column.dataset.column, column.querySelector("[data-list]").children.length + PAGE);
    }
    if (!seen.length) return;
    if (this.held) this.#append();
    else this.refresh();
  }

  /** While a card is in the air: only what follows the cards that are here. All else waits until it has landed. */
  async #append() {
    try {
      const { columns } = (await this.server.get(this.server.urls.state, this.#query())).json();
      for (const [status, { cards }] of Object.entries(columns)) {
        const ids = cards.map(([id]) => id);
        const at = ids.indexOf(this.columns.lastOf(status));
        const next = at < 0 ? [] : ids.slice(at + 1).filter((id) => !this.columns.card(id));
        const html = await this.#fetch(next);
        if (this.held) this.columns.append(status, next.map((id) => html[id]));
      }
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure; // it is asked again when the card has landed
    }
  }

  #light(ids) {
    for (const id of ids) {
      const card = this.columns.card(id);
      card?.classList.add("is-fresh");
      setTimeout(() => card?.classList.remove("is-fresh"), FRESH);
    }
  }

  #shine(isLive, failure) {
    this.pause = isLive ? PAUSE : Math.min(this.pause * 1.5, LONGEST_PAUSE);
    if (this.light.classList.contains("is-off") === !isLive) return;
    this.light.classList.toggle("is-off", !isLive);
    const { live, offline } = this.voice.words;
    this.lightWords.textContent = isLive ? live : failure.unreachable || failure.unsure ? offline : failure.why;
  }

  #later() {
    clearTimeout(this.timer);
    if (!document.hidden) this.timer = setTimeout(() => this.refresh(), this.pause);
  }
}
