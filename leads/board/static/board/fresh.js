/** Leads that came and that this person has not seen yet: a pill that leads to them, and a mark in the title and the tab. */

import { fill } from "./say.js";

const SEEN_AFTER = 1_500; // milliseconds in view
const KEPT = "board.seen.";

export class Fresh {
  /** `reach(counts)` has more cards loaded, `showColumn(status)` shows a column on a phone. */
  constructor({ board, columns, still, words, keeper, reach, showColumn }) {
    Object.assign(this, { board, columns, still, words, reach, showColumn, key: KEPT + keeper });
    this.pill = board.querySelector("[data-fresh-pill]");
    this.title = document.title;
    this.icon = document.querySelector("link[rel=icon]");
    this.icons = { true: board.dataset.iconNew, false: this.icon.getAttribute("href") };
    this.tab = board.querySelector("[data-tab=NEW]");
    this.timers = new Map(); // {lead: until it counts as seen}
    this.view = new IntersectionObserver((entries) => this.#looked(entries), { threshold: 0.5 });
    this.pill.addEventListener("click", () => this.#jump());
    this.board.addEventListener("board:renewed", ({ detail }) => this.told(detail));
    this.board.addEventListener("scroll", () => this.#point(), { capture: true, passive: true });
    document.addEventListener("visibilitychange", () => this.#show());
    addEventListener("storage", ({ key }) => key === this.key && this.#show());
    if (!localStorage.getItem(this.key)) this.#keep({ since: Number(board.dataset.now), seen: [] });
    this.told(JSON.parse(board.dataset.fresh));
  }

  /** [[id, when it came], …], the newest first. */
  told(leads) {
    this.leads = leads;
    this.#show();
  }

  see(lead) {
    const kept = this.#kept;
    kept.seen.push(lead);
    // All are seen: the newest of them says it in less.
    if (!this.#unseen(kept).length && this.leads.length) Object.assign(kept, { since: this.leads[0][1], seen: [lead] });
    this.#keep(kept);
    this.#show();
  }

  get #kept() {
    return JSON.parse(localStorage.getItem(this.key));
  }

  #keep(kept) {
    localStorage.setItem(this.key, JSON.stringify(kept));
  }

  #unseen({ since, seen } = this.#kept) {
    return this.leads.filter(([id, at]) => at > since && !seen.includes(id)).map(([id]) => id);
  }

  #show() {
    const unseen = this.#unseen();
    const count = unseen.length;
    this.pill.hidden = !count;
    this.pill.firstElementChild.textContent = fill(this.words.fresh, { count });
    document.title = count ? `(${count}) ${this.title}` : this.title;
    if (this.icon.getAttribute("href") !== this.icons[count > 0]) this.icon.setAttribute("href", this.icons[count > 0]);
    this.tab.toggleAttribute("data-has-fresh", count > 0);
    this.#watch(unseen);
    this.#point();
  }

  #watch(unseen) {
    this.view.disconnect();
    this.#forget([...this.timers.keys()].filter((id) => !unseen.includes(id)));
    for (const card of this.#cards(unseen)) this.view.observe(card);
  }

  #looked(entries) {
    for (const { target, isIntersecting } of entries) {
      const { lead } = target.dataset;
      this.#forget([lead]);
      if (isIntersecting && !document.hidden) this.timers.set(lead, setTimeout(() => this.see(lead), SEEN_AFTER));
    }
  }

  #forget(leads) {
    for (const lead of leads) {
      clearTimeout(this.timers.get(lead));
      this.timers.delete(lead);
    }
  }

  /** Those that are loaded, from the top. */
  #cards(unseen) {
    const cards = unseen.map((id) => this.columns.card(id)).filter(Boolean);
    return cards.sort((one, other) => (one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
  }

  /** Up or down, to where the next one lies. */
  #point() {
    if (this.pill.hidden) return;
    const [card] = this.#cards(this.#unseen());
    const view = card?.closest("[data-scroller]").getBoundingClientRect();
    this.pill.classList.toggle("is-below", !card || card.getBoundingClientRect().top > view.bottom);
  }

  /** To the next one, wherever in the column it lies; beyond what can be loaded, to the view that begins with it. */
  async #jump() {
    this.showColumn("NEW");
    const unseen = this.#unseen();
    if (!this.#cards(unseen).length) await this.reach({ NEW: 500 });
    const [card] = this.#cards(unseen);
    if (!card) return this.#sortByNewest();
    this.still.moving(() => card.scrollIntoView({ block: "center" }));
    card.focus({ preventScroll: true });
    this.see(card.dataset.lead);
  }

  #sortByNewest() {
    const { form } = this.board.querySelector("[name=sort]");
    form.elements.sort.value = "newest";
    form.requestSubmit();
  }
}
