import type { EdgeClient } from "./client.js";
import { EdgeUnavailableError } from "./errors.js";
import type { SeatCheck, Verdict } from "./verdict.js";

type Given<T> = T | undefined | null;

/** How the middleware finds out whom to check. */
export interface SeatRequirement<Request> {
  /** The application's slug. */
  readonly applicationSlug: string;
  /** The user who sent the request, as the application knows them; nothing if nobody is signed in. */
  readonly user: (request: Request) => Given<string> | Promise<Given<string>>;
  /** The organisation's id in the application; nothing if the request is in none. */
  readonly organization: (request: Request) => Given<string> | Promise<Given<string>>;
  /** The lowest acceptable version of the seat, if there is one. */
  readonly minVersion?: ((request: Request) => Given<number> | Promise<Given<number>>) | undefined;
}

/** A denial as a response: `application/problem+json`. */
export interface Denial {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly status: number; readonly title: string; readonly code: string; readonly detail: string };
}

const TITLES: Record<number, string> = { 401: "Unauthorized", 403: "Forbidden", 503: "Service Unavailable" };

function denial(status: number, code: string, detail: string, headers: Record<string, string> = {}): Denial {
  return {
    status,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store", ...headers },
    body: { status, title: TITLES[status] ?? "Error", code, detail },
  };
}

const unavailable = () =>
  denial(503, "EDGE_UNAVAILABLE", "It cannot be determined at the moment whether the user has a seat.", { "retry-after": "1" });

/** Checks the seat of who sent `request`: the verdict if it is a grant, else the response. */
export async function checkSeat<Request>(
  client: EdgeClient,
  { applicationSlug, user, organization, minVersion }: SeatRequirement<Request>,
  request: Request,
): Promise<{ verdict: Verdict } | { denial: Denial }> {
  const userId = await user(request);
  if (!userId) return { denial: denial(401, "UNAUTHENTICATED", "The request has no user.") };
  const externalOrgId = await organization(request);
  if (!externalOrgId) return { denial: denial(403, "ORGANIZATION_NOT_FOUND", "The request is in no organisation.") };
  const check: SeatCheck = { userId, applicationSlug, externalOrgId, minVersion: (await minVersion?.(request)) ?? undefined };
  try {
    const verdict = await client.verifySeat(check);
    if (verdict.hasAccess) return { verdict };
    if (verdict.reason === "EDGE_UNAVAILABLE") return { denial: unavailable() };
    return { denial: denial(403, verdict.reason, "The user has no access to this application.") };
  } catch (error) {
    if (error instanceof EdgeUnavailableError) return { denial: unavailable() };
    throw error;
  }
}
