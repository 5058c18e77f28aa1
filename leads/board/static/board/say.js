/** Says things: to screen readers, and in messages that everybody sees. */

const SHOWN_FOR = 8_000; // milliseconds, for what is only good to know
const MOST = 3;

/** `words` with its {places} filled in; what people typed is isolated, as it may run the other way. */
export function fill(words, values) {
  return words.replace(/\{(\w+)\}/g, (_, name) => `\u2068${values[name]}\u2069`);
}

export class Voice {
  constructor(board, words, still) {
    Object.assign(this, { board, words, still });
    this.said = board.querySelector("[data-said]");
    this.told = board.querySelector("[data-told]");
    this.warnings = board.querySelector("[data-warnings]");
  }

  /** For screen readers only. */
  announce(name, values = {}) {
    const text = fill(this.words[name], values);
    // The same sentence twice would not be read twice.
    this.said.textContent = this.said.textContent === text ? `${text}\u00a0` : text;
  }

  /** What was done: a message that goes away by itself or for the next one, perhaps with one thing to do: {words, act}. */
  tell(name, values = {}, button = null) {
    for (const message of [...this.told.children]) this.#remove(message);
    const message = this.#show(this.told, fill(this.words[name], values), "is-good", button);
    this.#removeLater(message);
  }

  /** Something was not saved. It stays until it is closed. */
  warn(why, button = null) {
    this.#show(this.warnings, fill(this.words.notSaved, { why }), "is-bad", button);
  }

  clearWarnings() {
    for (const message of [...this.warnings.children]) this.#remove(message);
  }

  /** Not while somebody is about to press its button. */
  #removeLater(message) {
    setTimeout(() => {
      if (message.matches(":hover, :focus-within")) this.#removeLater(message);
      else this.#remove(message);
    }, SHOWN_FOR);
  }

  #remove(message) {
    const hadFocus = message.contains(document.activeElement);
    const box = message.getBoundingClientRect();
    message.remove();
    this.still.uncovered(box);
    if (hadFocus) this.board.querySelector('[data-lead][tabindex="0"]')?.focus({ preventScroll: true });
  }

  #show(messages, text, kind, button) {
    const message = document.createElement("p");
    message.className = `board-message ${kind}`;
    message.append(text, " ");
    if (button) message.append(this.#button(button.words, button.act, message), " ");
    const dismiss = this.#button(this.words.dismiss, () => {}, message);
    dismiss.classList.add("is-dismissing");
    message.append(dismiss);
    // The same twice is told once.
    for (const other of [...messages.children]) if (other.textContent === message.textContent) other.remove();
    messages.append(message);
    while (messages.children.length > MOST) messages.firstElementChild.remove();
    return message;
  }

  #button(words, act, message) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "board-button";
    button.textContent = words;
    button.addEventListener("click", () => {
      this.#remove(message);
      act();
    });
    return button;
  }
}
