/** Keeps a hand that is under way from hitting what has just come under it: for a moment, a card in a new place takes
 *  no taps, and no card does that a panel, a menu or a message lay over until just now. */

const MOMENT = 400; // milliseconds: by then who taps has seen what lies there
const LONGEST_PRESS = 1_000; // milliseconds: who rests longer than that is not about to click

export class Still {
  constructor(board) {
    this.board = board;
    this.lists = [...board.querySelectorAll("[data-list]")];
    this.movedAt = new WeakMap(); // {card: when it came to lie where it lies}
    this.uncoverings = []; // [{box, at}]
    this.isHasty = false;
    this.press = null; // of a card, until the pointer is up and has clicked
    addEventListener("pointerdown", (event) => (this.isHasty = this.#isTooSoon(event)), true);
    addEventListener("pointerdown", (event) => this.#pressed(event), true);
    addEventListener("click", (event) => this.#judge(event), true);
    // Holding a key down does a thing once.
    board.addEventListener("keydown", (event) => event.repeat && isPress(event) && stop(event), true);
  }

  /** Do what may move cards: those that lie elsewhere afterwards take no taps for a moment. */
  moving(act) {
    const before = this.#places();
    const result = act();
    const now = performance.now();
    const after = this.#places();
    for (const [id, { card, at }] of after) {
      const was = before.get(id);
      // A card may be its own newer self.
      this.movedAt.set(card, was?.at === at ? this.#cameAt(was.card) : now);
    }
    this.#show();
    return result;
  }

  /** Something that lay over the cards, in this box of the window, is gone. */
  uncovered(box) {
    const now = performance.now();
    this.uncoverings = [...this.uncoverings.filter(({ at }) => now - at < MOMENT), { box, at: now }];
    this.#show();
  }

  /** When no card is being pressed. One that were replaced between press and click would take the click along. */
  released() {
    return this.press;
  }

  #pressed({ target, button }) {
    if (button !== 0 || !target.closest?.("[data-lead]")) return;
    const press = new Promise((done) => {
      // The click comes right behind the pointer's going up.
      for (const type of ["pointerup", "pointercancel"]) addEventListener(type, () => setTimeout(done), { once: true, capture: true });
      setTimeout(done, LONGEST_PRESS);
    });
    this.press = press;
    press.then(() => this.press === press && (this.press = null));
  }

  /** {id: {card, at}} of the cards that are in view, with their places in the window. */
  #places() {
    const places = new Map();
    for (const list of this.lists) {
      for (const [card, box] of inView(list)) {
        places.set(card.dataset.lead, { card, at: `${Math.round(box.left)} ${Math.round(box.top)}` });
      }
    }
    return places;
  }

  #cameAt(card) {
    return this.movedAt.get(card) ?? -Infinity;
  }

  #isTooSoon({ target, clientX: x, clientY: y }) {
    const card = target.closest?.("[data-lead]");
    if (!card) return false;
    const covered = this.uncoverings.filter(({ box }) => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom);
    return performance.now() - Math.max(this.#cameAt(card), ...covered.map(({ at }) => at)) < MOMENT;
  }

  #judge(event) {
    const isPointed = event.detail > 0; // the click of a key goes to what has the focus, wherever it lies
    if (!isPointed || !(this.isHasty || this.#isTooSoon(event)) || !event.target.closest("[data-lead]")) return;
    stop(event);
  }

  #show() {
    this.board.toggleAttribute("data-unsettled", true);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.board.toggleAttribute("data-unsettled", false), MOMENT);
  }
}

function stop(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

function isPress({ key, target }) {
  return (key === "Enter" || key === " ") && target.closest("[data-lead], [data-menu], .board-message");
}

/** [[card, box]] of a list's cards within its scroller. Measures log n of them, and those. */
function inView(list) {
  const view = list.closest("[data-scroller]").getBoundingClientRect();
  if (!view.height) return [];
  const cards = list.children;
  let [low, high] = [0, cards.length];
  while (low < high) {
    const half = (low + high) >> 1;
    if (cards[half].getBoundingClientRect().bottom <= view.top) low = half + 1;
    else high = half;
  }
  const found = [];
  for (let index = low; index < cards.length; index += 1) {
    const box = cards[index].getBoundingClientRect();
    if (box.top >= view.bottom) break;
    found.push([cards[index], box]);
  }
  return found;
}
