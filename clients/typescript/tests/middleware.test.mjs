import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { EdgeClient } from "@bheem/edge";
import { requireSeat as requireSeatInExpress } from "@bheem/edge/express";
import { requireSeat as requireSeatInFastify } from "@bheem/edge/fastify";
import express from "express";
import Fastify from "fastify";

const listen = async (server) => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${server.address().port}`;
};

/** How all libraries answer requests. */
const cases = JSON.parse(readFileSync(new URL("../../cases/middleware/requests.json", import.meta.url), "utf8"));

/** An edge by which `ana` has a seat, `eve` breaks the edge, and nobody else has one. */
const edge = createServer(async (request, response) => {
  const answer = (status, body) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  if (request.url.startsWith("/api/v1/seats/changes")) return answer(503, {});
  if (request.headers.authorization !== "Bearer bhk_good") return answer(401, { code: "UNAUTHENTICATED", detail: "The key is unknown." });
  const body = JSON.parse(await new Response(request).text());
  if (body.userId === "eve") return answer(500, {});
  const hasAccess = body.userId === "ana" && body.externalOrgId === "hospital_456" && (body.minVersion ?? 0) <= 3;
  answer(200, { hasAccess, reason: hasAccess ? "SEAT_ACTIVE" : "SEAT_NOT_FOUND", seatId: hasAccess ? "seat_1" : null, version: 3 });
});

const url = await listen(edge);

const requirement = {
  applicationSlug: "healos",
  user: (request) => request.headers["x-user"],
  organization: async (request) => request.headers["x-organization"],
  minVersion: (request) => (request.headers["x-version"] ? Number(request.headers["x-version"]) : undefined),
};

const frameworks = {
  express: async (client) => {
    const app = express();
    app.get("/", requireSeatInExpress(client, requirement), (request, response) => response.json(request.seat));
    app.use((error, _request, response, _next) => response.status(500).json({ code: error.code }));
    const server = createServer(app);
    return { url: await listen(server), close: () => server.close() };
  },
  fastify: async (client) => {
    const app = Fastify();
    app.get("/", { preHandler: requireSeatInFastify(client, requirement) }, async (request) => request.seat);
    app.setErrorHandler((error, _request, reply) => reply.code(500).send({ code: error.code }));
    return { url: await app.listen({ port: 0, host: "127.0.0.1" }), close: () => app.close() };
  },
};

for (const [framework, start] of Object.entries(frameworks)) {
  describe(framework, () => {
    let client, app, strangers, stranger, strict, strictApp;
    before(async () => {
      client = new EdgeClient({ url, key: "bhk_good" });
      app = await start(client);
      stranger = new EdgeClient({ url, key: "bhk_other" });
      strangers = await start(stranger);
      strict = new EdgeClient({ url, key: "bhk_good", onUnavailable: "error" });
      strictApp = await start(strict);
    });
    after(async () => {
      for (const one of [client, stranger, strict]) one.close();
      for (const one of [app, strangers, strictApp]) await one.close();
    });
    const get = (app, headers) => fetch(app.url, { headers: { connection: "close", ...headers } });

    test("who has a seat gets through, and the handler finds the verdict", async () => {
      const response = await get(app, { "x-user": "ana", "x-organization": "hospital_456" });
      assert.equal(response.status, 200);
      const { hasAccess, seatId, origin } = await response.json();
      assert.deepEqual({ hasAccess, seatId, origin }, { hasAccess: true, seatId: "seat_1", origin: "edge" });
    });

    const denied = async (response, status, code) => {
      assert.equal(response.status, status);
      assert.match(response.headers.get("content-type"), /^application\/problem\+json/);
      const body = await response.json();
      assert.deepEqual(Object.keys(body).sort(), ["code", "detail", "status", "title"]);
      assert.deepEqual([body.status, body.code], [status, code]);
    };

    test("who has none is answered with 403 and the verdict's reason", async () => {
      await denied(await get(app, { "x-user": "ben", "x-organization": "hospital_456" }), 403, "SEAT_NOT_FOUND");
      await denied(await get(app, { "x-user": "ana", "x-organization": "hospital_457" }), 403, "SEAT_NOT_FOUND");
    });

    test("every request is answered as by the other libraries", async () => {
      for (const { name, user, organization, status, code, retryAfter } of cases) {
        const headers = { ...(user !== null && { "x-user": user }), ...(organization !== null && { "x-organization": organization }) };
        const response = await get(app, headers);
        assert.equal(response.headers.get("retry-after"), retryAfter ?? null, name);
        if (code) await denied(response, status, code);
        else assert.equal(response.status, status, name);
      }
    });

    test("minVersion is passed on", async () => {
      await denied(await get(app, { "x-user": "ana", "x-organization": "hospital_456", "x-version": "4" }), 403, "SEAT_NOT_FOUND");
    });

    test("an edge that cannot answer is 503 with Retry-After, whatever onUnavailable says", async () => {
      for (const one of [app, strictApp]) {
        const response = await get(one, { "x-user": "eve", "x-organization": "hospital_456" });
        assert.equal(response.headers.get("retry-after"), "1");
        await denied(response, 503, "EDGE_UNAVAILABLE");
      }
    });

    test("a key that is refused goes to the application's error handler", async () => {
      const response = await get(strangers, { "x-user": "ana", "x-organization": "hospital_456" });
      assert.equal(response.status, 500);
      assert.deepEqual(await response.json(), { code: "UNAUTHENTICATED" });
    });
  });
}

after(() => {
  edge.closeAllConnections();
  edge.close();
});
