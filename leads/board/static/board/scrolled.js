/** Where one was on the board: a reload finds each column as far down as it was, and on a phone the same column. */

import { asked } from "./address.js";

const KEPT = "board.scrolled";

export class Scrolled {
  constructor({ board, columns, live, showColumn }) {
    Object.assign(this, { board, columns, live, showColumn });
    addEventListener("pagehide", () => this.#keep());
  }

  /** After a reload, or on the way back to the board. */
  async restore() {
    const kept = take();
    const [{ type }] = performance.getEntriesByType("navigation");
    if (!kept || kept.asked !== String(asked()) || !["reload", "back_forward"].includes(type)) return;
    this.showColumn(kept.tab);
    await this.live.reach(Object.fromEntries(kept.columns.map(({ status, count }) => [status, count])));
    for (const { status, lead, above } of kept.columns) {
      const card = this.columns.card(lead);
      if (card?.checkVisibility()) scrollerOf(card).scrollTop += topOf(card) - above;
    }
  }

  #keep() {
    const columns = this.columns.all.map((column) => this.#seen(column)).filter(Boolean);
    const tab = this.board.querySelector("[data-column].is-shown").dataset.column;
    sessionStorage.setItem(KEPT, JSON.stringify({ asked: String(asked()), tab, columns }));
  }

  /** The first card that is in view, how far its top lies below that of the view, and how many cards are loaded. */
  #seen(column) {
    const status = column.dataset.column;
    const cards = this.columns.cards(status);
    const first = cards.find((card) => card.checkVisibility() && topOf(card) + card.offsetHeight > 0);
    return first && { status, count: cards.length, lead: first.dataset.lead, above: topOf(first) };
  }
}

function topOf(card) {
  return card.getBoundingClientRect().top - scrollerOf(card).getBoundingClientRect().top;
}

function scrollerOf(card) {
  return card.closest("[data-scroller]");
}

/** What was kept, once: a board that is opened anew begins at its top. */
function take() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT));
  } catch {
    return null;
  } finally {
    sessionStorage.removeItem(KEPT);
  }
}
