// What the shared cases do not say: batches, calls, tokens' keys at once, closing, and what is wrong with options.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { EdgeClient, EdgeError, EdgeUnavailableError } from "@bheem/edge";
import { answer, settle, VirtualClock, Wire } from "./support/world.mjs";

const LIFE = { fresh: 60_000, stale: 600_000, version: 3 };
const check = (userId, rest = {}) => ({ userId, applicationSlug: "healos", externalOrgId: "hospital_456", ...rest });
const changes = (list, next, reset = false) => JSON.stringify({ changes: list, next, reset });
const CHANGE = { applicationSlug: "healos", externalOrgId: "hospital_456", fence: 7 };

async function connected(options = {}) {
  const [clock, wire] = [new VirtualClock(), new Wire()];
  const client = new EdgeClient({ url: "https://edge.example/base/", key: "bhk_1", fetch: wire.fetch, clock, random: () => 1, ...options });
  client.start();
  await settle();
  wire.oldest("changes").respond(changes([], "p1", true));
  await settle();
  return { clock, wire, client, say: (access, life = LIFE) => JSON.stringify(answer(access, life, clock.wall())) };
}

describe("a check", () => {
  test("has the key and asks for a lifetime", async () => {
    const [clock, wire] = [new VirtualClock(), new Wire()];
    let keys = 0;
    const client = new EdgeClient({ url: "https://edge.example", key: async () => `token_${++keys}`, fetch: wire.fetch, clock });
    client.verifySeat(check("ana", { minVersion: 3 }));
    await settle();
    assert.equal(wire.oldest("changes").headers.authorization, "Bearer token_1");
    const { headers, body } = wire.oldest("verify");
    assert.equal(headers.authorization, "Bearer token_2");
    assert.deepEqual(body, { userId: "ana", applicationSlug: "healos", externalOrgId: "hospital_456", minVersion: 3, lifetime: true });
    client.close();
  });

  test("gives all that the edge says, but not the lifetime", async () => {
    const { wire, client, clock } = await connected();
    const asked = client.verifySeat(check("ana"));
    await settle();
    wire.oldest("verify").respond(JSON.stringify({ ...answer(true, LIFE, clock.wall()), seatId: "seat_1", expiresAt: null, later: { a: 1 } }));
    const expected = { hasAccess: true, reason: "SEAT_ACTIVE", version: 3, seatId: "seat_1", expiresAt: null, later: { a: 1 } };
    assert.deepEqual(await asked, { ...expected, origin: "edge" });
    const remembered = await client.verifySeat(check("ana"));
    assert.deepEqual(remembered, { ...expected, origin: "memory" });
    assert.ok(Object.isFrozen(remembered), "all checks have the same object: nobody may change it");
    client.close();
  });

  test("by a function for onUnavailable answers what it returns", async () => {
    const seen = [];
    const onUnavailable = async (check, error) => {
      seen.push([check.userId, error instanceof EdgeUnavailableError, error.status]);
      return { hasAccess: true, reason: "OPEN" };
    };
    const { wire, client } = await connected({ onUnavailable });
    const asked = client.verifySeat(check("ana"));
    await settle();
    wire.oldest("verify").respond("{}", { status: 500 });
    assert.deepEqual(await asked, { hasAccess: true, reason: "OPEN", origin: "unavailable" });
    assert.deepEqual(seen, [["ana", true, 500]]);
    client.close();
  });

  test("an error has what the problem says", async () => {
    const { wire, client } = await connected();
    const asked = client.verifySeat(check(""));
    await settle();
    wire.oldest("verify").respond(JSON.stringify({ code: "VALIDATION_ERROR", detail: "userId is empty", requestId: "r1" }), { status: 400 });
    await assert.rejects(asked, (error) => {
      assert.ok(error instanceof EdgeError && !(error instanceof EdgeUnavailableError));
      assert.deepEqual([error.status, error.code, error.detail, error.requestId], [400, "VALIDATION_ERROR", "userId is empty", "r1"]);
      return true;
    });
    client.close();
  });

  test("an answer does not take the place of one whose check was sent later", async () => {
    const { wire, client, say } = await connected();
    const earlier = client.verifySeat(check("ana"));
    const later = client.verifySeat(check("ana", { minVersion: 4 }));
    await settle();
    const [first, second] = wire.unanswered("verify");
    second.respond(say(false, { ...LIFE, version: 4 }));
    await later;
    first.respond(say(true));
    assert.equal((await earlier).hasAccess, true);
    const { hasAccess, origin } = await client.verifySeat(check("ana"));
    assert.deepEqual([hasAccess, origin], [false, "memory"]);
    client.close();
  });

  test("a suspension counts although the wall clock was set back before", async () => {
    const { clock, wire, client, say } = await connected();
    const asked = client.verifySeat(check("ana"));
    await settle();
    wire.oldest("verify").respond(say(true));
    await asked;
    clock.jump(-3_600_000);
    assert.equal((await client.verifySeat(check("ana"))).origin, "memory");
    clock.jump(30_000);
    client.verifySeat(check("ana"));
    await settle();
    assert.ok(wire.oldest("verify"), "what the feed has not confirmed for maxSilence is not used");
    client.close();
  });

  test("many entries are dropped in the order in which they were used", async () => {
    const { wire, client, say } = await connected({ maxEntries: 50 });
    const known = [];
    let seed = 1;
    const random = (below) => (seed = (seed * 48271) % 2147483647) % below;
    for (let step = 0; step < 2_000; step++) {
      const user = `user_${random(80)}`;
      const asked = client.verifySeat(check(user));
      await settle();
      const request = wire.oldest("verify");
      assert.equal(request === undefined, known.includes(user), `step ${step}`);
      request?.respond(say(true));
      await asked;
      known.splice(0, known.length, ...known.filter((one) => one !== user).slice(-49), user);
    }
    client.close();
  });
});

describe("a batch", () => {
  test("asks for what memory does not know, in one request, in the order of the checks", async () => {
    const { wire, client, say, clock } = await connected();
    const asked = client.verifySeat(check("ana"));
    await settle();
    wire.oldest("verify").respond(say(true));
    await asked;
    const all = client.verifySeats([check("ben"), check("ana"), check("cid", { minVersion: 2 })]);
    await settle();
    const { requests } = wire.oldest("batch").body;
    assert.deepEqual(requests.map(({ userId, minVersion, lifetime }) => [userId, minVersion, lifetime]), [["ben", undefined, true], ["cid", 2, true]]);
    wire.oldest("batch").respond(JSON.stringify({ results: [answer(false, LIFE, clock.wall()), answer(true, LIFE, clock.wall())] }));
    assert.deepEqual((await all).map(({ hasAccess, origin }) => [hasAccess, origin]), [[false, "edge"], [true, "memory"], [true, "edge"]]);
    assert.equal((await client.verifySeat(check("cid"))).origin, "memory");
    assert.deepEqual(await client.verifySeats([]), []);
    client.close();
  });

  test("of more than a hundred checks takes several requests", async () => {
    const { wire, client, clock } = await connected();
    const all = client.verifySeats(Array.from({ length: 250 }, (_, index) => check(`user_${index}`)));
    await settle();
    const batches = wire.unanswered("batch");
    assert.deepEqual(batches.map(({ body }) => body.requests.length), [100, 100, 50]);
    for (const batch of batches.reverse()) {
      batch.respond(JSON.stringify({ results: batch.body.requests.map(({ userId }) => ({ ...answer(true, LIFE, clock.wall()), seatId: userId })) }));
    }
    assert.deepEqual((await all).map(({ seatId }) => seatId), Array.from({ length: 250 }, (_, index) => `user_${index}`));
    client.close();
  });

  test("what a change has overtaken is asked again; what failed is answered as in an outage", async () => {
    const { wire, client, say, clock } = await connected();
    const all = client.verifySeats([check("ana"), check("ben", { externalOrgId: "hospital_457" }), check("cid", { externalOrgId: "hospital_457" })]);
    await settle();
    wire.oldest("changes").respond(changes([CHANGE], "p2"));
    await settle();
    const failed = { error: { status: 503, code: "UPSTREAM_UNAVAILABLE", detail: "The ERP does not answer." } };
    wire.oldest("batch").respond(JSON.stringify({ results: [answer(true, LIFE, clock.wall()), answer(true, LIFE, clock.wall()), failed] }));
    await settle();
    assert.equal(wire.oldest("verify").body.userId, "ana");
    wire.oldest("verify").respond(say(false));
    assert.deepEqual((await all).map(({ hasAccess, origin }) => [hasAccess, origin]), [[false, "edge"], [true, "edge"], [false, "unavailable"]]);
    client.close();
  });

  test("that cannot be sent, or whose answer cannot be read, is an outage for each of its checks", async () => {
    const { wire, client, clock } = await connected();
    const lost = client.verifySeats([check("ana"), check("ben")]);
    await settle();
    wire.oldest("batch").fail();
    await clock.goTo(50);
    wire.oldest("batch").respond(JSON.stringify({ results: [answer(true, LIFE, clock.wall())] }));
    assert.deepEqual((await lost).map(({ origin }) => origin), ["unavailable", "unavailable"]);
    client.close();
  });

  test("with a check that is wrong is an error", async () => {
    const { wire, client, clock } = await connected();
    const all = client.verifySeats([check("ana"), check("")]);
    await settle();
    const wrong = { error: { status: 400, code: "VALIDATION_ERROR", detail: "userId is empty" } };
    wire.oldest("batch").respond(JSON.stringify({ results: [answer(true, LIFE, clock.wall()), wrong] }));
    await assert.rejects(all, { code: "VALIDATION_ERROR" });
    client.close();
  });
});

describe("a call", () => {
  test("fills the path and the query, and sends JSON", async () => {
    const { wire, client } = await connected();
    const called = client.call("PATCH /organizations/{id}", { path: { id: "a/b c?" }, headers: { "X-Tenant-Id": null }, body: { name: "Clinic" } });
    await settle();
    const request = wire.oldest("PATCH /base/organizations/a%2Fb%20c%3F");
    assert.deepEqual(request.headers, { authorization: "Bearer bhk_1", "content-type": "application/json" });
    assert.deepEqual(request.body, { name: "Clinic" });
    request.respond(JSON.stringify({ id: "org_1" }), { headers: { "content-type": "application/json" } });
    assert.deepEqual(await called, { id: "org_1" });

    const listed = client.call("GET /organizations", { query: { limit: 5, cursor: undefined, name: null } });
    await settle();
    assert.equal(wire.oldest("GET /base/organizations").url.search, "?limit=5");
    wire.oldest("GET /base/organizations").respond("[]", { headers: { "content-type": "application/json" } });
    assert.deepEqual(await listed, []);
    client.close();
  });

  test("gives text, bytes or nothing, as the response is, and its headers", async () => {
    const { wire, client } = await connected();
    const exchange = async (operation, input, body, options) => {
      const exchanged = client.exchange(operation, input);
      await settle();
      wire.oldest(operation.replace(" ", " /base").replace("{id}", "1")).respond(body, options);
      return exchanged;
    };
    const text = await exchange("GET /metrics", {}, "up 1\n", { headers: { "content-type": "text/plain" } });
    assert.equal(text.body, "up 1\n");
    const bytes = await exchange("GET /api/v1/webhooks/events/{id}/body", { path: { id: "1" } }, "x", { headers: { "content-type": "application/octet-stream" } });
    assert.deepEqual(bytes.body, new Uint8Array([120]));
    const nothing = await exchange("DELETE /api/v1/api-keys/{id}", { path: { id: "1" } }, null, { status: 204, headers: { etag: '"1"' } });
    assert.deepEqual([nothing.status, nothing.body, nothing.headers.get("etag")], [204, undefined, '"1"']);
    client.close();
  });

  test("throws what the edge says, and that it is unavailable", async () => {
    const { wire, client, clock } = await connected();
    for (const [status, Kind] of [[404, EdgeError], [429, EdgeUnavailableError], [503, EdgeUnavailableError]]) {
      const called = client.call("GET /organizations/{id}", { path: { id: "1" } });
      await settle();
      wire.oldest("GET /base/organizations/1").respond(JSON.stringify({ code: "CODE", detail: "why" }), { status });
      await assert.rejects(called, (error) => error.constructor === Kind && error.status === status && error.code === "CODE" && error.message === "CODE: why");
    }
    const late = client.call("GET /organizations/{id}", { path: { id: "1" }, timeout: 500 });
    late.catch(() => undefined);
    await clock.goTo(clock.monotonic() + 500);
    await assert.rejects(late, { name: "EdgeUnavailableError", status: 0 });
    client.close();
  });

  test("without an id, or with one that leads elsewhere, is not sent", async () => {
    const { client, wire } = await connected();
    for (const id of ["", ".", "..", undefined]) {
      await assert.rejects(client.call("GET /organizations/{id}", { path: { id } }), TypeError, String(id));
    }
    assert.equal(wire.unanswered("GET /base/organizations").length, 0);
    client.close();
  });

  test("ends when its signal says so", async () => {
    const { client } = await connected();
    const controller = new AbortController();
    const called = client.call("GET /readyz", { signal: controller.signal });
    await settle();
    controller.abort(new Error("enough"));
    await assert.rejects(called, { message: "enough" });
    client.close();
  });
});

test("checks of tokens at once read the keys once", async () => {
  const { client, wire } = await connected();
  const token = `${btoa(JSON.stringify({ alg: "EdDSA", kid: "k1" })).replaceAll("=", "")}.e30.AAAA`;
  const verified = Promise.allSettled([1, 2, 3].map(() => client.verifyToken(token, { applicationSlug: "healos" })));
  await settle();
  assert.equal(wire.unanswered("jwks").length, 1);
  assert.equal(wire.oldest("jwks").headers.authorization, undefined);
  wire.oldest("jwks").respond('{"keys":[]}');
  assert.deepEqual((await verified).map(({ reason }) => reason.code), ["TOKEN_INVALID", "TOKEN_INVALID", "TOKEN_INVALID"]);
  client.close();
});

test("a client that is closed follows no more, has no timer, and uses no memory", async () => {
  const { client, wire, clock, say } = await connected();
  const asked = client.verifySeat(check("ana"));
  await settle();
  wire.oldest("verify").respond(say(true));
  await asked;
  client.close();
  await settle();
  assert.deepEqual([wire.unanswered("changes").length, clock.waiting], [0, 0]);
  const again = client.verifySeat(check("ana"));
  await settle();
  assert.equal(wire.unanswered("changes").length, 0);
  wire.oldest("verify").respond(say(true));
  assert.equal((await again).origin, "edge");
});

test("an edge that refuses each position is not asked without pause", async () => {
  const { wire, clock, client } = await connected();
  let asked = 0;
  for (let time = 0; time < 60_000; time += 10) {
    await clock.goTo(time);
    const request = wire.oldest("changes");
    if (!request) continue;
    asked++;
    if (request.query.since) request.respond("{}", { status: 400 });
    else request.respond(changes([], "p1", true));
    await settle();
  }
  assert.ok(asked < 40, `${asked} requests in a minute`);
  client.close();
});

test("options that are wrong are refused at once", () => {
  const options = { url: "https://edge.example", key: "bhk_1" };
  for (const wrong of [{ url: "edge" }, { url: "ftp://edge" }, { key: "" }, { timeout: 0 }, { maxSilence: -1 }, { maxEntries: NaN }, { onUnavailable: "grant" }]) {
    assert.throws(() => new EdgeClient({ ...options, ...wrong }), TypeError, JSON.stringify(wrong));
  }
});
