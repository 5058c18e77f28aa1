/** Asks in a dialog, above the panel, whether what was typed may go. */

export class Question {
  constructor(dialog) {
    this.dialog = dialog;
    // The event comes late: by then it may be asked again.
    dialog.addEventListener("close", () => dialog.open || this.answer(dialog.returnValue === "discard"));
  }

  /** Whether it may. Asked once more while it is open, it is the same question. */
  ask() {
    if (!this.dialog.open) {
      this.dialog.returnValue = "";
      this.dialog.showModal();
      this.asked = new Promise((answer) => (this.answer = answer));
    }
    return this.asked;
  }
}
