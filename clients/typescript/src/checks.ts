import type { Clock, Passage } from "./clock.js";
import { described, json, problem, type Connection, type Reply } from "./connection.js";
import { EdgeUnavailableError, type EdgeError } from "./errors.js";
import type { Memory, Ticket } from "./memory.js";
import { readAnswer, type SeatCheck, type Verdict } from "./verdict.js";

const RETRY_AFTER = 50;
const MOST_REQUESTS = 3;
const MOST_RETRIES = 10;
const TENTHS = 10;

/** What the edge answers to one check; undefined if a change was heard of since the check was sent. */
type Result = Verdict | undefined;

/** A request that is under way. Whoever asks the same shares it. */
interface Inquiry {
  result: Promise<Result>;
  /** Of the present try. */
  ticket: Ticket | undefined;
  readonly deadline: number;
}

/** Asks the edge, and has the answers remembered. Deadlines are times of a `Passage`, in milliseconds. */
export class Checks {
  readonly #connection: Connection;
  readonly #memory: Memory;
  readonly #clock: Clock;
  readonly #passage: Passage;
  readonly #random: () => number;
  readonly #inquiries = new Map<string, Inquiry>();
  /** How many retries are left, in tenths of one, so that nothing is rounded. */
  #budget = MOST_RETRIES * TENTHS;

  constructor(connection: Connection, memory: Memory, clock: Clock, passage: Passage, random: () => number) {
    this.#connection = connection;
    this.#memory = memory;
    this.#clock = clock;
    this.#passage = passage;
    this.#random = random;
  }

  /** @throws {EdgeError} which is an `EdgeUnavailableError` if the edge cannot answer */
  async ask(check: SeatCheck, deadline: number): Promise<Verdict> {
    for (let requests = 0; requests < MOST_REQUESTS; requests++) {
      const inquiry = this.#inquiry(check, deadline);
      const verdict = await this.#within(deadline, inquiry);
      if (verdict !== undefined) return verdict;
    }
    throw new EdgeUnavailableError("a change overtook each answer");
  }

  /** The results of at most 100 checks, in their order. */
  async askTogether(checks: readonly SeatCheck[], deadline: number): Promise<(Verdict | EdgeError)[]> {
    let tickets: Ticket[] = [];
    const requests = checks.map(question);
    const reply = await this.#post("/verify-seats", { requests }, checks.length, deadline, {
      sent: (now) => (tickets = checks.map((check) => this.#memory.send(check, now))),
      failed: () => tickets.forEach((ticket) => this.#memory.failed(ticket)),
    });
    const { results } = (json(reply) ?? {}) as { results?: unknown };
    if (!Array.isArray(results) || results.length !== checks.length) {
      tickets.forEach((ticket) => this.#memory.failed(ticket));
      throw unreadable();
    }
    const read = tickets.map((ticket, index) => this.#result(ticket, results[index]));
    // What a change has overtaken is asked again by itself.
    return Promise.all(read.map((result, index) => result ?? this.ask(checks[index] as SeatCheck, deadline).catch((error: EdgeError) => error)));
  }

  #result(ticket: Ticket, body: unknown): Verdict | EdgeError | undefined {
    const error = typeof body === "object" && body !== null ? (body as { error?: { status?: unknown } }).error : undefined;
    if (error) {
      this.#memory.failed(ticket);
      return described(typeof error.status === "number" ? error.status : 503, error);
    }
    const answer = readAnswer(body);
    if (answer === undefined) {
      this.#memory.failed(ticket);
      return unreadable();
    }
    return this.#memory.received(ticket, answer) ? answer.verdict : undefined;
  }

  #inquiry(check: SeatCheck, deadline: number): Inquiry {
    const { userId, applicationSlug, externalOrgId, minVersion } = check;
    const name = JSON.stringify([applicationSlug, externalOrgId, userId, minVersion ?? null]);
    const shared = this.#inquiries.get(name);
    if (shared !== undefined && !shared.ticket?.overtaken) return shared;
    const inquiry: Inquiry = { result: Promise.resolve(undefined), ticket: undefined, deadline };
    this.#inquiries.set(name, inquiry);
    inquiry.result = this.#inquire(inquiry, check).finally(() => {
      if (this.#inquiries.get(name) === inquiry) this.#inquiries.delete(name);
    });
    return inquiry;
  }

  async #inquire(inquiry: Inquiry, check: SeatCheck): Promise<Result> {
    const reply = await this.#post("/verify-seat", question(check), 1, inquiry.deadline, {
      sent: (now) => (inquiry.ticket = this.#memory.send(check, now)),
      failed: () => inquiry.ticket && this.#memory.failed(inquiry.ticket),
    });
    const result = this.#result(inquiry.ticket as Ticket, json(reply));
    if (result instanceof Error) throw result;
    return result;
  }

  /** Posts `body`, once more if that may help. `count` is how many checks it has. */
  async #post(
    path: string,
    body: unknown,
    count: number,
    deadline: number,
    each: { sent: (now: number) => unknown; failed: () => unknown },
  ): Promise<Reply> {
    this.#budget = Math.min(MOST_RETRIES * TENTHS, this.#budget + count);
    const request = { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    for (let tries = 0; ; tries++) {
      each.sent(this.#passage.now());
      try {
        const reply = await this.#connection.send("POST", path, this.#left(deadline), request);
        if (reply.status === 200) return reply;
        throw problem(reply);
      } catch (error) {
        each.failed();
        const pause = RETRY_AFTER * (0.5 + this.#random() / 2);
        const passing = error instanceof EdgeUnavailableError && error.passing && tries === 0;
        if (!passing || pause >= this.#left(deadline) || this.#budget < TENTHS) throw error;
        this.#budget -= TENTHS;
        await new Promise<void>((resolve) => this.#clock.after(pause, resolve));
      }
    }
  }

  /** How much of the time is left, milliseconds. */
  #left(deadline: number): number {
    return deadline - this.#passage.now();
  }

  /** The result of `inquiry`, which somebody else may have begun, and may end later than this check may. */
  #within(deadline: number, inquiry: Inquiry): Promise<Result> {
    if (inquiry.deadline <= deadline) return inquiry.result;
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(this.#left(deadline), () => reject(new EdgeUnavailableError("no answer in time")));
      inquiry.result.then(resolve, reject).finally(cancel);
    });
  }
}

const question = ({ userId, applicationSlug, externalOrgId, minVersion }: SeatCheck) => ({
  userId,
  applicationSlug,
  externalOrgId,
  minVersion,
  lifetime: true,
});

const unreadable = () => new EdgeUnavailableError("the answer cannot be read");
