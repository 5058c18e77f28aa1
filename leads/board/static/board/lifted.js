// A card in the air: its ghost follows the pointer, a line shows where it would land, tabs and edges answer.

import { BoardMap, gapAbove, isAt, placeBefore } from "./dropplace.js";
import { EdgeScroll } from "./edgescroll.js";
import { DropLine, Ghost } from "./ghost.js";

const DWELL = 350;

/** `from` is where the pointer went down on the card, `at` where it is now; onLost() if the card leaves the page. */
export function lift(board, card, { from, at, showColumn, onLost }) {
  const map = new BoardMap(board);
  const edges = new EdgeScroll(from.y);
  const ghost = new Ghost(board, card, from);
  const line = new DropLine(board);
  const watch = new AbortController();
  const home = card.closest("[data-column]").dataset.column;
  let hasTurned = false; // to another tab
  let pointer = at;
  let spot = null;
  let tab = null;
  let dwell, frame;

  // Every frame, not every event: the wheel, an edge or a colleague moves cards under a pointer that stands still.
  function step(now) {
    if (!isThere()) return onLost();
    if (spot?.scroller) edges.step(spot.scroller, spot.view, pointer.y, now);
    spot = map.spotAt(pointer);
    waitOver(spot?.tab ?? null);
    showLine();
    ghost.follow(pointer);
    frame = requestAnimationFrame(step);
  }

  function isThere() {
    const now = newest(board, card);
    if (now && now !== card) {
      card = now;
      card.classList.add("is-lifted");
    }
    return now !== null;
  }

  function waitOver(other) {
    if (other === tab) return;
    clearTimeout(dwell);
    tab?.classList.remove("is-drop-target");
    other?.classList.add("is-drop-target");
    tab = other;
    if (tab) dwell = setTimeout(openTab, DWELL);
  }

  function openTab() {
    hasTurned = true;
    showColumn?.(tab.dataset.tab);
    map.forget();
  }

  function showLine() {
    if (!spot?.scroller || isAt(card, placeBefore(spot.list, spot.row, card))) line.hide();
    else line.showAt(gapAbove(spot.list, spot.row), spot.list, spot.view);
  }

  function place() {
    spot = isThere() ? map.spotAt(pointer) : null;
    return spot && placeBefore(spot.list, spot.row, card);
  }

  function settle(landed) {
    watch.abort();
    cancelAnimationFrame(frame);
    waitOver(null);
    line.element.remove();
    card.classList.remove("is-lifted");
    document.documentElement.classList.remove("is-dragging");
    if (!landed && hasTurned) showColumn?.(home);
    if (landed) ghost.element.remove();
    else ghost.glideTo(card);
  }

  for (const type of ["scroll", "resize"]) {
    window.addEventListener(type, () => map.forget(), { capture: true, passive: true, signal: watch.signal });
  }
  card.classList.add("is-lifted");
  document.documentElement.classList.add("is-dragging");
  step(performance.now());
  return { ghost: ghost.element, follow: (to) => (pointer = to), place, settle };
}

/** The card, or its newer self that was put in its place meanwhile; null if it has left the board. */
export function newest(board, card) {
  return card.isConnected ? card : board.querySelector(`[data-lead="${card.dataset.lead}"]`);
}
