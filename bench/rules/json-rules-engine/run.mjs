// The rule `approval` on json-rules-engine: reads how it is to be measured from standard input, writes what it saw.
//
// Amounts are JavaScript numbers here: the engine knows no decimals. It has no notion of an outcome either, so each rule
// carries one as its event, and the first rule that holds decides.

import { readFileSync } from 'node:fs';
import { Engine } from 'json-rules-engine';

const { inputs, seconds, limits } = JSON.parse(readFileSync(0, 'utf8'));

const people = (role) => ({ approvers: [`role:${role}`], quorum: 1 });
const amount = (operator, value) => ({ fact: 'amount', operator, value });

function compile() {
  const engine = new Engine([], { allowUndefinedFacts: true });
  const add = (priority, conditions, params) =>
    engine.addRule({ priority, conditions: { all: conditions }, event: { type: params.outcome, params } });
  const known = Object.keys(limits);
  const unknown = { fact: 'currency', operator: 'notIn', value: known };
  add(10, [amount('lessThan', 0)], { outcome: 'reject', levels: [], reason: 'The amount is below zero.' });
  for (const [currency, of, { alone, finance }] of [
    ...known.map((name) => [name, { fact: 'currency', operator: 'equal', value: name }, limits[name]]),
    [null, unknown, { alone: '0.00', finance: '0.00' }],
  ]) {
    const [low, high] = [Number(alone), Number(finance)];
    const name = currency ?? '{currency}';
    add(5, [of, amount('greaterThanInclusive', 0), amount('lessThanInclusive', low)], {
      outcome: 'approve', levels: [], reason: `Up to ${alone} ${name} nobody is asked.`,
    });
    add(5, [of, amount('greaterThan', low), amount('lessThanInclusive', high)], {
      outcome: 'require', levels: [people('finance_manager')],
      reason: `Above ${alone} ${name} the finance manager approves.`,
    });
    add(5, [of, amount('greaterThan', high)], {
      outcome: 'require', levels: [people('finance_manager'), people('cfo')],
      reason: `Above ${finance} ${name} the finance manager and the CFO approve.`,
    });
  }
  return engine;
}

async function decide(engine, text) {
  const input = JSON.parse(text);
  const { events } = await engine.run(input);
  const { outcome, levels, reason } = events[0].params;
  return JSON.stringify({ outcome, levels, reason: reason.replace('{currency}', input.currency) });
}

async function timed(work) {
  const laps = [];
  const until = performance.now() + seconds * 1000;
  for (let number = 0; performance.now() < until; number += 1) {
    const started = performance.now();
    await work(number);
    laps.push((performance.now() - started) * 1000);
  }
  laps.sort((one, other) => one - other);
  const at = (share) => laps[Math.min(laps.length - 1, Math.floor(laps.length * share))];
  return { p50: at(0.5), p99: at(0.99), laps: laps.length };
}

const engine = compile();
const outcomes = [];
for (const input of inputs) outcomes.push(JSON.parse(await decide(engine, input)));
await timed((number) => decide(engine, inputs[number % inputs.length]));
const warm = await timed((number) => decide(engine, inputs[number % inputs.length]));
const cold = await timed((number) => decide(compile(), inputs[number % inputs.length]));
console.log(JSON.stringify({ outcomes, warm, cold }));
