/** What one tap does to the work of a lead: taking it, and noting that its person was called. */

export class Work {
  constructor({ columns, server, writes, moves, voice }) {
    Object.assign(this, { columns, server, writes, moves, voice });
  }

  claim(card) {
    return this.#send(card, this.server.urls.claim, {}, "claimed");
  }

  /** `words` say what it was, as the menu does. It stands in the history then, and cannot be undone. */
  contact(card, { via = "call", outcome = "reached" }, words) {
    return this.#send(card, this.server.urls.contact, { via, outcome }, "contacted", words);
  }

  async #send(card, url, what, told, contact) {
    const { lead } = card.dataset;
    const title = this.columns.titleOf(card);
    if (card.classList.contains("is-saving")) return; // a second tap
    card.classList.add("is-saving");
    this.voice.clearWarnings();
    try {
      const { cards, back } = await this.writes.inTurn(() => this.server.post(url, { lead, ...what }));
      if (cards[lead]) this.columns.renew(cards[lead]);
      this.voice.tell(told, { lead: title, contact }, this.moves.remember(title, back));
    } catch (failure) {
      this.columns.card(lead)?.classList.remove("is-saving");
      this.moves.warn(failure);
    }
  }
}
