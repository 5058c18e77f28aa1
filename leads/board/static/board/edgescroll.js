// Scrolls what lies under a drag while the pointer stands near its upper or lower edge.

const EDGE = 56;
const FASTEST = 1.4; // pixels a millisecond
const INTENT = 10;

export class EdgeScroll {
  #fromY;
  #armed = false;
  #last = null;

  constructor(fromY) {
    this.#fromY = fromY;
  }

  /** One frame's step: of the column's scroller, or of the page if the scroller is at its end. */
  step(scroller, view, y, now) {
    const passed = Math.min(now - (this.#last ?? now), 50);
    this.#last = now;
    const inside = pull(Math.max(view.top, 0), Math.min(view.bottom, innerHeight), y);
    // Whoever lifts a card that lies at the edge does not yet ask for scrolling.
    this.#armed ||= !inside || (y - this.#fromY) * Math.sign(inside) > INTENT;
    if (!this.#armed) return;
    scrolls(scroller, inside * passed) || scrolls(document.scrollingElement, pull(0, innerHeight, y) * passed);
  }
}

/** From -1 (up, fast) through 0 to 1 (down, fast). */
function pull(top, bottom, y) {
  const edge = Math.min(EDGE, (bottom - top) / 4);
  const depth = Math.min(Math.max(top + edge - y, y - bottom + edge, 0) / edge, 1);
  return y < (top + bottom) / 2 ? -(depth ** 2) : depth ** 2;
}

/** Scrolls by whole pixels, as fractions may be rounded to nothing, and says whether that moved anything. */
function scrolls(element, share) {
  if (!share) return false;
  const [before, pixels] = [element.scrollTop, Math.ceil(Math.abs(share) * FASTEST)];
  element.scrollTo({ top: before + Math.sign(share) * pixels, behavior: "instant" });
  return element.scrollTop !== before;
}
