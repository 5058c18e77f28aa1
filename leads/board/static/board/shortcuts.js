/** Keys of the whole board: `/` searches, `n` adds a lead, `?` shows all there are. Not while one types. */

export class Shortcuts {
  constructor(board) {
    this.board = board;
    this.dialog = board.querySelector("[data-shortcuts]");
    document.addEventListener("keydown", (event) => this.#press(event));
    board.querySelector("[data-shortcuts-show]").addEventListener("click", () => this.dialog.showModal());
  }

  #press(event) {
    const types = event.target.matches("input:not([type=checkbox]), textarea, select, [contenteditable]");
    const isElsewhere = types || document.querySelector("dialog[open], :popover-open");
    if (isElsewhere || event.ctrlKey || event.altKey || event.metaKey) return;
    const act = {
      "/": () => this.board.querySelector("[name=q]").select(),
      n: () => this.board.querySelector("[data-add]")?.click(),
      "?": () => this.dialog.showModal(),
    }[event.key];
    if (!act) return;
    event.preventDefault(); // the letter would be typed into what has the focus by then
    act();
  }
}
