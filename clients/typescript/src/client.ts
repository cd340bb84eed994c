import { Calls, type CallArguments, type Exchange, type OperationName } from "./calls.js";
import { Checks } from "./checks.js";
import { Passage, systemClock, type Clock } from "./clock.js";
import { Connection, type Credential } from "./connection.js";
import { EdgeUnavailableError, type EdgeError } from "./errors.js";
import { Feed, type Follower } from "./feed.js";
import { Memory } from "./memory.js";
import { Tokens, type SeatToken, type TokenAudience } from "./tokens.js";
import type { OnUnavailable, SeatCheck, Verdict } from "./verdict.js";

const MOST_TOGETHER = 100;

export interface EdgeClientOptions {
  /** Where the edge is: `https://edge.example.com`. */
  readonly url: string;
  /** An API key with the scope `seats:verify`; or a function that gives an access token for each request. */
  readonly key: Credential;
  /** How long a check may take in all, milliseconds: 2,000 by default. */
  readonly timeout?: number | undefined;
  /** After how long memory that the feed has not confirmed is not used, milliseconds: 30,000 by default. */
  readonly maxSilence?: number | undefined;
  /** What is answered when the edge cannot answer: `stale` by default. */
  readonly onUnavailable?: OnUnavailable | undefined;
  /** How many answers are remembered: 10,000 by default. */
  readonly maxEntries?: number | undefined;
  /** What sends requests, in place of the global `fetch`. */
  readonly fetch?: typeof fetch | undefined;
  /** For tests. */
  readonly clock?: Clock | undefined;
  /** For tests: gives numbers from 0 to 1. */
  readonly random?: (() => number) | undefined;
}

/** Checks seats from memory, and follows the edge's changes. One client is enough for a program. */
export class EdgeClient {
  readonly #timeout: number;
  readonly #onUnavailable: OnUnavailable;
  readonly #passage: Passage;
  readonly #memory: Memory;
  readonly #checks: Checks;
  readonly #feed: Feed;
  readonly #tokens: Tokens;
  readonly #calls: Calls;

  constructor(options: EdgeClientOptions) {
    const { url, key, onUnavailable = "stale", clock = systemClock, random = Math.random } = options;
    const timeout = positive("timeout", options.timeout, 2_000);
    const maxSilence = positive("maxSilence", options.maxSilence, 30_000);
    const maxEntries = positive("maxEntries", options.maxEntries, 10_000);
    if (!key) throw new TypeError("`key` is missing");
    if (typeof onUnavailable !== "function" && !["stale", "deny", "error"].includes(onUnavailable)) {
      throw new TypeError(`\`onUnavailable\` cannot be ${String(onUnavailable)}`);
    }
    this.#timeout = timeout;
    this.#onUnavailable = onUnavailable;
    const passage = (this.#passage = new Passage(clock));
    const connection = new Connection(url, key, options.fetch ?? ((input, init) => fetch(input, init)), clock, passage);
    this.#memory = new Memory({ maxSilence, maxEntries });
    this.#checks = new Checks(connection, this.#memory, clock, passage, random);
    this.#tokens = new Tokens(connection, clock, passage, timeout, maxEntries);
    connection.onDate = (date) => this.#tokens.dated(date);
    this.#feed = new Feed(connection, clock, passage, random, { maxSilence, timeout }, this.#follower());
    this.#calls = new Calls(connection);
  }

  /** Begins to follow the edge's changes. The first check does so too. */
  start(): void {
    this.#feed.start();
  }

  /** Stops following. From then on each check asks the edge. */
  close(): void {
    this.#feed.close();
  }

  /**
   * Whether a user has a seat: from memory, or from the edge.
   *
   * @throws {EdgeError} if the key or the check is wrong
   * @throws {EdgeUnavailableError} if the edge cannot answer and `onUnavailable` is `error`
   */
  verifySeat(check: SeatCheck): Promise<Verdict> {
    return this.#memory.fresh(check, this.#passage.now()) ?? this.#ask(check);
  }

  /**
   * Many checks at once: what memory does not know is asked 100 in a request. The answers are in the order of the checks.
   *
   * @throws as `verifySeat`, if that is so of any of the checks
   */
  async verifySeats(checks: readonly SeatCheck[]): Promise<Verdict[]> {
    this.#feed.start();
    const now = this.#passage.now();
    const answers = checks.map((check) => this.#memory.fresh(check, now));
    const unknown = checks.filter((_, index) => answers[index] === undefined);
    const asked: Promise<Verdict>[] = [];
    for (let start = 0; start < unknown.length; start += MOST_TOGETHER) {
      const together = unknown.slice(start, start + MOST_TOGETHER);
      const results = this.#checks.askTogether(together, now + this.#timeout);
      asked.push(...together.map((check, index) => this.#answered(check, results.then((all) => all[index] as Verdict | EdgeError))));
    }
    const remaining = asked.values();
    return Promise.all(answers.map((answer) => answer ?? (remaining.next().value as Promise<Verdict>)));
  }

  /**
   * What a seat token says, if the edge signed it, it is for `audience`, and no change of its organisation was heard of since.
   * A client that was not started hears of none.
   *
   * @throws {TokenError}
   */
  verifyToken(token: string, audience: TokenAudience): Promise<SeatToken> {
    return this.#tokens.verify(token, audience);
  }

  /**
   * Calls an operation of the edge's API, as `GET /organizations/{id}`, and gives the body of its response. Nothing is tried
   * again, and nothing is remembered.
   *
   * @throws {EdgeError} if the response is an error
   * @throws {EdgeUnavailableError} if there is none, or it says that the edge cannot answer now
   */
  async call<Name extends OperationName>(operation: Name, ...args: CallArguments<Name>): Promise<Exchange<Name>["body"]> {
    return (await this.#calls.exchange(operation, ...args)).body;
  }

  /** As `call`, but gives the status and the headers too: for `ETag` and `Location`. */
  exchange<Name extends OperationName>(operation: Name, ...args: CallArguments<Name>): Promise<Exchange<Name>> {
    return this.#calls.exchange(operation, ...args);
  }

  #ask(check: SeatCheck): Promise<Verdict> {
    this.#feed.start();
    return this.#answered(check, this.#checks.ask(check, this.#passage.now() + this.#timeout));
  }

  /** What is answered to `check`, whatever came of asking. */
  async #answered(check: SeatCheck, asked: Promise<Verdict | EdgeError>): Promise<Verdict> {
    const result = await asked.catch((error: Error) => error);
    if (!(result instanceof Error)) return result;
    const policy = this.#onUnavailable;
    if (!(result instanceof EdgeUnavailableError) || policy === "error") throw result;
    if (typeof policy === "function") return { origin: "unavailable", ...(await policy(check, result)) };
    const remembered = policy === "stale" ? this.#memory.stale(check, this.#passage.now()) : undefined;
    return remembered ?? { hasAccess: false, reason: "EDGE_UNAVAILABLE", origin: "unavailable" };
  }

  #follower(): Follower {
    const [memory, tokens] = [this.#memory, this.#tokens];
    return {
      answered: (changes, reset, asOf) => {
        if (reset) {
          memory.reset();
          tokens.changes.reset(tokens.now());
        }
        for (const { applicationSlug, externalOrgId } of changes) {
          memory.changed(applicationSlug, externalOrgId);
          tokens.changes.changed(applicationSlug, externalOrgId, tokens.now());
        }
        memory.confirmed(asOf);
      },
      lost: () => memory.feedLost(),
      garbled: () => memory.clear(),
    };
  }
}

function positive(name: string, value: number | undefined, otherwise: number): number {
  if (value === undefined) return otherwise;
  if (!(value > 0)) throw new TypeError(`\`${name}\` must be more than 0`);
  return value;
}
