// The tests of a rule as cards, and back.
import { parse, pretty, stringify, type Json } from '../../lib/json';

/** `rest`: what else the test says, JSON. */
export type Card = { id: number; name: string; group: string; input: string; expected: string; rest: string };
/** `rest`: what else the file says, JSON. */
export type Tests = { cards: Card[]; isList: boolean; rest: string };

let count = 0;

export function card(name: string, input: Json, expected: Json, group = '', rest: Json = {}): Card {
  return { id: ++count, name, group, input: pretty(input), expected: pretty(expected), rest: stringify(rest) };
}

/** Everything that a card does not show is kept as it is. */
export function read(tests: Json | undefined): Tests {
  const isList = Array.isArray(tests);
  const file = (isList || tests === null || typeof tests !== 'object' ? { tests: tests ?? [] } : tests) as Record<string, Json>;
  const { tests: list, ...rest } = file;
  const cards = (Array.isArray(list) ? list : []).map((test) => {
    const { name, group, input, expected, ...more } = test as Record<string, Json>;
    return card(String(name ?? ''), input ?? {}, expected ?? {}, typeof group === 'string' ? group : '', more);
  });
  return { cards, isList, rest: stringify(rest) };
}

export type Unreadable = { card: number; field: 'input' | 'expected'; message: string };

/** The tests as they are sent, or which card cannot be read. */
export function write({ cards, isList, rest }: Tests): { tests: Json } | { unreadable: Unreadable[] } {
  const unreadable: Unreadable[] = [];
  const value = (card: Card, field: 'input' | 'expected'): Json => {
    try {
      return parse(card[field]);
    } catch (error) {
      unreadable.push({ card: card.id, field, message: error instanceof Error ? error.message : String(error) });
      return null;
    }
  };
  const list = cards.map((card) => ({
    name: card.name,
    ...(card.group === '' ? {} : { group: card.group }),
    ...parse<Record<string, Json>>(card.rest),
    input: value(card, 'input'),
    expected: value(card, 'expected'),
  }));
  if (unreadable.length > 0) return { unreadable };
  return { tests: isList ? list : { ...parse<Record<string, Json>>(rest), tests: list } };
}
