/** What this person did in this tab, the newest last, whichever door it came through; kept when the page is loaded anew.
 *
 *  An entry is a move, {title, lead, version, home, car}, or has the server's ways back, {title, ways: [{lead, version,
 *  changes}]}. A version is the lead's own after that write: the server takes nothing back that others changed since. */

const MOST = 20;
const MOST_MINE = 1_000; // versions of one lead that the server reads

export class Undo {
  /** `keeper` names the person and the dealership: nobody else takes it back who signs in here. */
  constructor(button, keeper) {
    Object.assign(this, { button, key: `board.undo.${keeper}` });
    const { done, own } = this.#kept();
    this.done = done;
    this.own = new Map(own); // {lead: its versions that this person wrote here}
    this.#show();
  }

  remember(entry) {
    for (const { lead, version } of entry.ways ?? [entry]) this.wrote(lead, version);
    this.put(entry);
  }

  /** Once more, as it could not be taken back just now. */
  put(entry) {
    this.done.push(entry);
    this.done.splice(0, this.done.length - MOST);
    this.#show();
  }

  /** The newest entry, if there is one; it is none any more. */
  take() {
    const entry = this.done.pop();
    this.#show();
    return entry;
  }

  wrote(lead, version) {
    this.own.set(lead, [...(this.own.get(lead) ?? []), version]);
    this.#keep();
  }

  /** The person's own later versions of a lead: taking something back is one as well. */
  mine(lead, version) {
    return (this.own.get(lead) ?? []).filter((own) => own > version).slice(-MOST_MINE);
  }

  #kept() {
    try {
      return JSON.parse(sessionStorage.getItem(this.key)) ?? { done: [], own: [] };
    } catch {
      return { done: [], own: [] };
    }
  }

  /** Where a browser keeps nothing, or not so much, it lasts as long as the page. */
  #keep() {
    try {
      sessionStorage.setItem(this.key, JSON.stringify({ done: this.done, own: [...this.own].slice(-MOST_MINE) }));
    } catch {
      sessionStorage.removeItem(this.key);
    }
  }

  #show() {
    this.button.disabled = this.done.length === 0;
    this.#keep();
  }
}
