import type { FastifyReply, FastifyRequest } from "fastify";
import type { EdgeClient } from "./client.js";
import { checkSeat, type SeatRequirement } from "./seats.js";
import type { Verdict } from "./verdict.js";

export type { SeatRequirement } from "./seats.js";

declare module "fastify" {
  interface FastifyRequest {
    /** The verdict that let the request through `requireSeat`. */
    seat?: Verdict;
  }
}

/**
 * A Fastify hook, for `preHandler`, that lets a request through if its user has a seat: the handler finds the verdict in
 * `request.seat`. Else it answers with 401 (nobody is signed in), 403 (the verdict's reason) or 503 (the edge cannot answer), as
 * `application/problem+json`. A mistake in the key or the check goes to the application's error handler.
 */
export function requireSeat(
  client: EdgeClient,
  requirement: SeatRequirement<FastifyRequest>,
): (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | void> {
  return async (request, reply) => {
    const result = await checkSeat(client, requirement, request);
    if ("verdict" in result) {
      request.seat = result.verdict;
      return;
    }
    const { status, headers, body } = result.denial;
    return reply.code(status).headers(headers).send(JSON.stringify(body));
  };
}
