import type { EdgeUnavailableError } from "./errors.js";

/** Who is to be checked. Ids have 1 to 256 bytes of UTF-8 and are compared byte for byte. */
export interface SeatCheck {
  readonly userId: string;
  readonly applicationSlug: string;
  /** The organisation's id in the application. */
  readonly externalOrgId: string;
  /** The lowest acceptable `version` of the seat. By default any is accepted. */
  readonly minVersion?: number | undefined;
}

/**
 * Where an answer comes from: the edge; memory; memory because the edge cannot answer (`outage`); nowhere, because the edge
 * cannot answer (`unavailable`).
 */
export type Origin = "edge" | "memory" | "outage" | "unavailable";

/** The result of a seat check: a grant or a denial. */
export interface Verdict {
  readonly hasAccess: boolean;
  /** Why: `SEAT_ACTIVE`, `SEAT_REVOKED`, …; `EDGE_UNAVAILABLE` if the edge cannot answer and nothing may be used instead. */
  readonly reason: string;
  readonly origin: Origin;
  readonly seatId?: string | null;
  readonly subscriptionStatus?: string | null;
  /** When the paid period ends, RFC 3339; null if this is unknown or the period has no end. */
  readonly expiresAt?: string | null;
  /** Where the edge had it from: `erp`, `record`, `cache` or `stale`. */
  readonly source?: string;
  /** When the ERP or the record said so, RFC 3339. */
  readonly asOf?: string;
  /** Increases with every change of the seat. Pass it as `minVersion` to exclude older answers. */
  readonly version?: number | null;
}

/** What a function for `onUnavailable` returns: an answer, whose `origin` is `unavailable` unless it says otherwise. */
export type Fallback = Omit<Verdict, "origin"> & { readonly origin?: Origin };

/** What is answered when the edge cannot answer. */
export type OnUnavailable =
  | "stale"
  | "deny"
  | "error"
  | ((check: SeatCheck, error: EdgeUnavailableError) => Fallback | Promise<Fallback>);

/** How long an answer is fresh and how long it may be used at all, in milliseconds from when its check was sent. */
export interface Lifetime {
  readonly fresh: number;
  readonly stale: number;
}

/** An answer of the edge, as it was read. */
export interface Answer {
  readonly verdict: Verdict;
  readonly lifetime: Lifetime | undefined;
}

/** Reads a verdict of the edge; undefined if it is none. An answer without a readable lifetime has none. */
export function readAnswer(body: unknown): Answer | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  const { now, freshUntil, staleUntil, ...rest } = body as Record<string, unknown>;
  if (typeof rest["hasAccess"] !== "boolean" || typeof rest["reason"] !== "string") return undefined;
  const verdict = { ...rest, origin: "edge" } as unknown as Verdict;
  const [at, fresh, stale] = [instant(now), instant(freshUntil), instant(staleUntil)];
  const known = Number.isFinite(at) && Number.isFinite(fresh) && Number.isFinite(stale);
  return { verdict, lifetime: known ? { fresh: Math.min(fresh, stale) - at, stale: stale - at } : undefined };
}

const instant = (value: unknown) => (typeof value === "string" ? Date.parse(value) : NaN);
