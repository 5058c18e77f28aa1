/** What a person does to the cards: shown at once, saved, told, put back if it was not saved, and undone. */

import { fill } from "./say.js";

const MOST_NAMED = 5; // leads in a message
const NOT_FOR_GOOD = [0, 401, 403]; // and 5xx: what may still be undone later

export class Moves {
  constructor({ columns, server, writes, undos, voice, car, isSorted, names }) {
    Object.assign(this, { columns, server, writes, undos, voice, car, isSorted, names });
  }

  /** Move a card to a place: {status, after, before} or {status, end}. */
  move(card, place) {
    const home = this.columns.placeOf(card);
    this.columns.put(card, place);
    return this.save(card, home, place);
  }

  /** Save that a card lies where it is shown by now; it goes back `home` if that fails. */
  async save(card, home, place = this.columns.placeOf(card)) {
    if (this.isSorted) return this.#changeColumn(card, home, place.status);
    const { lead } = card.dataset;
    const title = this.columns.titleOf(card);
    card.classList.add("is-saving");
    this.voice.clearWarnings();
    try {
      await this.writes.inTurn(async () => {
        const seen = Number(this.columns.card(lead)?.dataset.version ?? card.dataset.version);
        const version = await this.#send({ lead, version: seen, ...place });
        this.undos.remember({ title, lead, version, home, car: this.car });
        this.#tellWhere(lead, title, home, place);
      });
    } catch (failure) {
      this.#goBack(lead, title, home, failure);
    }
  }

  /** All that a sorted view lets one do to a card's place, which the sort decides. */
  async #changeColumn(card, home, status) {
    const { lead } = card.dataset;
    const title = this.columns.titleOf(card);
    if (status === home.status) {
      this.columns.put(card, home);
      return this.voice.tell("sorted");
    }
    card.classList.add("is-saving");
    this.voice.clearWarnings();
    try {
      const { back } = await this.writes.inTurn(() => {
        const version = Number(this.columns.card(lead)?.dataset.version ?? card.dataset.version);
        const change = { leads: [lead], do: "change", value: { status }, version };
        return this.server.post(this.server.urls.many, change);
      });
      this.voice.tell("sortedAway", { lead: title, column: this.names[status] }, this.remember(title, back));
    } catch (failure) {
      this.#goBack(lead, title, home, failure);
    }
  }

  archive(leads, title) {
    const tell = (undo, count) =>
      leads.length === 1
        ? this.voice.tell("archived", { lead: title }, undo)
        : this.voice.tell("archivedMany", { count }, undo);
    return this.#many(leads, { do: "archive" }, title, tell);
  }

  /** Give all these leads a status, a tag or both. Says whether that was saved. */
  change(leads, value) {
    const column = this.names[value.status];
    const words = value.tag ? (column ? "changedBoth" : "changedTag") : "changedStatus";
    const tell = (undo, count) => this.voice.tell(words, { count, column, tag: value.tag }, undo);
    return this.#many(leads, { do: "change", value }, "", tell);
  }

  /** What was done elsewhere: `back` are the server's ways back. The button that takes it back. */
  remember(title, back) {
    if (!back?.length) return null;
    this.undos.remember({ title, ways: back });
    return this.#undoButton();
  }

  /** Take back what was done last, once all that is under way is through. */
  async undo() {
    try {
      await this.writes.inTurn(() => this.#takeBack(this.undos.take()));
    } catch (failure) {
      this.warn(failure);
    }
  }

  async #takeBack(entry) {
    if (!entry) return this.voice.tell("nothingToUndo");
    try {
      if (entry.home) await this.#moveBack(entry);
      else await this.#writeBack(entry);
    } catch (failure) {
      if (NOT_FOR_GOOD.includes(failure.status) || failure.status >= 500) this.undos.put(entry);
      throw failure;
    }
  }

  async #moveBack({ title, lead, version, home, car }) {
    const card = this.columns.card(lead);
    const from = card && this.columns.placeOf(card);
    if (card) this.columns.put(card, home);
    card?.classList.add("is-saving");
    try {
      // Only if nobody else has moved it since this person did.
      const mine = this.undos.mineSince({ lead, version });
      this.undos.wrote({ lead, version: await this.#send({ lead, version, mine, car, ...home }) });
      this.voice.tell("undone", { lead: title });
    } catch (failure) {
      this.#lieAt(lead, from);
      throw failure;
    }
  }

  async #writeBack({ title, ways }) {
    const back = ways.map((way) => ({ ...way, mine: this.undos.mineSince(way) }));
    const { done, left } = await this.server.post(this.server.urls.undo, { back });
    for (const each of done) this.undos.wrote(each);
    if (new Set(ways.map(({ lead }) => lead)).size === 1) this.voice.tell("undone", { lead: title });
    else this.voice.tell(left ? "undoneSome" : "undoneMany", { count: done.length, left });
  }

  /** The version that the lead has by then. */
  async #send({ lead, version, mine = [], status, after = null, before = null, end = null, car = this.car }) {
    const move = { lead, version, mine, status, after, before, end, car };
    const answer = await this.server.post(this.server.urls.move, move);
    const html = answer.cards[lead];
    if (html) this.columns.renew(html); // else a colleague archived it in this very moment
    return answer.version;
  }

  #tellWhere(lead, title, home, place) {
    const card = this.columns.card(lead);
    const isHere = card && place.status === home.status && this.columns.statusOf(card) === place.status;
    if (isHere) this.voice.tell("moved", this.columns.whereabouts(card), this.#undoButton());
    else this.voice.tell("movedAway", { lead: title, column: this.names[place.status] }, this.#undoButton());
  }

  #goBack(lead, title, home, failure) {
    this.#lieAt(lead, home);
    this.warn(failure, title);
  }

  #lieAt(lead, place) {
    const card = this.columns.card(lead);
    if (!card || !place) return;
    this.columns.put(card, place);
    card.classList.remove("is-saving");
  }

  warn(failure, title = null) {
    if (failure.why === undefined) throw failure;
    const { unreachable, reload } = this.voice.words;
    const why = title !== null && failure.unreachable ? fill(unreachable, { lead: title }) : failure.why;
    const isOver = failure.status === 401 || failure.why === this.voice.words.refused;
    this.voice.warn(why, isOver ? { words: reload, act: () => location.reload() } : null);
  }

  async #many(leads, what, title, tell) {
    const titles = new Map(leads.map((lead) => [lead, this.#titleOf(lead)]));
    try {
      const { done, refused, back } = await this.writes.inTurn(() =>
        this.server.post(this.server.urls.many, { leads, ...what }),
      );
      if (back.length) this.undos.remember({ title, ways: back });
      tell(back.length ? this.#undoButton() : null, done.length);
      if (refused.length) this.voice.warn(fill(this.voice.words.left, this.#named(refused, titles)));
      return true;
    } catch (failure) {
      this.warn(failure);
      return false;
    }
  }

  #titleOf(lead) {
    const card = this.columns.card(lead);
    return card ? this.columns.titleOf(card) : "…";
  }

  #named(refused, titles) {
    const leads = refused.slice(0, MOST_NAMED).map((lead) => titles.get(lead));
    return { count: refused.length, leads: [...leads, ...(refused.length > MOST_NAMED ? ["…"] : [])].join(" · ") };
  }

  #undoButton() {
    return { words: this.voice.words.undo, act: () => this.undo() };
  }
}
