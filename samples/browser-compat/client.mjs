// Requests that outlive a restart of the server.

const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 2_000;
const REQUEST_TIMEOUT = 20_000;

export class Refusal extends Error {
  constructor(method, path, answer) {
    super(`${method} ${path}: ${answer.status} ${answer.text.slice(0, 500)}`);
    this.answer = answer;
  }
}

export class Client {
  retries = 0;

  /** @param {{ url: string, token: string, app: string, patience: number }} options patience: seconds until a request is given up */
  constructor({ url, token, app, patience }) {
    this.base = `${url.replace(/\/+$/, '')}/api/v1/${app}/shared`;
    this.token = token;
    this.patience = patience * 1_000;
  }

  /**
   * Sends a request until the server answers it: again after a lost connection, 503 and 429, with growing pauses.
   * A write that is repeated may have happened the first time; the caller tells by what it finds.
   */
  async send(method, path, body) {
    const deadline = Date.now() + this.patience;
    for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      let trouble;
      let wait = pause * (0.5 + Math.random());
      try {
        const response = await fetch(this.base + path, {
          method,
          body,
          headers: { authorization: `Bearer ${this.token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
          signal: AbortSignal.timeout(REQUEST_TIMEOUT),
        });
        const answer = { status: response.status, headers: response.headers, text: await response.text() };
        if (answer.status !== 503 && answer.status !== 429) return answer;
        trouble = new Refusal(method, path, answer);
        wait = Math.max(wait, 1_000 * Number(response.headers.get('retry-after') ?? 0));
      } catch (error) {
        // fetch reports every broken connection as a TypeError and a timeout by this name; anything else is a mistake here.
        if (!(error instanceof TypeError) && error.name !== 'TimeoutError') throw error;
        trouble = new Error(`${method} ${this.base + path}: ${error.cause?.code ?? error.cause?.message ?? error.message}`);
      }
      if (Date.now() + wait > deadline) throw trouble;
      this.retries++;
      await new Promise(resolve => setTimeout(resolve, wait));
    }
  }

  async read(path) {
    const answer = await this.send('GET', path);
    if (answer.status !== 200) throw new Refusal('GET', path, answer);
    return answer;
  }
}

/** Runs the work on every item, so many at a time; the first error ends it. */
export async function forEach(items, concurrency, work) {
  let next = 0;
  let failed = false;
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, async () => {
    while (next < items.length && !failed) {
      try {
        await work(items[next++]);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  }));
}
