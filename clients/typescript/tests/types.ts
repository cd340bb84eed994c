// What applications write must compile, and what is wrong must not. `npm test` compiles this; nothing runs it.
import { EdgeClient, signWebhook, verifyWebhook, type Schemas, type Verdict } from "@bheem/edge";
import { requireSeat } from "@bheem/edge/express";
import { requireSeat as requireSeatInFastify } from "@bheem/edge/fastify";
import express from "express";
import Fastify from "fastify";

const client = new EdgeClient({ url: "https://edge.example", key: async () => "token", onUnavailable: () => ({ hasAccess: true, reason: "OPEN" }) });

// @ts-expect-error: there is no such value
new EdgeClient({ url: "https://edge.example", key: "bhk", onUnavailable: "grant" });

// @ts-expect-error: a check has an organisation
void client.verifySeat({ userId: "ana", applicationSlug: "healos" });

export async function calls(): Promise<void> {
  const verdict: Verdict = await client.verifySeat({ userId: "ana", applicationSlug: "healos", externalOrgId: "hospital_456" });
  verdict.origin satisfies "edge" | "memory" | "outage" | "unavailable";

  const organization = await client.call("GET /organizations/{id}", { path: { id: "org_1" } });
  organization satisfies Schemas["Organization"];
  const { headers, body } = await client.exchange("GET /subscriptions/{id}", { path: { id: "sub_1" } });
  (headers.get("etag") ?? body.id) satisfies string;
  await client.call("GET /readyz");
  await client.call("GET /api/v1/seats/changes", { query: { since: "p1", wait: 20 }, timeout: 25_000 });
  await client.call("POST /api/v1/contacts/import", { headers: { "Content-Type": "text/csv" }, body: "email\n" });

  // @ts-expect-error: there is no such operation
  await client.call("GET /organizations/{id}/nothing", { path: { id: "org_1" } });
  // @ts-expect-error: the id is missing
  await client.call("GET /organizations/{id}");
  // @ts-expect-error: a seat is not of this form
  await client.call("POST /verify-seat", { body: { user: "ana" } });
  // @ts-expect-error: the media type is missing
  await client.call("POST /api/v1/contacts/import", { body: "email\n" });
  // @ts-expect-error: an organization has no such field
  void organization.nothing;

  const headersOfWebhook = await signWebhook("whsec_", { id: "evt_1", body: "{}" });
  const event = await verifyWebhook<{ type: string }>(["whsec_"], { headers: { ...headersOfWebhook }, body: "{}" });
  event.body.type satisfies string;
  const token = await client.verifyToken("…", { applicationSlug: "healos" });
  token.exp satisfies number;
}

express().get(
  "/",
  requireSeat(client, { applicationSlug: "healos", user: (request) => request.get("x-user"), organization: async () => "hospital_456" }),
  (request, response) => void response.json(request.seat?.seatId),
);

Fastify().get(
  "/",
  { preHandler: requireSeatInFastify(client, { applicationSlug: "healos", user: (request) => String(request.headers["x-user"]), organization: () => "h" }) },
  (request) => request.seat?.seatId,
);
