import assert from "node:assert/strict";
import { test } from "node:test";
import { Player, read } from "./support/player.mjs";

const tokens = read("tokens.json");

for (const subject of ["memory", "outage", "feed", "clocks", "concurrency", "tokens"]) {
  test(`the cases of ${subject}`, async (t) => {
    const cases = subject === "tokens" ? tokens.cases : read(`${subject}.json`);
    assert.ok(cases.length >= 8);
    for (const one of cases) await t.test(one.name, () => new Player(one, tokens).play(one.steps));
  });
}
