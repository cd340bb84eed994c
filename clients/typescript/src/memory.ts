import type { Answer, Lifetime, SeatCheck, Verdict } from "./verdict.js";

/** A check that was sent to the edge. */
export interface Ticket {
  readonly check: SeatCheck;
  readonly sent: number;
  /** Checks in the order in which they were sent. */
  readonly order: number;
  /** Whether the feed was connected when it was sent. */
  readonly connected: boolean;
  /** Whether a change of its organisation, or a reset, was heard of since. Its answer is then not used. */
  overtaken: boolean;
}

/** What is remembered of a user. */
interface Entry {
  readonly userId: string;
  readonly organization: Organization;
  sent: number;
  order: number;
  lifetime: Lifetime;
  verdict: Verdict;
  /** What a check from memory is answered with: made once, so that a check makes nothing. */
  answer: Promise<Verdict>;
  /** Grows with each use, among all entries; 0 once it is forgotten. */
  used: number;
}

interface Organization {
  readonly applicationSlug: string;
  readonly externalOrgId: string;
  readonly users: Map<string, Entry>;
}

/**
 * What the client remembers, and when it may use it. It reads no clock, sends nothing and waits for nothing. Times are those of a
 * `Passage`, in milliseconds.
 *
 * INVARIANT: nothing is in it that was answered before a change, heard of since, of its organisation.
 */
export class Memory {
  readonly #maxSilence: number;
  readonly #maxEntries: number;
  readonly #applications = new Map<string, Map<string, Organization>>();
  readonly #open = new Set<Ticket>();
  /**
   * Entries by when they were used last, the latest first, as it was when they were sorted. Of those that were not used since,
   * the last was not used for longest of all. So a check from memory, unlike one of a linked list, touches one entry.
   */
  #idle: { entry: Entry; used: number }[] = [];
  #size = 0;
  #sent = 0;
  #uses = 0;
  #connected = false;
  #asOf: number | undefined;

  /** `maxSilence` in milliseconds. */
  constructor(options: { maxSilence: number; maxEntries: number }) {
    this.#maxSilence = options.maxSilence;
    this.#maxEntries = options.maxEntries;
  }

  /** How many answers are remembered. */
  get size(): number {
    return this.#size;
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** The answer to a check if it is fresh and the feed is connected. */
  fresh(check: SeatCheck, now: number): Promise<Verdict> | undefined {
    if (!this.#connected || !this.#confirmed(now)) return undefined;
    const entry = this.#find(check);
    if (entry === undefined || now - entry.sent >= entry.lifetime.fresh) return undefined;
    if (!suffices(entry, check)) return undefined;
    entry.used = ++this.#uses;
    return entry.answer;
  }

  /** The answer to a check that the edge cannot answer now. */
  stale(check: SeatCheck, now: number): Verdict | undefined {
    if (!this.#confirmed(now)) return undefined;
    const entry = this.#find(check);
    if (entry === undefined || now - entry.sent >= entry.lifetime.stale) return undefined;
    if (!suffices(entry, check)) return undefined;
    entry.used = ++this.#uses;
    return { ...entry.verdict, origin: "outage" };
  }

  /** Notes that a check is sent. Each ticket ends with `received` or `failed`. */
  send(check: SeatCheck, now: number): Ticket {
    const ticket = { check, sent: now, order: ++this.#sent, connected: this.#connected, overtaken: false };
    this.#open.add(ticket);
    return ticket;
  }

  failed(ticket: Ticket): void {
    this.#open.delete(ticket);
  }

  /** Notes the answer, and says whether it may be used. */
  received(ticket: Ticket, answer: Answer): boolean {
    this.#open.delete(ticket);
    if (ticket.overtaken) return false;
    const entry = this.#find(ticket.check);
    if (entry !== undefined && entry.order > ticket.order) return true;
    if (answer.lifetime !== undefined && ticket.connected && this.#connected) {
      this.#remember(entry, ticket, answer.verdict, answer.lifetime);
    } else if (entry !== undefined && !answer.verdict.hasAccess) {
      this.#forget(entry);
    }
    return true;
  }

  /** Notes that the feed has answered, and what it said is done: it has told of all that had happened until `asOf`. */
  confirmed(asOf: number): void {
    this.#connected = true;
    this.#asOf = asOf;
  }

  feedLost(): void {
    this.#connected = false;
  }

  /** Forgets the organisation's users. Answers that are under way are not used. */
  changed(applicationSlug: string, externalOrgId: string): void {
    for (const ticket of this.#open) {
      const { check } = ticket;
      if (check.applicationSlug === applicationSlug && check.externalOrgId === externalOrgId) ticket.overtaken = true;
    }
    const organization = this.#applications.get(applicationSlug)?.get(externalOrgId);
    for (const entry of organization?.users.values() ?? []) this.#forget(entry);
  }

  /** Forgets everything. Answers that are under way are not used. */
  reset(): void {
    for (const ticket of this.#open) ticket.overtaken = true;
    this.clear();
  }

  /** Forgets everything. */
  clear(): void {
    this.#applications.clear();
    this.#idle = [];
    this.#size = 0;
  }

  #confirmed(now: number): boolean {
    return this.#asOf !== undefined && now - this.#asOf < this.#maxSilence;
  }

  #find(check: SeatCheck): Entry | undefined {
    return this.#applications.get(check.applicationSlug)?.get(check.externalOrgId)?.users.get(check.userId);
  }

  #remember(entry: Entry | undefined, ticket: Ticket, answered: Verdict, lifetime: Lifetime): void {
    const verdict: Verdict = Object.freeze({ ...answered, origin: "memory" });
    const content = { sent: ticket.sent, order: ticket.order, lifetime, verdict, answer: Promise.resolve(verdict), used: ++this.#uses };
    if (entry !== undefined) {
      Object.assign(entry, content);
      return;
    }
    const { userId, applicationSlug, externalOrgId } = ticket.check;
    if (this.#size >= this.#maxEntries) this.#forget(this.#longestIdle());
    const organization = this.#organization(applicationSlug, externalOrgId);
    organization.users.set(userId, { userId, organization, ...content });
    this.#size++;
  }

  /** The entry that was not used for longest. There is one. */
  #longestIdle(): Entry {
    for (;;) {
      const last = this.#idle.pop();
      if (last === undefined) this.#idle = this.#entries().map((entry) => ({ entry, used: entry.used })).sort((a, b) => b.used - a.used);
      else if (last.entry.used === last.used) return last.entry;
    }
  }

  #entries(): Entry[] {
    const organizations = [...this.#applications.values()].flatMap((some) => [...some.values()]);
    return organizations.flatMap(({ users }) => [...users.values()]);
  }

  #organization(applicationSlug: string, externalOrgId: string): Organization {
    let organizations = this.#applications.get(applicationSlug);
    if (organizations === undefined) this.#applications.set(applicationSlug, (organizations = new Map()));
    let organization = organizations.get(externalOrgId);
    if (organization === undefined) {
      organization = { applicationSlug, externalOrgId, users: new Map() };
      organizations.set(externalOrgId, organization);
    }
    return organization;
  }

  #forget(entry: Entry): void {
    entry.used = 0;
    this.#size--;
    const { applicationSlug, externalOrgId, users } = entry.organization;
    users.delete(entry.userId);
    if (users.size > 0) return;
    const organizations = this.#applications.get(applicationSlug);
    organizations?.delete(externalOrgId);
    if (organizations?.size === 0) this.#applications.delete(applicationSlug);
  }
}

function suffices(entry: Entry, check: SeatCheck): boolean {
  if (check.minVersion === undefined || check.minVersion === null) return true;
  const { version } = entry.verdict;
  return typeof version === "number" && version >= check.minVersion;
}
