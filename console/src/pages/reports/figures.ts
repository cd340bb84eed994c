// Figures beside those of the period before, as they are read and drawn.
import type { Amount, CfoDashboard } from 'edge';
import { approximate, count, money } from '../../lib/amount';
import { Exact } from '../../lib/json';
import type { Series } from '../../parts/Chart.svelte';

export type Head = Pick<CfoDashboard, 'as_of' | 'from' | 'to' | 'timezone' | 'previous_period'>;

export type Figure = Amount | null | undefined;
/** `amount`: in the currency; `count`: how many; `days`, `percent`: with their decimals. */
export type Kind = 'amount' | 'count' | 'days' | 'percent';
/** A figure beside that of the period before. */
export type Line = { name: string; current: Figure; previous: Figure; kind?: Kind; isTotal?: boolean };

/** A figure as it is read: an amount with `currency`, or without one where all that is around is in the same. */
export function words(value: Figure, kind: Kind = 'amount', currency?: string): string {
  if (value === null || value === undefined) return '–';
  return kind === 'amount' && currency !== undefined ? money(value, currency) : `${count(value)}${kind === 'days' ? ' days' : kind === 'percent' ? ' %' : ''}`;
}

const parts = (amount: Amount): [bigint, number] => {
  const text = amount instanceof Exact ? amount.text : String(amount);
  const places = text.split('.')[1]?.length ?? 0;
  return [BigInt(text.replace('.', '')), places];
};

/** What `one` is more than `other`, exactly; null where one is not known. */
export function difference(one: Figure, other: Figure): Exact | null {
  if (one === null || one === undefined || other === null || other === undefined) return null;
  const [[a, of], [b, from]] = [parts(one), parts(other)];
  const places = Math.max(of, from);
  const whole = a * 10n ** BigInt(places - of) - b * 10n ** BigInt(places - from);
  const digits = (whole < 0n ? -whole : whole).toString().padStart(places + 1, '0');
  const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
  return new Exact(whole < 0n ? `-${text}` : text);
}

/** A series of amounts; `sign` -1 draws them downwards. */
export const drawn = (name: string, amounts: Figure[], currency: string, sign = 1): Series => ({
  name,
  values: amounts.map((amount) => (amount === null || amount === undefined ? null : sign * approximate(amount))),
  texts: amounts.map((amount) => words(amount, 'amount', currency)),
});

/** The two series of a figure and of the period before. */
export const compared = (current: Figure[], previous: Figure[], currency: string): Series[] => [drawn('now', current, currency), drawn('the period before', previous, currency)];

/** `2026-12` as the month that it is. */
export function month(text: string): string {
  const date = new Date(`${text.slice(0, 7)}-01T00:00:00Z`);
  return Number.isNaN(date.getTime()) ? text : new Intl.DateTimeFormat(undefined, { month: 'short', year: 'numeric', timeZone: 'UTC' }).format(date);
}
