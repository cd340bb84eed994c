import type { Clock, Passage } from "./clock.js";
import { json, problem, type Connection } from "./connection.js";
import { TokenError } from "./errors.js";

const KEPT = 300_000;
const USED = 3_600_000;
const PAUSE = 10_000;

/** What a token must be for. */
export interface TokenAudience {
  readonly applicationSlug: string;
  readonly externalOrgId?: string | undefined;
  readonly userId?: string | undefined;
}

/** What a seat token says. Times are in seconds since 1970. */
export interface SeatToken {
  /** The user. */
  readonly sub: string;
  /** The application. */
  readonly aud: string;
  /** The organisation's id in the application. */
  readonly ext: string;
  /** The organisation's id at the edge. */
  readonly org?: string;
  readonly seat?: string;
  readonly reason?: string;
  readonly ver?: number;
  readonly iat: number;
  readonly exp: number;
}

/** When changes were heard of, by the edge's clock, in milliseconds since 1970. At most `limit` organisations are kept. */
export class Changes {
  readonly #limit: number;
  readonly #heard = new Map<string, number>();
  /** Tokens of all organisations from up to then are refused. */
  #all = -Infinity;

  constructor(limit: number) {
    this.#limit = limit;
  }

  changed(applicationSlug: string, externalOrgId: string, at: number): void {
    const key = JSON.stringify([applicationSlug, externalOrgId]);
    this.#heard.delete(key);
    this.#heard.set(key, at);
    if (this.#heard.size <= this.#limit) return;
    // The organisation that is dropped counts with all others: rather too many tokens are refused than one too few.
    for (const [oldest, heard] of this.#heard) {
      this.#heard.delete(oldest);
      this.#all = Math.max(this.#all, heard);
      break;
    }
  }

  reset(at: number): void {
    this.#all = Math.max(this.#all, at);
    this.#heard.clear();
  }

  /** Whether something may have changed at or after `at`. */
  after(applicationSlug: string, externalOrgId: string, at: number): boolean {
    const heard = this.#heard.get(JSON.stringify([applicationSlug, externalOrgId])) ?? -Infinity;
    return at <= Math.max(heard, this.#all);
  }
}

/** Verifies seat tokens with the edge's public keys. */
export class Tokens {
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #passage: Passage;
  readonly #timeout: number;
  readonly changes: Changes;
  #keys = new Map<string, CryptoKey>();
  #read: number | undefined;
  #tried: number | undefined;
  #reading: Promise<void> | undefined;
  /** What is added to the wall clock to have the edge's, milliseconds. */
  #correction = 0;

  constructor(connection: Connection, clock: Clock, passage: Passage, timeout: number, limit: number) {
    this.#connection = connection;
    this.#clock = clock;
    this.#passage = passage;
    this.#timeout = timeout;
    this.changes = new Changes(limit);
  }

  /** Notes the `Date` of a response. It has whole seconds: a clock within that second is right. */
  dated(date: number): void {
    const wall = this.#clock.wall();
    this.#correction = Math.min(Math.max(wall, date), date + 999) - wall;
  }

  /** The edge's time, milliseconds since 1970. */
  now(): number {
    return this.#clock.wall() + this.#correction;
  }

  /** @throws {TokenError} */
  async verify(token: string, audience: TokenAudience): Promise<SeatToken> {
    const parts = token.split(".");
    const [head, body, signature] = parts;
    if (parts.length !== 3 || !head || !body || !signature) throw invalid("it has no three parts");
    const { alg, kid } = decoded(head);
    if (alg !== "EdDSA" || typeof kid !== "string") throw invalid("it is not signed with EdDSA by a key that has a `kid`");
    const key = await this.#key(kid);
    const bytes = fromBase64Url(signature);
    if (bytes === undefined) throw invalid("its signature is not base64url");
    const signed = new TextEncoder().encode(`${head}.${body}`);
    if (!(await crypto.subtle.verify("Ed25519", key, bytes, signed))) throw invalid("its signature is wrong");
    return this.#accepted(decoded(body), audience);
  }

  #accepted(claims: Record<string, unknown>, audience: TokenAudience): SeatToken {
    const { sub, aud, ext, iat, exp } = claims;
    if (typeof sub !== "string" || typeof aud !== "string" || typeof ext !== "string") throw invalid("`sub`, `aud` or `ext` is missing");
    if (typeof iat !== "number" || typeof exp !== "number") throw invalid("`iat` or `exp` is missing");
    const matches = (expected: string | undefined, claim: string) => expected === undefined || expected === claim;
    if (aud !== audience.applicationSlug || !matches(audience.externalOrgId, ext) || !matches(audience.userId, sub)) {
      throw new TokenError("TOKEN_MISMATCH", "it is for another application, organisation or user");
    }
    if (this.now() >= exp * 1000) throw new TokenError("TOKEN_EXPIRED", "it has expired");
    if (this.changes.after(aud, ext, iat * 1000)) {
      throw new TokenError("TOKEN_SUPERSEDED", "its organisation may have changed since it was signed");
    }
    return claims as unknown as SeatToken;
  }

  async #key(kid: string): Promise<CryptoKey> {
    if (this.#keys.get(kid) === undefined || this.#age(this.#read) >= KEPT) await this.#refresh();
    if (this.#age(this.#read) >= USED) throw new TokenError("UNAVAILABLE", "the edge's keys cannot be read");
    const key = this.#keys.get(kid);
    if (key === undefined) throw invalid("it is signed by no key of the edge");
    return key;
  }

  /** Reads the keys again, at most once in 10 s. Those that are there stay if it fails. */
  async #refresh(): Promise<void> {
    if (this.#reading === undefined) {
      if (this.#age(this.#tried) < PAUSE) return;
      this.#tried = this.#passage.now();
      this.#reading = this.#readKeys(this.#tried)
        .catch(() => undefined)
        .finally(() => (this.#reading = undefined));
    }
    await this.#reading;
  }

  async #readKeys(asked: number): Promise<void> {
    const reply = await this.#connection.send("GET", "/.well-known/jwks.json", this.#timeout, { anonymous: true });
    if (reply.status !== 200) throw problem(reply);
    const { keys } = json(reply) as { keys: JsonWebKey[] };
    const read = new Map<string, CryptoKey>();
    for (const { kty, crv, x, kid } of keys as (JsonWebKey & { kid?: string })[]) {
      if (kty !== "OKP" || crv !== "Ed25519" || typeof x !== "string" || typeof kid !== "string") continue;
      read.set(kid, await crypto.subtle.importKey("jwk", { kty, crv, x }, "Ed25519", false, ["verify"]));
    }
    this.#keys = read;
    this.#read = asked;
  }

  #age(time: number | undefined): number {
    return time === undefined ? Infinity : this.#passage.now() - time;
  }
}

const invalid = (detail: string) => new TokenError("TOKEN_INVALID", detail);

function decoded(part: string): Record<string, unknown> {
  try {
    const bytes = fromBase64Url(part);
    const value: unknown = bytes && JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw invalid("it is not JSON in base64url");
}

function fromBase64Url(part: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[\w-]*$/.test(part)) return undefined;
  try {
    return Uint8Array.from(atob(part.replace(/-/g, "+").replace(/_/g, "/")), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
