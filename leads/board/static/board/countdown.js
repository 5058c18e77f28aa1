/** How long is left for the first answer to each lead: it moves without a reload, and says when it is too late. */

const STEP = 5_000; // milliseconds
const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];

export class Countdown {
  constructor({ board, words }) {
    Object.assign(this, { board, words });
    this.ahead = Date.now() - Number(board.dataset.now); // of the server's clock
    board.addEventListener("board:renewed", () => this.#tick());
    document.addEventListener("visibilitychange", () => this.#tick());
    setInterval(() => this.#tick(), STEP);
    this.#tick();
  }

  #tick() {
    if (document.hidden) return;
    for (const badge of this.board.querySelectorAll("[data-answer-by]")) {
      const left = Number(badge.dataset.answerBy) + this.ahead - Date.now();
      const words = left > 0 ? this.words.answerIn.replace("{time}", this.#inShort(left)) : this.words.answerLate;
      if (badge.textContent !== words) badge.textContent = words;
      badge.classList.toggle("is-late", left <= 0);
    }
  }

  /** As the server says it (leads/board/times.py): minutes are rounded up, what is longer is cut. */
  #inShort(left) {
    const minutes = Math.ceil(left / MINUTE);
    if (minutes * MINUTE < HOUR) return this.#count("min", minutes);
    const [unit, size] = minutes * MINUTE < DAY ? ["h", HOUR] : ["d", DAY];
    return this.#count(unit, Math.floor((minutes * MINUTE) / size));
  }

  #count(unit, count) {
    return this.words[unit].replace("{count}", count);
  }
}
