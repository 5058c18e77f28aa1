/** Talks to the server. Whatever goes wrong becomes a Failure, whose `why` is a sentence for a person. */

const PATIENCE = 10_000; // milliseconds; after that nobody knows whether it was saved

export class Failure extends Error {
  constructor(why, { status = 0, html = "", unsure = false, unreachable = false } = {}) {
    super(why);
    Object.assign(this, { why, status, html, unsure, unreachable });
  }
}

export class Server {
  constructor(settings, token) {
    Object.assign(this, { urls: settings.urls, noLead: settings.noLead, words: settings.words, token });
  }

  leadUrl(id) {
    return this.urls.lead.replace(this.noLead, id);
  }

  /** What a GET answered: {status, tag, text, json()}; `query` are [name, value] pairs. A 304 is an answer as well. */
  get(url, query = [], headers = {}) {
    const address = new URL(url, location.href);
    for (const [name, value] of query) address.searchParams.append(name, value);
    return this.#ask(address, { headers, cache: "no-store" });
  }

  /** What a write answered, as JSON. */
  async post(url, body) {
    try {
      return (await this.#post(url, body)).json();
    } catch (failure) {
      // Who signed in again in another tab has another token; what was typed here need not be lost for it.
      if (failure.status !== 403) throw failure;
      this.token = (await this.get(this.urls.token)).json().token;
      return (await this.#post(url, body)).json();
    }
  }

  #post(url, body) {
    const isForm = body instanceof URLSearchParams;
    const headers = { "X-CSRFToken": this.token };
    if (!isForm) headers["Content-Type"] = "application/json";
    return this.#ask(url, { method: "POST", headers, body: isForm ? body : JSON.stringify(body) });
  }

  async #ask(url, options) {
    try {
      const answer = await fetch(url, { ...options, redirect: "manual", signal: AbortSignal.timeout(PATIENCE) });
      const text = answer.type === "opaqueredirect" ? "" : await answer.text();
      if (!answer.ok && answer.status !== 304) throw this.#failure(answer, text);
      return { status: answer.status, tag: answer.headers.get("ETag"), text, json: () => this.#read(text) };
    } catch (error) {
      if (error instanceof Failure) throw error;
      if (error.name === "TimeoutError") throw new Failure(this.words.unsure, { unsure: true });
      throw new Failure(this.words.unreachableNow, { unreachable: true });
    }
  }

  #failure(answer, text) {
    const { status } = answer;
    if (answer.type === "opaqueredirect") return new Failure(this.words.signedOut, { status: 401 });
    if (status === 422) return new Failure("", { status, html: text });
    const words = status >= 500 ? this.words.broken : this.words.refused;
    const isJson = (answer.headers.get("Content-Type") ?? "").startsWith("application/json");
    return new Failure((isJson && this.#read(text).message) || words, { status });
  }

  /** Not whatever a proxy says in the place of the server. */
  #read(text) {
    try {
      return JSON.parse(text);
    } catch {
      throw new Failure(this.words.broken);
    }
  }
}
