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

  /** The Response to a GET; `query` are [name, value] pairs. A 304 is an answer as well. */
  get(url, query = [], headers = {}) {
    const address = new URL(url, location.href);
    for (const [name, value] of query) address.searchParams.append(name, value);
    return this.#ask(address, { headers, cache: "no-store" });
  }

  /** What a write answered, as JSON. */
  async post(url, body) {
    const isForm = body instanceof URLSearchParams;
    const headers = { "X-CSRFToken": this.token };
    if (!isForm) headers["Content-Type"] = "application/json";
    const answer = await this.#ask(url, { method: "POST", headers, body: isForm ? body : JSON.stringify(body) });
    return answer.json();
  }

  async #ask(url, options) {
    const answer = await fetch(url, { ...options, redirect: "manual", signal: AbortSignal.timeout(PATIENCE) }).catch(
      (error) => {
        if (error.name === "TimeoutError") throw new Failure(this.words.unsure, { unsure: true });
        throw new Failure(this.words.unreachableNow, { unreachable: true });
      },
    );
    if (answer.ok || answer.status === 304) return answer;
    throw await this.#failure(answer);
  }

  async #failure(answer) {
    const { status } = answer;
    if (answer.type === "opaqueredirect") return new Failure(this.words.signedOut, { status: 401 });
    const type = answer.headers.get("Content-Type") || "";
    if (type.startsWith("application/json")) {
      return new Failure((await answer.json()).message, { status });
    }
    if (status === 422) return new Failure("", { status, html: await answer.text() });
    return new Failure(status >= 500 ? this.words.broken : this.words.refused, { status });
  }
}
