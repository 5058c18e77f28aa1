// What flies over the board during a drag: a light copy of the card, and the line where it would land.

const GLIDE = 140;
const LINE_ROOM = 4;
const PERSONAL = ["id", "name", "for", "autofocus", "tabindex", "data-lead"]; // what a page may have only once

/** Follows the pointer; the card itself stays where it lies. */
export class Ghost {
  #base;
  #grip;

  /** `from` is where the pointer took hold of the card. */
  constructor(board, card, from) {
    const box = card.getBoundingClientRect();
    this.element = copyOf(card);
    this.element.style.width = `${box.width}px`;
    this.element.style.height = `${box.height}px`;
    board.append(this.element);
    this.#base = cornerOf(this.element);
    this.#grip = { x: from.x - box.left, y: from.y - box.top };
  }

  follow({ x, y }) {
    this.element.style.transform = moved(this.#base, x - this.#grip.x, y - this.#grip.y);
  }

  glideTo(card) {
    const box = card.getBoundingClientRect();
    if (!box.width || matchMedia("(prefers-reduced-motion: reduce)").matches) return this.element.remove();
    const transform = [this.element.style.transform, moved(this.#base, box.left, box.top)];
    const glide = this.element.animate({ transform }, { duration: GLIDE, easing: "ease-out" });
    glide.onfinish = () => this.element.remove();
  }
}

/** Lies over the columns, not in them: a line that moves inside a scroller makes Chromium walk through all its cards. */
export class DropLine {
  #base;

  constructor(board) {
    this.element = document.createElement("div");
    this.element.className = "board-dropline";
    this.element.setAttribute("aria-hidden", "true");
    board.append(this.element);
    this.#base = cornerOf(this.element);
    this.hide();
  }

  hide() {
    this.element.hidden = true;
  }

  /** At a height of the window, across the list, and never outside what is seen of it. */
  showAt(y, across, view) {
    const { left, width } = across.getBoundingClientRect();
    const seen = Math.min(Math.max(y, view.top + LINE_ROOM), view.bottom - LINE_ROOM);
    this.element.style.width = `${width}px`;
    this.element.style.transform = moved(this.#base, left, seen);
    this.element.hidden = false;
  }
}

/** Where `top: 0; left: 0` is: not the window's corner if something around the board is transformed. */
function cornerOf(element) {
  const { left, top } = element.getBoundingClientRect();
  return { left, top };
}

const moved = (base, left, top) => `translate(${left - base.left}px, ${top - base.top}px)`;

function copyOf(card) {
  const copy = card.cloneNode(true);
  for (const element of [copy, ...copy.querySelectorAll("*")]) {
    for (const name of PERSONAL) element.removeAttribute(name);
  }
  copy.classList.add("board-ghost");
  copy.setAttribute("aria-hidden", "true");
  copy.inert = true;
  return copy;
}
