/** What this person did since the page was loaded, the newest last, whichever door it came through.
 *
 *  An entry is a move, {title, lead, version, home}, or has the server's ways back, {title, ways: [{lead, version,
 *  changes}]}. A version is the lead's own after that write: the server takes nothing back that others changed since. */

const MOST = 20;
const MOST_MINE = 1_000; // versions of one lead that the server reads

export class Undo {
  constructor(button) {
    this.button = button;
    this.done = [];
    this.own = new Map(); // {lead: its versions that this person wrote here}
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
  }

  /** The person's own later versions of a lead: taking something back is one as well. */
  mine(lead, version) {
    return (this.own.get(lead) ?? []).filter((own) => own > version).slice(-MOST_MINE);
  }

  #show() {
    this.button.disabled = this.done.length === 0;
  }
}
