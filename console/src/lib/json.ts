// JSON whose numbers keep their digits. `JSON.parse` would make 2499.00 into 2499, and round what has more than 15 to 17
// digits; amounts and the tests of rules must come out as they came in.

/** A number as it was written, where a float could not give the same digits back. */
export class Exact {
  constructor(readonly text: string) {}
  toString(): string {
    return this.text;
  }
  /** For charts and comparisons, never for amounts that are shown. */
  approximate(): number {
    return Number(this.text);
  }
}

export type Json = null | boolean | number | string | Exact | Json[] | { [name: string]: Json };

type Reviver = (name: string, value: unknown, context: { source?: string }) => unknown;
type Engine = {
  parse(text: string, reviver: Reviver): unknown;
  rawJSON?(text: string): unknown;
};
const engine = JSON as unknown as Engine;

/** Whether this browser can keep the digits of numbers. */
export const isExact = typeof engine.rawJSON === 'function';

export function parse<T = Json>(text: string): T {
  return engine.parse(text, (_name, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source ? new Exact(source) : value,
  ) as T;
}

export function stringify(value: unknown, indent = 0): string {
  const exact = (_name: string, value: unknown) => (value instanceof Exact ? engine.rawJSON!(value.text) : value);
  return JSON.stringify(value, exact, indent) ?? 'null';
}

/** Small things on one line, large ones with an entry per line. */
export function pretty(value: unknown): string {
  const short = stringify(value);
  return short.length <= 60 ? short : stringify(value, 2);
}

/** Whether two values are written the same, whatever the order of their entries. */
export function same(one: unknown, other: unknown): boolean {
  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(sorted);
    if (value === null || typeof value !== 'object' || value instanceof Exact) return value;
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries.map(([name, value]) => [name, sorted(value)]));
  };
  return stringify(sorted(one)) === stringify(sorted(other));
}
