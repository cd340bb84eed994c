import type { Clock, Passage } from "./clock.js";
import { json, retryAfter, type Connection, type Reply } from "./connection.js";

const FIRST_WAIT = 250;
const MAX_WAIT = 10_000;
const MAX_RETRY_AFTER = 60_000;

export interface SeatChange {
  readonly applicationSlug: string;
  readonly externalOrgId: string;
}

/** Who is told of what the feed says. */
export interface Follower {
  /**
   * A good response: all that had happened until `asOf` has been told. `reset` is null if it is the first one's, before which
   * nothing was known.
   */
  answered(changes: readonly SeatChange[], reset: boolean | null, asOf: number): void;
  /** The feed is not connected. */
  lost(): void;
  /** The edge does not know where the client is: what happened since is not told. */
  garbled(): void;
}

/** Follows the edge's feed of changes until it is closed. */
export class Feed {
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #passage: Passage;
  readonly #random: () => number;
  readonly #timeout: number;
  readonly #maxSilence: number;
  readonly #follower: Follower;
  readonly #closed = new AbortController();
  #cursor: string | undefined;
  #started = false;
  /** Until when everything has been told; undefined before the first good response. */
  #asOf: number | undefined;
  #connected = false;
  #failures = 0;
  /** 400s since the last good response to a request with `since`. */
  #refusals = 0;

  /** `maxSilence` and `timeout` in milliseconds. */
  constructor(
    connection: Connection,
    clock: Clock,
    passage: Passage,
    random: () => number,
    { maxSilence, timeout }: { maxSilence: number; timeout: number },
    follower: Follower,
  ) {
    this.#connection = connection;
    this.#clock = clock;
    this.#passage = passage;
    this.#random = random;
    this.#timeout = timeout;
    this.#maxSilence = maxSilence;
    this.#follower = follower;
  }

  start(): void {
    if (this.#started || this.#closed.signal.aborted) return;
    this.#started = true;
    void this.#follow();
  }

  close(): void {
    this.#closed.abort(new Error("the client was closed"));
    this.#follower.lost();
  }

  async #follow(): Promise<void> {
    const { signal } = this.#closed;
    while (!signal.aborted) {
      const pause = await this.#ask(signal).catch(() => (signal.aborted ? 0 : this.#failed()));
      if (pause > 0) await this.#sleep(pause, signal);
    }
  }

  /** Asks once. Gives how long to pause before the next request, milliseconds. */
  async #ask(signal: AbortSignal): Promise<number> {
    const cursor = this.#cursor;
    const wait = cursor === undefined ? 0 : this.#wait();
    const query = cursor === undefined ? "" : `?since=${encodeURIComponent(cursor)}${wait > 0 ? `&wait=${wait}` : ""}`;
    const sent = this.#passage.now();
    const timeout = wait > 0 ? wait * 1250 : this.#timeout;
    const reply = await this.#connection.send("GET", `/api/v1/seats/changes${query}`, timeout, { signal });
    if (signal.aborted) return 0;
    if (reply.status === 400 && cursor !== undefined) {
      this.#cursor = undefined;
      this.#follower.garbled();
      // At once; unless the edge refuses again and again what it has just given.
      return this.#refusals++ === 0 ? this.#lost() : this.#failed();
    }
    const read = reply.status === 200 ? readChanges(json(reply)) : undefined;
    if (read === undefined) return this.#failed(reply);
    const first = this.#asOf === undefined;
    this.#asOf = this.#confirmed(read, sent, wait);
    this.#connected = true;
    this.#cursor = read.next;
    if (cursor !== undefined) this.#refusals = 0;
    if (this.#refusals < 2) this.#failures = 0;
    // What came before a request without `since` is not told, whatever the response says.
    this.#follower.answered(read.changes, first ? null : read.reset || cursor === undefined, this.#asOf);
    return 0;
  }

  /**
   * How long the edge may wait for a change, seconds. While the feed is not connected it is to answer at once; else before what
   * is remembered must not be used any more, also where the response comes as late as it may.
   */
  #wait(): number {
    if (!this.#connected || this.#asOf === undefined) return 0;
    const left = this.#maxSilence - (this.#passage.now() - this.#asOf);
    return Math.min(20, Math.max(1, Math.floor(Math.min((this.#maxSilence * 2) / 3, (left * 4) / 5) / 1000)));
  }

  /** Until when a response has told everything: at least when it was asked for; if there was nothing, until the wait was over. */
  #confirmed({ changes, reset }: Changes, sent: number, wait: number): number {
    if (changes.length > 0 || reset) return sent;
    return Math.min(sent + wait * 1000, this.#passage.now());
  }

  #lost(): number {
    this.#connected = false;
    this.#follower.lost();
    return 0;
  }

  #failed(reply?: Reply): number {
    this.#lost();
    const pause = Math.min(MAX_WAIT, FIRST_WAIT * 2 ** this.#failures++) * (0.5 + this.#random() / 2);
    const asked = reply === undefined ? 0 : (retryAfter(reply.headers, this.#clock.wall()) ?? 0);
    return Math.max(pause, Math.min(asked, MAX_RETRY_AFTER));
  }

  #sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const woken = () => {
        cancel();
        signal.removeEventListener("abort", woken);
        resolve();
      };
      const cancel = this.#clock.after(milliseconds, woken);
      signal.addEventListener("abort", woken);
    });
  }
}

interface Changes {
  readonly changes: readonly SeatChange[];
  readonly next: string;
  readonly reset: boolean;
}

function readChanges(body: unknown): Changes | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  const { changes, next, reset } = body as Partial<Changes>;
  if (!Array.isArray(changes) || typeof next !== "string" || typeof reset !== "boolean") return undefined;
  const readable = (changes as unknown[]).every((change) => {
    const { applicationSlug, externalOrgId } = (change ?? {}) as Partial<SeatChange>;
    return typeof applicationSlug === "string" && typeof externalOrgId === "string";
  });
  return readable ? { changes, next, reset } : undefined;
}
