/** Moves: shown at once, saved one after the other, put back if they were not saved, and undone. */

import { fill } from "./say.js";

const MOST_UNDONE = 20;

export class Moves {
  constructor({ columns, server, live, voice, car, undoButton }) {
    Object.assign(this, { columns, server, live, voice, car, undoButton });
    this.done = [];
    this.written = new Map(); // {lead: its version after the last move of this person}
    this.last = Promise.resolve();
    this.waiting = 0;
  }

  /** Move a card to a place: {status, after, before} or {status, end}. */
  move(card, place) {
    const home = this.columns.placeOf(card);
    this.columns.put(card, place);
    return this.save(card, home, place);
  }

  /** Save that a card lies where it is shown by now; it goes back `home` if that fails. */
  save(card, home, place = this.columns.placeOf(card)) {
    const lead = card.dataset.lead;
    card.classList.add("is-saving");
    this.voice.clearWarnings();
    return this.#inTurn(async () => {
      const version = Number(this.columns.card(lead)?.dataset.version ?? card.dataset.version);
      await this.#send({ lead, version, ...place });
      this.#remember({ lead, home });
      return true;
    }, (failure) => this.#goBack(lead, home, failure));
  }

  async archive(leads, title) {
    await this.#many(leads, "archive", () => {
      const undo = { words: this.voice.words.undo, act: () => this.undo() };
      this.#remember({ archived: leads });
      if (leads.length === 1) this.voice.tell("archived", { lead: title }, undo);
      else this.voice.tell("changed", { count: leads.length }, undo);
    });
  }

  /** Give all these leads a status or a tag. */
  change(leads, what, value) {
    return this.#many(leads, what, (answer) => this.voice.tell("changed", { count: answer.done.length }), value);
  }

  undo() {
    const entry = this.done.pop();
    this.#showUndo();
    if (!entry) return this.voice.announce("nothingToUndo");
    if (entry.archived) return this.#many(entry.archived, "restore", () => this.voice.announce("undone"));
    return this.#moveBack(entry);
  }

  #moveBack({ lead, home }) {
    const card = this.columns.card(lead);
    const from = card && this.columns.placeOf(card);
    if (card) this.columns.put(card, home);
    card?.classList.add("is-saving");
    return this.#inTurn(async () => {
      // Only if nobody has moved it since this person did.
      await this.#send({ lead, version: this.written.get(lead), ...home });
      this.voice.announce("undone");
    }, (failure) => this.#goBack(lead, from, failure));
  }

  async #send({ lead, version, status, after = null, before = null, end = null }) {
    const move = { lead, version, status, after, before, end, car: this.car };
    const { cards } = await this.server.post(this.server.urls.move, move);
    const html = cards[lead];
    if (!html) return; // archived by a colleague in this very moment
    this.columns.renew(html);
    this.written.set(lead, Number(/data-version="(\d+)"/.exec(html)[1]));
  }

  #goBack(lead, home, failure) {
    const card = this.columns.card(lead);
    if (card) {
      this.columns.put(card, home);
      card.classList.remove("is-saving");
    }
    const { unreachable } = this.voice.words;
    const why = card && failure.unreachable ? fill(unreachable, { lead: this.columns.titleOf(card) }) : failure.why;
    this.voice.warn(why, failure.status === 401 || failure.status === 403 ? this.#reload() : null);
  }

  #reload() {
    return { words: this.voice.words.reload, act: () => location.reload() };
  }

  #many(leads, what, told, value = null) {
    return this.#inTurn(
      async () => told(await this.server.post(this.server.urls.many, { leads, do: what, value })),
      (failure) => this.voice.warn(failure.why),
    );
  }

  /** One request after the other, in the order of the person's doing; the board stands still meanwhile. */
  #inTurn(act, failed) {
    const { board } = this.columns;
    this.live.hold();
    this.waiting += 1;
    board.toggleAttribute("data-saving", true);
    const turn = this.last.then(act).catch((failure) => {
      if (failure.why === undefined) throw failure;
      failed(failure);
      return false;
    });
    const end = () => {
      this.waiting -= 1;
      board.toggleAttribute("data-saving", this.waiting > 0);
      this.live.release();
    };
    this.last = turn.catch(() => {}).then(end);
    return turn;
  }

  #remember(entry) {
    this.done.push(entry);
    this.done.splice(0, this.done.length - MOST_UNDONE);
    this.#showUndo();
  }

  #showUndo() {
    this.undoButton.disabled = this.done.length === 0;
  }
}
