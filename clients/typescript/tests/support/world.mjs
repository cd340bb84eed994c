// A clock and a connection that tests turn and answer.

/** What the wall clock shows at 0: 2026-01-01T00:00:00Z. */
export const START = Date.parse("2026-01-01T00:00:00Z");

/** Lets everything happen that waits for no timer and no response. */
export const settle = () => new Promise((resolve) => setImmediate(resolve));

export class VirtualClock {
  #now = 0;
  #jumped = 0;
  #timers = [];
  #count = 0;

  monotonic = () => this.#now;
  wall = () => START + this.#now + this.#jumped;

  after = (milliseconds, callback) => {
    const timer = { at: this.#now + Math.max(0, milliseconds), order: this.#count++, callback };
    this.#timers.push(timer);
    return () => (this.#timers = this.#timers.filter((one) => one !== timer));
  };

  /** The wall clock jumps, and no time passes. */
  jump(milliseconds) {
    this.#jumped += milliseconds;
  }

  /** How many timers there are. */
  get waiting() {
    return this.#timers.length;
  }

  /** Goes on to `instant`. Each timer up to then fires in its order, and what follows from it happens before the next. */
  async goTo(instant) {
    await settle();
    for (;;) {
      const [next] = this.#timers.filter(({ at }) => at <= instant).sort((a, b) => a.at - b.at || a.order - b.order);
      if (!next) break;
      this.#timers = this.#timers.filter((one) => one !== next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
      await settle();
    }
    this.#now = Math.max(this.#now, instant);
  }
}

const KINDS = { "/verify-seat": "verify", "/verify-seats": "batch", "/api/v1/seats/changes": "changes", "/.well-known/jwks.json": "jwks" };

/** Stands for `fetch`: keeps requests until the test answers them. */
export class Wire {
  #requests = [];

  fetch = (url, init = {}) =>
    new Promise((resolve, reject) => {
      const { pathname, searchParams } = new URL(url);
      const request = {
        kind: KINDS[pathname.replace(/^\/base/, "")] ?? `${init.method} ${pathname}`,
        url: new URL(url),
        query: Object.fromEntries(searchParams),
        headers: init.headers ?? {},
        body: typeof init.body === "string" && init.body.startsWith("{") ? JSON.parse(init.body) : init.body,
        respond: (body, { status = 200, headers = {} } = {}) => {
          this.#take(request);
          resolve(new Response(status === 204 || status === 304 ? null : body, { status, headers }));
        },
        fail: () => {
          this.#take(request);
          reject(new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED") }));
        },
      };
      this.#requests.push(request);
      init.signal?.addEventListener("abort", () => {
        this.#take(request);
        reject(init.signal.reason);
      });
    });

  /** The oldest unanswered request of a kind. */
  oldest(kind) {
    return this.#requests.find((request) => request.kind === kind);
  }

  unanswered(kind) {
    return this.#requests.filter((request) => request.kind === kind);
  }

  #take(request) {
    this.#requests = this.#requests.filter((one) => one !== request);
  }
}

/** The body of an answer with this lifetime (milliseconds), by an edge whose clock shows `now`. */
export function answer(hasAccess, { fresh, stale, version, reason, skew = 0 }, now) {
  const instant = (milliseconds) => new Date(milliseconds).toISOString();
  const at = now + skew;
  const lifetime = fresh === undefined ? {} : { now: instant(at), freshUntil: instant(at + fresh), staleUntil: instant(at + stale) };
  return {
    hasAccess,
    reason: reason ?? (hasAccess ? "SEAT_ACTIVE" : "SEAT_REVOKED"),
    ...(version === undefined ? {} : { version }),
    ...lifetime,
  };
}
