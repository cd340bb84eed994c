import type { Request, RequestHandler } from "express";
import type { EdgeClient } from "./client.js";
import { checkSeat, type SeatRequirement } from "./seats.js";
import type { Verdict } from "./verdict.js";

export type { SeatRequirement } from "./seats.js";

declare global {
  namespace Express {
    interface Request {
      /** The verdict that let the request through `requireSeat`. */
      seat?: Verdict;
    }
  }
}

/**
 * Express middleware that lets a request through if its user has a seat: the handler finds the verdict in `request.seat`. Else
 * it answers with 401 (nobody is signed in), 403 (the verdict's reason) or 503 (the edge cannot answer), as
 * `application/problem+json`. A mistake in the key or the check goes to the application's error handler.
 */
export function requireSeat(client: EdgeClient, requirement: SeatRequirement<Request>): RequestHandler {
  return (request, response, next) => {
    checkSeat(client, requirement, request).then((result) => {
      if ("verdict" in result) {
        request.seat = result.verdict;
        next();
        return;
      }
      const { status, headers, body } = result.denial;
      response.status(status).set(headers).send(JSON.stringify(body));
    }, next);
  };
}
