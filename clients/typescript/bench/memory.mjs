// How long a check from memory takes: `npm run bench`. Fails above 5 µs. An edge in this process answers the first check of each
// user and the feed; everything after that is from memory.
import { createServer } from "node:http";
import { EdgeClient } from "@bheem/edge";

const USERS = 10_000;
const CHECKS = 1_000_000;
const LIMIT = 5_000;

const edge = createServer((request, response) => {
  const answer = (body) => response.setHeader("content-type", "application/json").end(JSON.stringify(body));
  if (request.url.includes("since=")) return; // Nothing changes.
  if (request.url.startsWith("/api/v1/seats/changes")) return answer({ changes: [], next: "p1", reset: true });
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const { requests } = JSON.parse(Buffer.concat(chunks));
    const instant = (milliseconds) => new Date(Date.now() + milliseconds).toISOString();
    const verdict = { hasAccess: true, reason: "SEAT_ACTIVE", version: 1, now: instant(0), freshUntil: instant(3_600_000), staleUntil: instant(86_400_000) };
    answer({ results: requests.map(() => verdict) });
  });
});
await new Promise((resolve) => edge.listen(0, "127.0.0.1", resolve));

const client = new EdgeClient({ url: `http://127.0.0.1:${edge.address().port}`, key: "bhk_bench" });
const check = (index) => ({ userId: `user_${index % USERS}`, applicationSlug: "healos", externalOrgId: `hospital_${index % 100}` });
const all = Array.from({ length: USERS }, (_, index) => check(index));
client.start();
while ((await client.verifySeats(all)).some(({ origin }) => origin !== "memory"));

const measure = async (name, limit, run) => {
  await run(CHECKS / 10);
  globalThis.gc?.();
  const before = process.hrtime.bigint();
  await run(CHECKS);
  const each = Number(process.hrtime.bigint() - before) / CHECKS;
  console.log(`${name}: ${each.toFixed(0)} ns per check${limit ? ` (at most ${limit})` : ""}`);
  if (limit && each > limit) process.exitCode = 1;
};

let granted = 0;
const from = (index) => all[(index * 7919) % USERS];
await measure(`await client.verifySeat(…) from memory, ${USERS} users, objects made before`, LIMIT, async (count) => {
  for (let index = 0; index < count; index++) if ((await client.verifySeat(from(index))).hasAccess) granted++;
});
await measure("the same, ids and objects made for each check", LIMIT, async (count) => {
  for (let index = 0; index < count; index++) if ((await client.verifySeat(check(index * 7919))).hasAccess) granted++;
});
await measure("for comparison: await of a promise that is there", 0, async (count) => {
  const promise = Promise.resolve({ hasAccess: true });
  for (let index = 0; index < count; index++) if ((await promise).hasAccess) granted++;
});
if (granted !== 3 * (CHECKS + CHECKS / 10)) throw new Error("not every check was a grant");

client.close();
edge.closeAllConnections();
edge.close();
