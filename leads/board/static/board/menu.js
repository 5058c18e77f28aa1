/** The menu behind a card's three dots: every move without dragging. One menu serves all cards. */

export class Menu {
  /** `act(name, card, item)` does what was chosen; `gone()` tells that there is no such card any more. */
  constructor({ board, columns, still, act, gone }) {
    Object.assign(this, { board, columns, still, act, gone });
    this.menu = board.querySelector("[data-menu]");
    this.menu.addEventListener("click", (event) => this.#choose(event.target.closest("[data-menu-act]")));
    this.menu.addEventListener("keydown", (event) => this.#press(event));
    this.menu.addEventListener("toggle", (event) => this.#toggled(event.newState === "open"));
  }

  open(button) {
    this.lead = button.closest("[data-lead]").dataset.lead;
    this.#offer(this.columns.card(this.lead));
    this.menu.showPopover();
    this.#lieBeside(button);
    this.#items()[0]?.focus();
  }

  get #button() {
    return this.columns.card(this.lead)?.querySelector("[data-act=menu]");
  }

  #toggled(isOpen) {
    this.#button?.setAttribute("aria-expanded", isOpen);
    if (!isOpen && (this.menu.contains(document.activeElement) || document.activeElement === document.body)) {
      this.#button?.focus({ preventScroll: true });
    }
  }

  /** Only what makes sense where the card lies. */
  #offer(card) {
    const status = this.columns.statusOf(card);
    const isSorted = this.board.dataset.sort !== "";
    const isFirst = isSorted || !card.previousElementSibling;
    const isLast = isSorted || !card.nextElementSibling;
    const hidden = { up: isFirst, top: isFirst, down: isLast, bottom: isSorted || (isLast && !this.columns.hasMore(status)) };
    for (const item of this.menu.querySelectorAll("[data-menu-act]")) {
      item.hidden = hidden[item.dataset.menuAct] ?? item.dataset.to === status;
    }
  }

  #lieBeside(button) {
    const place = button.getBoundingClientRect();
    const { width, height } = this.menu.getBoundingClientRect();
    const rtl = getComputedStyle(button).direction === "rtl";
    const left = rtl ? place.left : place.right - width;
    const below = place.bottom + height <= innerHeight ? place.bottom : Math.max(8, place.top - height);
    this.menu.style.left = `${Math.min(Math.max(8, left), innerWidth - width - 8)}px`;
    this.menu.style.top = `${Math.min(below, Math.max(8, innerHeight - height - 8))}px`;
  }

  #items() {
    return [...this.menu.querySelectorAll("[data-menu-act]")].filter((item) => !item.hidden);
  }

  #press(event) {
    const items = this.#items();
    const here = items.indexOf(document.activeElement);
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: -1 }[event.key];
    if (event.key === "Tab") this.menu.hidePopover();
    if (to === undefined) return;
    event.preventDefault();
    items.at(to % items.length).focus();
  }

  #choose(item) {
    if (!item) return;
    const card = this.columns.card(this.lead);
    this.still.uncovered(this.menu.getBoundingClientRect());
    this.menu.hidePopover();
    if (card) this.act(item.dataset.menuAct, card, item);
    else this.gone();
  }
}
