/** What this person did in this tab, the newest last, whichever door it came through; kept when the page is loaded anew.
 *
 *  An entry is a move, {title, lead, version, home, car}, or has the server's ways back, {title, ways: [{lead, version,
 *  changes} or, of its work, {lead, work, plan}]}. `version` and `work` are the row's own version after that write: the
 *  server takes nothing back that others changed since. */

const MOST = 20;
const MOST_MINE = 1_000; // versions of one lead that the server reads

export class Undo {
  /** `keeper` names the person and the dealership: nobody else takes it back who signs in here. */
  constructor(button, keeper) {
    Object.assign(this, { button, key: `board.undo.${keeper}` });
    const { done, own } = this.#kept();
    this.done = done;
    this.own = new Map(own); // {lead, or its work: the versions that this person wrote here}
    this.#show();
  }

  remember(entry) {
    for (const way of entry.ways ?? [entry]) this.wrote(way);
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

  wrote(way) {
    const row = rowOf(way);
    this.own.set(row, [...(this.own.get(row) ?? []), versionOf(way)]);
    this.#keep();
  }

  /** The person's own later versions of a lead or its work: taking something back is one as well. */
  mineSince(way) {
    return (this.own.get(rowOf(way)) ?? []).filter((own) => own > versionOf(way)).slice(-MOST_MINE);
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

/** A lead and its work are two rows, each with versions of its own. */
function rowOf({ lead, work }) {
  return work === undefined ? lead : `${lead} work`;
}

function versionOf({ version, work }) {
  return work ?? version;
}
