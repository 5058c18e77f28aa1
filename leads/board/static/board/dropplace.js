// Where a dragged card would land: the geometry of columns, tabs and rows. Nothing here changes the page.

const MARGIN = 32; // so far outside the board a card may stray and still land

/** The board's columns and tabs and where they are on the screen. They are a handful; cards are not kept here. */
export class BoardMap {
  #board;
  #columns;
  #tabs;
  #box = null;

  constructor(board) {
    this.#board = board;
    this.#columns = [...board.querySelectorAll("[data-column]")].map((element) => ({
      element,
      list: element.querySelector("[data-list]"),
      scroller: element.querySelector("[data-scroller]"),
    }));
    this.#tabs = [...board.querySelectorAll("[data-tab]")].map((element) => ({ element }));
  }

  forget() {
    this.#box = null;
  }

  /** What lies under a point of the window: {list, row: the row to land before or null} with
   *  `tab`, or with `scroller` and its box `view`; or null. */
  spotAt(pointer) {
    this.#measure();
    // A captured mouse may leave the window; its edge is meant.
    const point = { x: clamp(pointer.x, 0, innerWidth), y: clamp(pointer.y, 0, innerHeight) };
    const tab = this.#tabs.find(({ box }) => isInside(box, point));
    if (tab) return this.#topOf(tab.element);
    const column = isInside(this.#box, point, MARGIN) && nearestAcross(this.#columns, point.x);
    if (!column) return null;
    const { list, scroller } = column;
    const view = scroller.getBoundingClientRect();
    // The header above the cards means the column's very top, however far it is scrolled.
    const y = point.y < view.top ? -Infinity : Math.min(point.y, view.bottom);
    return { list, scroller, view, row: rowBelow(list, y) };
  }

  #topOf(tab) {
    const column = this.#columns.find(({ element }) => element.dataset.column === tab.dataset.tab);
    return column ? { tab, list: column.list, row: column.list.firstElementChild } : null;
  }

  #measure() {
    const box = this.#board.getBoundingClientRect();
    if (this.#box && ["left", "top", "width", "height"].every((side) => box[side] === this.#box[side])) return;
    this.#box = box;
    for (const one of [...this.#columns, ...this.#tabs]) one.box = one.element.getBoundingClientRect();
  }
}

/** The place in a list before `row` (null: at its end), in ids of its neighbours, as if `card` were not there. */
export function placeBefore(list, row, card) {
  return {
    status: list.closest("[data-column]").dataset.column,
    after: nearestLead(row ? row.previousElementSibling : list.lastElementChild, "previousElementSibling", card),
    before: nearestLead(row, "nextElementSibling", card),
  };
}

/** Whether the card lies at that place already. */
export function isAt(card, place) {
  const here = placeBefore(card.parentElement, card, card);
  return ["status", "after", "before"].every((name) => here[name] === place[name]);
}

/** The height in the window between `row` (null: the list's end) and the row above it. */
export function gapAbove(list, row) {
  const above = boxAbove(row ? row.previousElementSibling : list.lastElementChild);
  const below = row?.getBoundingClientRect();
  if (above && below) return (above.bottom + below.top) / 2;
  if (below) return below.top - 4;
  return above ? above.bottom + 4 : list.getBoundingClientRect().top + 4;
}

/** The first row of the list whose middle lies below y, or null. Rows without a box are passed over.
 *  Measures log n rows: measuring 1,200 at every step makes frames of seconds. */
function rowBelow(list, y) {
  const rows = list.children;
  let [low, high, found] = [0, rows.length, null];
  while (low < high) {
    const half = (low + high) >> 1;
    let [row, box] = [half, rows[half].getBoundingClientRect()];
    while (!box.height && ++row < high) box = rows[row].getBoundingClientRect();
    if (row === high) high = half;
    else if (box.top + box.height / 2 > y) [high, found] = [half, rows[row]];
    else low = row + 1;
  }
  return found;
}

/** Gutters belong to the nearest column; a column without a width is not shown. */
function nearestAcross(columns, x) {
  const away = ({ box }) => Math.max(box.left - x, x - box.right, 0);
  const shown = columns.filter(({ box }) => box.width > 0);
  return shown.reduce((best, one) => (!best || away(one) < away(best) ? one : best), null);
}

function isInside(box, { x, y }, margin = 0) {
  const across = x >= box.left - margin && x <= box.right + margin;
  return box.width > 0 && across && y >= box.top - margin && y <= box.bottom + margin;
}

function nearestLead(row, step, card) {
  while (row && (row === card || !row.dataset.lead)) row = row[step];
  return row?.dataset.lead ?? null;
}

function boxAbove(row) {
  for (; row; row = row.previousElementSibling) {
    const box = row.getBoundingClientRect();
    if (box.height) return box;
  }
  return null;
}

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
