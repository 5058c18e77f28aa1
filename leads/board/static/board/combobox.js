/** A car by typing: make, model, plate or stock number (the ARIA pattern of an editable combobox with a list). */

const PAUSE = 150; // milliseconds after the last letter

export class Combobox {
  /** `chosen()` is called when a car was chosen, or the choice was emptied. */
  constructor(root, { server, words, chosen = () => {} }) {
    Object.assign(this, { server, words, chosen });
    this.text = root.querySelector("[data-combobox-text]");
    this.value = root.querySelector("[data-combobox-value]");
    this.options = root.querySelector("[data-combobox-options]");
    this.shown = this.text.value; // what the chosen car is called
    this.text.addEventListener("input", () => this.#typed());
    this.text.addEventListener("focus", () => this.text.select());
    this.text.addEventListener("click", () => this.#isOpen || this.#ask());
    this.text.addEventListener("blur", () => this.#close());
    this.text.addEventListener("keydown", (event) => this.#press(event));
    // Before the blur that a click outside of the field would bring.
    this.options.addEventListener("pointerdown", (event) => event.preventDefault());
    this.options.addEventListener("click", (event) => this.#choose(event.target.closest("[role=option]")));
  }

  get #isOpen() {
    return !this.options.hidden;
  }

  /** What was typed, and is not what is chosen. */
  get #half() {
    return this.text.value === this.shown ? "" : this.text.value;
  }

  #typed() {
    this.isStale = true;
    if (this.text.value === "") this.#empty();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#ask(), PAUSE);
  }

  async #ask() {
    clearTimeout(this.timer);
    const typed = this.#half;
    const { cars } = await this.server.get(this.server.urls.cars, [["q", typed]])
      .then((answer) => answer.json())
      .catch(() => ({}));
    // Somebody who types fast gets the answers of earlier letters later.
    if (!cars || document.activeElement !== this.text || typed !== this.#half) return;
    this.isStale = false;
    this.#show(cars);
  }

  #show(cars) {
    this.options.replaceChildren(...cars.map((car, index) => this.#option(car, index)));
    if (!cars.length) this.options.append(this.#none());
    this.options.hidden = false;
    this.text.setAttribute("aria-expanded", "true");
    this.#point(cars.length && this.text.value && this.text.value !== this.shown ? 0 : -1);
  }

  #option(car, index) {
    const option = document.createElement("li");
    option.id = `${this.options.id}-${index}`;
    option.setAttribute("role", "option");
    Object.assign(option.dataset, { id: car.id, name: car.name });
    const name = document.createElement("bdi");
    name.textContent = car.name;
    const more = document.createElement("small");
    more.dir = "auto";
    more.textContent = car.more;
    option.append(name, " ", more);
    return option;
  }

  #none() {
    const none = document.createElement("li");
    none.setAttribute("role", "option");
    none.setAttribute("aria-disabled", "true");
    none.textContent = this.words.noCars;
    return none;
  }

  #point(index) {
    const options = [...this.options.querySelectorAll("[data-id]")];
    options.forEach((option, each) => option.setAttribute("aria-selected", each === index));
    this.pointed = index;
    const option = options[index];
    if (option) {
      this.text.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else this.text.removeAttribute("aria-activedescendant");
  }

  #press(event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!this.#isOpen) return this.#ask();
      const count = this.options.querySelectorAll("[data-id]").length;
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (count) this.#point((Math.max(this.pointed, step < 0 ? 0 : -1) + step + count) % count);
    } else if (event.key === "Enter" && (this.#isOpen || this.#half)) {
      event.preventDefault();
      this.#enter();
    } else if (event.key === "Escape" && this.#isOpen) {
      event.preventDefault();
      event.stopPropagation(); // the panel around it stays open
      this.#close();
    }
  }

  async #enter() {
    if (this.isStale) await this.#ask();
    if (this.#isOpen) this.#choose(this.options.querySelectorAll("[data-id]")[this.pointed]);
  }

  #choose(option) {
    if (!option?.dataset.id) return;
    this.value.value = option.dataset.id;
    this.shown = this.text.value = option.dataset.name;
    this.#close();
    this.chosen();
  }

  #empty() {
    if (!this.value.value) return;
    this.value.value = this.shown = "";
    this.chosen();
  }

  /** Half a name chooses nothing: back to what was chosen. */
  #close() {
    clearTimeout(this.timer);
    this.options.hidden = true;
    this.text.setAttribute("aria-expanded", "false");
    this.text.removeAttribute("aria-activedescendant");
    this.text.value = this.shown;
  }
}
