// Plays the cases of clients/cases, as its README says.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { EdgeClient } from "@bheem/edge";
import { answer, settle, VirtualClock, Wire } from "./world.mjs";

const CASES = new URL("../../../cases/", import.meta.url);

export const read = (name) => JSON.parse(readFileSync(new URL(name, CASES), "utf8"));

/** How something ended, or that it has not. */
function watch(promise) {
  const watched = { ended: false };
  promise.then(
    (value) => Object.assign(watched, { ended: true, value }),
    (error) => Object.assign(watched, { ended: true, error }),
  );
  return watched;
}

export class Player {
  #clock = new VirtualClock();
  #wire = new Wire();
  #checks = new Map();
  #tokens;
  #client;

  constructor({ options = {} }, tokens) {
    this.#tokens = tokens;
    this.#client = new EdgeClient({
      url: "https://edge.example",
      key: "bhk_case",
      ...options,
      fetch: this.#wire.fetch,
      clock: this.#clock,
      random: () => 1,
    });
    this.#client.start();
  }

  async play(steps) {
    for (const [index, step] of steps.entries()) {
      await this.#clock.goTo(step.at);
      try {
        await this.#do(step);
      } catch (error) {
        error.message = `step ${index + 1}, ${JSON.stringify(step)}: ${error.message}`;
        throw error;
      }
      await settle();
    }
    this.#client.close();
    await settle();
  }

  #do(step) {
    if (step.check) return this.#check(step);
    if (step.request) return this.#request(step);
    if (step.none) return assert.equal(this.#wire.oldest(step.none), undefined, "there is a request");
    if (step.respond) return this.#respond(step);
    if (step.fail) return this.#oldest(step.fail).fail();
    if (step.expect) return this.#expect(step);
    if (step.pending) return assert.equal(this.#ended(step.pending).ended, false, "it has ended");
    if (step.clock) return this.#clock.jump(step.clock);
    if (step.token !== undefined) return this.#token(step);
    throw new Error("no such step");
  }

  #oldest(kind) {
    const request = this.#wire.oldest(kind);
    assert.ok(request, `there is no request of the kind ${kind}`);
    return request;
  }

  #ended(name) {
    assert.ok(this.#checks.has(name), `there is no check ${name}`);
    return this.#checks.get(name);
  }

  #check({ check, user = "ana", application = "healos", organization = "hospital_456", minVersion }) {
    const asked = { userId: user, applicationSlug: application, externalOrgId: organization, minVersion };
    this.#checks.set(check, watch(this.#client.verifySeat(asked)));
  }

  #request(step) {
    const { query, body } = this.#oldest(step.request);
    if (step.since !== undefined) assert.equal(query.since ?? null, step.since, "since");
    if (step.wait !== undefined) assert.equal(query.wait === undefined ? null : Number(query.wait), step.wait, "wait");
    if (step.user !== undefined) assert.equal(body.userId, step.user, "user");
    if (step.minVersion !== undefined) assert.equal(body.minVersion ?? null, step.minVersion, "minVersion");
    if (step.request === "verify") assert.equal(body.lifetime, true, "a check asks for its answer's lifetime");
  }

  #respond(step) {
    const { status, headers, text, json, grant, denial } = step;
    const verdict = grant ? answer(true, grant, this.#clock.wall()) : denial ? answer(false, denial, this.#clock.wall()) : undefined;
    this.#oldest(step.respond).respond(text ?? JSON.stringify(json ?? verdict), { status, headers });
  }

  #expect(step) {
    const { ended, value, error } = this.#ended(step.expect);
    assert.equal(ended, true, "it has not ended");
    if (step.error !== undefined) {
      assert.equal(error?.code, step.error, "the error's code");
      return;
    }
    assert.equal(error, undefined);
    for (const name of ["hasAccess", "origin", "reason", "version"]) {
      if (step[name] !== undefined) assert.equal(value[name], step[name], name);
    }
  }

  /** Signatures are verified outside of JavaScript, so that this waits for the end. */
  async #token({ token, application, organization, user, keys = "first", valid, error }) {
    const audience = { applicationSlug: application, externalOrgId: organization, userId: user };
    const verified = watch(this.#client.verifyToken(this.#tokens.tokens[token], audience));
    while (!verified.ended) {
      await settle();
      const request = this.#wire.oldest("jwks");
      if (!request) continue;
      assert.notEqual(keys, "none", "keys were asked for");
      if (keys === "fail") request.fail();
      else request.respond(JSON.stringify(this.#tokens.keys[keys]));
    }
    if (valid) assert.equal(verified.error, undefined);
    else assert.equal(verified.error?.code, error, "the error's code");
  }
}
