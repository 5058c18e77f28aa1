/** The board's columns and cards as they lie in the page: finding, placing, and bringing them in line with the truth. */

export class Columns {
  constructor(board, still) {
    Object.assign(this, { board, still });
    this.all = [...board.querySelectorAll("[data-column]")];
  }

  // --- Finding -------------------------------------------------------------------------------

  column(status) {
    return this.all.find((column) => column.dataset.column === status);
  }

  list(status) {
    return this.column(status).querySelector("[data-list]");
  }

  cards(status) {
    return [...this.list(status).children];
  }

  card(id) {
    return id && cardById(id);
  }

  lastOf(status) {
    return this.list(status).lastElementChild?.dataset.lead;
  }

  statusOf(card) {
    return card.closest("[data-column]").dataset.column;
  }

  titleOf(card) {
    return card.querySelector("[data-act=open]").textContent;
  }

  total(status) {
    return Number(this.column(status).dataset.total);
  }

  hasMore(status) {
    return !this.column(status).querySelector("[data-more]").hidden;
  }

  /** {position, count, column}: where a card lies, in words for a person. */
  whereabouts(card, home = this.statusOf(card)) {
    const status = this.statusOf(card);
    const position = this.cards(status).indexOf(card) + 1;
    const count = this.#countWith(status, status === home ? 0 : 1);
    return { lead: this.titleOf(card), position, count, column: this.column(status).querySelector("h2").textContent };
  }

  /** How many cards a column has with so many more; in words, like `1,000+`, where nobody counted further. */
  #countWith(status, more) {
    if (!this.column(status).hasAttribute("data-uncounted")) return this.total(status) + more;
    return this.board.querySelector(`[data-count-of="${status}"]`).textContent;
  }

  // --- Placing -------------------------------------------------------------------------------

  /** {status, after, before}: a card's place by its neighbours' ids, as the server takes it. */
  placeOf(card) {
    const id = (other) => other?.dataset.lead ?? null;
    return {
      status: this.statusOf(card),
      after: id(card.previousElementSibling),
      before: id(card.nextElementSibling),
    };
  }

  /** Lay a card into a place. Neighbours that are gone are passed over, as the server does. */
  put(card, place) {
    const list = this.list(place.status);
    const [after, before] = [place.after, place.before].map((id) => {
      const found = this.card(id);
      return found && found !== card && list.contains(found) ? found : null;
    });
    this.#change(() => {
      if (after) after.after(card);
      else if (before) before.before(card);
      else if (place.end === "top") list.prepend(card);
      else list.append(card);
    });
    this.#showEmptiness();
  }

  /** Replace a card by its newer self. */
  renew(html) {
    const fresh = cardFrom(html);
    const old = this.card(fresh.dataset.lead);
    if (!old) return null;
    adopt(fresh, old);
    this.#change(() => old.replaceWith(fresh));
    return fresh;
  }

  /** Add cards below all others of a column. */
  append(status, html) {
    const cards = html.filter(Boolean).map(cardFrom);
    this.list(status).append(...cards.filter((card) => !this.card(card.dataset.lead)));
    this.column(status).querySelector("[data-more]").hidden = this.cards(status).length >= this.total(status);
  }

  // --- Being in line with the truth ------------------------------------------------------------

  /** Ids of `state` whose cards are not here, or not as they are now. */
  outdated(state) {
    const listed = Object.values(state.columns).flatMap((column) => column.cards);
    return listed.filter(([id, mark]) => this.card(id)?.dataset.mark !== mark).map(([id]) => id);
  }

  /** Apply a whole state at once. `html` has the cards that were outdated, by id. Gives the ids of what changed. */
  apply(state, html) {
    const changed = [];
    const known = new Map([...this.board.querySelectorAll("[data-lead]")].map((card) => [card.dataset.lead, card]));
    this.#change(() => {
      for (const [status, column] of Object.entries(state.columns)) {
        const cards = column.cards.map(([id]) => this.#current(id, known, html, changed)).filter(Boolean);
        lay(this.list(status), cards);
        this.#count(status, column, cards.length);
      }
    });
    this.#showEmptiness();
    return changed;
  }

  /** Bring a card into view. */
  reveal(card) {
    this.still.moving(() => card.scrollIntoView({ block: "nearest" }));
  }

  #change(act) {
    this.still.moving(() => keepingFocus(act));
  }

  #current(id, known, html, changed) {
    const old = known.get(id);
    if (!html[id]) return old;
    const fresh = cardFrom(html[id]);
    // A neighbour that only got another number looks the same.
    if (fresh.textContent !== old?.textContent) changed.push(id);
    if (old) {
      adopt(fresh, old);
      old.replaceWith(fresh);
    }
    return fresh;
  }

  #count(status, { count, counted, shown, overdue, worth }, here) {
    const column = this.column(status);
    column.dataset.total = count;
    column.toggleAttribute("data-uncounted", !counted);
    column.querySelector("[data-more]").hidden = here >= count;
    for (const place of this.board.querySelectorAll(`[data-count-of="${status}"]`)) place.textContent = shown;
    this.#fact("overdue", status, overdue);
    this.#fact("worth", status, worth);
  }

  /** What a column says of its leads together; nothing, if there is nothing to say. */
  #fact(name, status, words) {
    for (const place of this.board.querySelectorAll(`[data-${name}-of="${status}"]`)) {
      place.textContent = words;
      place.hidden = !words;
    }
  }

  #showEmptiness() {
    for (const column of this.all) {
      column.querySelector("[data-empty]").hidden = column.querySelector("[data-list]").children.length > 0;
    }
  }
}

/** By its title's id, of which the browser keeps an index; an attribute is looked for in all that thousands of cards hold. */
function cardById(id) {
  return document.getElementById(`title-${id}`)?.closest("[data-lead]") ?? null;
}

function cardFrom(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.querySelector("[data-lead]");
}

/** What belongs to this browser and not to the lead. */
function adopt(fresh, old) {
  fresh.tabIndex = old.tabIndex;
  for (const name of ["is-lifted", "is-picked"]) fresh.classList.toggle(name, old.classList.contains(name));
  const [now, was] = [fresh, old].map((card) => card.querySelector("[data-select]"));
  if (now && was) now.checked = was.checked;
}

/** Make `list` hold just these cards in this order, touching as few of them as is simple. */
function lay(list, cards) {
  const wanted = new Set(cards);
  for (const card of [...list.children]) if (!wanted.has(card)) card.remove();
  let next = list.firstElementChild;
  for (const card of cards) {
    if (card === next) next = next.nextElementSibling;
    else if (card.isConnected && card === next?.nextElementSibling) {
      // The one in between is further down in the new order: move that one instead of all that follow.
      const late = next;
      next = card.nextElementSibling;
      list.append(late);
      if (!next) next = late;
    } else list.insertBefore(card, next);
  }
}

/** Moving an element in the page takes its focus away: give it back, to the same control of the same card. */
function keepingFocus(act) {
  const active = document.activeElement;
  const card = active?.closest?.("[data-lead]");
  const lead = card?.dataset.lead;
  const nth = card ? controlsOf(card).indexOf(active) : -1;
  const neighbour = (card?.nextElementSibling ?? card?.previousElementSibling)?.dataset.lead;
  act();
  if (!lead || (document.activeElement === active && active.isConnected)) return;
  const moved = cardById(lead);
  // The same place in a card of another column may do another thing: then it is the card.
  const control = moved && nth >= 0 ? controlsOf(moved).find((each, at) => at === nth && isSame(each, active)) : moved;
  const next = neighbour && cardById(neighbour);
  // On a phone the card may have gone to a column that is not shown.
  [control, moved, next].find((each) => each?.checkVisibility())?.focus({ preventScroll: true });
}

function controlsOf(card) {
  return [...card.querySelectorAll("a, button, input")];
}

function isSame(control, other) {
  return ["act", "to", "by"].every((name) => control.dataset[name] === other.dataset[name]);
}
