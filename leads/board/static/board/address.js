/** Which panel is open stands in the page's address: Back closes it, and a reload or a link opens it again. */

export const NEW = "new"; // in the place of a lead's id: the panel that adds one

/** What the address says beside the open panel, as a URLSearchParams. */
export function asked() {
  const query = new URLSearchParams(location.search);
  query.delete("lead");
  return query;
}

export class Address {
  /** `moved(lead)`: the person went back or forth to where this lead's panel is open (null: none). */
  constructor(moved) {
    this.returning = null; // our own way back, until it is through
    addEventListener("popstate", () => {
      if (this.returning) this.arrived();
      else moved(this.lead);
    });
  }

  get lead() {
    return new URLSearchParams(location.search).get("lead");
  }

  /** A panel beside an open one takes its place: one step back closes either. */
  async show(lead) {
    await this.returning;
    if (this.lead === lead) return;
    const query = asked();
    query.set("lead", lead);
    if (this.lead) history.replaceState(history.state, "", `?${query}`);
    else history.pushState({ isPanel: true }, "", `?${query}`);
  }

  clear() {
    if (!this.lead || this.returning) return;
    if (history.state?.isPanel) this.#goBack();
    else history.replaceState(history.state, "", addressOf(asked()));
  }

  /** Where a person would rather stay than go back. */
  stay() {
    history.forward();
  }

  #goBack() {
    this.returning = new Promise((done) => (this.arrived = () => done((this.returning = null))));
    history.back();
  }
}

export function addressOf(query) {
  return query.size ? `?${query}` : location.pathname;
}
