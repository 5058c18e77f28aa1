/** The keyboard: arrows walk the cards, Space picks one up, arrows move it, Space drops it, Escape puts it back. */

export class Keys {
  constructor({ board, columns, moves, live, voice, selection, open }) {
    Object.assign(this, { board, columns, moves, live, voice, selection, open });
    this.picked = null; // {lead, home}
    board.addEventListener("focusin", (event) => this.#arrive(event.target.closest("[data-lead]")));
    board.addEventListener("focusout", () => this.#leave());
    board.addEventListener("keydown", (event) => this.#press(event));
    board.addEventListener("board:renewed", () => this.#oneStop());
    this.#oneStop();
  }

  isPicking() {
    return this.picked !== null;
  }

  /** Let only one card be reached by Tab, and its controls. */
  #arrive(card) {
    if (!card) return;
    if (this.picked && this.picked.lead !== card.dataset.lead && !this.isMoving) this.#cancel();
    for (const other of this.board.querySelectorAll('[data-lead][tabindex="0"]')) if (other !== card) reach(other, false);
    reach(card, true);
  }

  #oneStop() {
    const reached = this.board.querySelector('[data-lead][tabindex="0"]') ?? this.board.querySelector("[data-lead]");
    if (reached) reach(reached, true);
  }

  #leave() {
    // Not while the card itself is being moved in the page, which takes its focus for a moment.
    if (!this.picked || this.isMoving) return;
    setTimeout(() => {
      if (this.picked && !document.activeElement?.closest("[data-lead]")) this.#cancel();
    });
  }

  #press(event) {
    const card = event.target.closest("[data-lead]");
    if (!card || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target !== card) {
      if (event.key === "Escape") card.focus();
      return;
    }
    const act = this.picked ? this.#moving(event.key, card) : this.#walking(event.key, card);
    if (!act) return;
    event.preventDefault();
    act();
  }

  #walking(key, card) {
    const direction = this.#direction(key);
    if (direction) return () => this.#go(this.#beside(card, direction));
    return {
      " ": () => (this.selection.isOn ? this.selection.toggle(card) : this.#pick(card)),
      Enter: () => this.open(card),
      Home: () => this.#go(card.parentElement.firstElementChild),
      End: () => this.#go(card.parentElement.lastElementChild),
    }[key];
  }

  #moving(key, card) {
    const direction = this.#direction(key);
    if (direction) return () => this.#shift(card, direction);
    const drop = () => this.#drop(card);
    return { " ": drop, Enter: drop, Escape: () => this.#cancel(), Tab: () => this.#cancel() }[key];
  }

  /** up, down, or the columns before and after, which in Arabic lie the other way round. */
  #direction(key) {
    const rtl = getComputedStyle(this.board).direction === "rtl";
    return {
      ArrowUp: "up",
      ArrowDown: "down",
      ArrowLeft: rtl ? "next" : "previous",
      ArrowRight: rtl ? "previous" : "next",
    }[key];
  }

  // --- Walking -------------------------------------------------------------------------------

  #beside(card, direction) {
    if (direction === "up") return card.previousElementSibling;
    if (direction === "down") return card.nextElementSibling;
    const index = this.columns.cards(this.columns.statusOf(card)).indexOf(card);
    for (const column of this.#columnsFrom(card, direction)) {
      const cards = this.columns.cards(column.dataset.column);
      if (cards.length) return cards[Math.min(index, cards.length - 1)];
    }
    return null;
  }

  #columnsFrom(card, direction) {
    const { all } = this.columns;
    const here = all.findIndex((column) => column.contains(card));
    return direction === "next" ? all.slice(here + 1) : all.slice(0, here).reverse();
  }

  #go(card) {
    if (!card) return;
    this.board.dispatchEvent(new CustomEvent("board:show", { detail: this.columns.statusOf(card) }));
    card.focus({ preventScroll: true });
    this.columns.reveal(card);
  }

  // --- Moving --------------------------------------------------------------------------------

  #pick(card) {
    if (!card.querySelector("[data-handle]")) return; // who may not move has no handle
    this.picked = { lead: card.dataset.lead, home: this.columns.placeOf(card) };
    this.live.hold();
    card.classList.add("is-picked");
    this.voice.announce("lifted", this.columns.whereabouts(card));
  }

  #shift(card, direction) {
    const place = this.#placeBeside(card, direction);
    if (!place) return;
    this.isMoving = true;
    this.columns.put(card, place);
    this.#go(card);
    this.isMoving = false;
    this.voice.announce("over", this.columns.whereabouts(card, this.picked.home.status));
  }

  #placeBeside(card, direction) {
    const status = this.columns.statusOf(card);
    if (direction === "up") {
      const above = card.previousElementSibling;
      return above && { status, before: above.dataset.lead };
    }
    if (direction === "down") {
      const below = card.nextElementSibling;
      return below && { status, after: below.dataset.lead };
    }
    const [column] = this.#columnsFrom(card, direction);
    if (!column) return null;
    const index = this.columns.cards(status).indexOf(card);
    const before = this.columns.cards(column.dataset.column)[index]?.dataset.lead;
    return { status: column.dataset.column, before, end: "bottom" };
  }

  #drop(card) {
    const { home } = this.#putDown(card);
    this.voice.announce("dropped", this.columns.whereabouts(card, home.status));
    const place = this.columns.placeOf(card);
    if (JSON.stringify(place) !== JSON.stringify(home)) this.moves.save(card, home);
    this.live.release();
  }

  #cancel() {
    const card = this.columns.card(this.picked.lead);
    const { home } = this.#putDown(card);
    this.isMoving = true;
    if (card) this.columns.put(card, home);
    this.isMoving = false;
    if (card?.contains(document.activeElement)) this.#go(card);
    if (card) this.voice.announce("cancelled", { lead: this.columns.titleOf(card) });
    this.live.release();
  }

  #putDown(card) {
    const picked = this.picked;
    this.picked = null;
    card?.classList.remove("is-picked");
    return picked;
  }
}

function reach(card, can) {
  card.tabIndex = can ? 0 : -1;
  for (const control of card.querySelectorAll("a, button, input")) control.tabIndex = can ? 0 : -1;
}
