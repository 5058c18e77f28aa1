/** Writes: sent one after the other, in the order of the person's doing, while the board stands still. */

export class Writes {
  constructor({ board, live }) {
    Object.assign(this, { board, live });
    this.last = Promise.resolve();
    this.waiting = 0;
  }

  /** What `act()` gives once all writes before it are through; its Failure is the caller's to tell. */
  inTurn(act) {
    this.live.hold();
    this.#wait(1);
    const turn = this.last.then(act).finally(() => {
      this.#wait(-1);
      this.live.release();
    });
    this.last = turn.catch(() => {});
    return turn;
  }

  #wait(more) {
    this.waiting += more;
    this.board.toggleAttribute("data-saving", this.waiting > 0);
  }
}
