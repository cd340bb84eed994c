import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, test } from "node:test";
import { signWebhook, verifyWebhook, WebhookError } from "@bheem/edge";

// The example of the specification, which its libraries test with.
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const TIMESTAMP = 1614265330;
const BODY = '{"test": 2432232314}';
const SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
const OTHER = `whsec_${Buffer.from("another secret of enough bytes").toString("base64")}`;

const now = new Date(TIMESTAMP * 1000);
const sent = { "webhook-id": ID, "webhook-timestamp": String(TIMESTAMP), "webhook-signature": SIGNATURE };
const refused = (code) => (error) => error instanceof WebhookError && error.code === code;
const verify = (changes = {}, { secrets = SECRET, body = BODY, at = now } = {}) =>
  verifyWebhook(secrets, { headers: { ...sent, ...changes }, body, now: at });

describe("webhooks", () => {
  test("the specification's example is signed and verified", async () => {
    assert.deepEqual(await signWebhook(SECRET, { id: ID, timestamp: now, body: BODY }), sent);
    assert.deepEqual(await verify(), { id: ID, timestamp: now, body: { test: 2432232314 } });
  });

  test("a signature is the HMAC that Node.js makes, of bytes too", async () => {
    const body = Buffer.from('{"name":"Ünïcode"}');
    const { "webhook-signature": signature } = await signWebhook(OTHER, { id: "evt_1", timestamp: now, body });
    const key = Buffer.from(OTHER.slice("whsec_".length), "base64");
    const expected = createHmac("sha256", key).update(`evt_1.${TIMESTAMP}.`).update(body).digest("base64");
    assert.equal(signature, `v1,${expected}`);
  });

  test("during a rotation each secret signs, and each is accepted", async () => {
    const headers = await signWebhook([OTHER, SECRET], { id: ID, timestamp: now, body: BODY });
    assert.equal(headers["webhook-signature"].split(" ").length, 2);
    for (const secrets of [SECRET, OTHER, [OTHER, SECRET], ["whsec_AAAA", SECRET]]) {
      assert.equal((await verifyWebhook(secrets, { headers, body: BODY, now })).id, ID);
    }
  });

  test("a genuine signature among others is found", async () => {
    const signature = `v1a,${SIGNATURE.slice(3)} v1,AAAA v1,%% v2,x ${SIGNATURE}`;
    assert.equal((await verify({ "webhook-signature": signature })).id, ID);
  });

  test("headers are found in any case, and in Headers", async () => {
    const upper = Object.fromEntries(Object.entries(sent).map(([name, value]) => [name.toUpperCase(), [value]]));
    assert.equal((await verifyWebhook(SECRET, { headers: upper, body: BODY, now })).id, ID);
    assert.equal((await verifyWebhook(SECRET, { headers: new Headers(sent), body: Buffer.from(BODY), now })).id, ID);
  });

  test("what was changed, or signed by another secret, is refused", async () => {
    const { "webhook-signature": byOther } = await signWebhook(OTHER, { id: ID, timestamp: now, body: BODY });
    const cases = [
      [{}, { body: BODY.replace("2", "3") }],
      [{}, { body: `${BODY} ` }],
      [{ "webhook-id": "msg_other" }],
      [{ "webhook-timestamp": String(TIMESTAMP + 1) }],
      [{ "webhook-signature": byOther }],
      [{ "webhook-signature": SIGNATURE.slice(3) }],
      [{ "webhook-signature": `v1a,${SIGNATURE.slice(3)}` }],
      [{ "webhook-signature": `${SIGNATURE.slice(0, -2)}` }],
      [{ "webhook-signature": "v1," }],
      [{}, { secrets: OTHER }],
    ];
    for (const [headers, rest] of cases) await assert.rejects(verify(headers, rest), refused("WEBHOOK_SIGNATURE"), JSON.stringify([headers, rest]));
  });

  test("300 s of tolerance, both ways", async () => {
    for (const seconds of [-300, 300]) assert.equal((await verify({}, { at: new Date((TIMESTAMP + seconds) * 1000) })).id, ID);
    for (const seconds of [-301, 301]) await assert.rejects(verify({}, { at: new Date((TIMESTAMP + seconds) * 1000) }), refused("WEBHOOK_TIMESTAMP"));
    for (const timestamp of ["", "1614265330.5", "-1614265330", "0x1", "now", "1e9"]) {
      await assert.rejects(verify({ "webhook-timestamp": timestamp }), refused(timestamp ? "WEBHOOK_TIMESTAMP" : "WEBHOOK_HEADERS_MISSING"), timestamp);
    }
  });

  test("a webhook without one of the headers is refused", async () => {
    for (const name of Object.keys(sent)) await assert.rejects(verify({ [name]: undefined }), refused("WEBHOOK_HEADERS_MISSING"), name);
  });

  test("a genuine body that is not JSON is refused", async () => {
    const headers = await signWebhook(SECRET, { id: ID, timestamp: now, body: "test" });
    await assert.rejects(verifyWebhook(SECRET, { headers, body: "test", now }), refused("WEBHOOK_BODY"));
  });

  test("a secret that is none is a mistake, not a refusal", async () => {
    for (const secrets of [[], "", "whsec_", "whsec_%%"]) await assert.rejects(verify({}, { secrets }), TypeError, String(secrets));
    await assert.rejects(signWebhook(SECRET, { id: "evt.1", body: BODY }), TypeError);
  });
});
