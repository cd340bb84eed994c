// Amounts as decimal digits: nothing here passes through a float.
import type { Exact } from './json';

/** An amount as `parse` of lib/json.ts gives it, or as somebody wrote it. */
export type Decimal = number | string | Exact;

const WRITTEN = /^(-?)(\d+)(?:\.(\d+))?$/;

/** The digits of an amount: whether it is negative, before and after the point; null: it is none. */
export function digits(value: Decimal): { isNegative: boolean; whole: string; rest: string } | null {
  const found = WRITTEN.exec(String(value).trim());
  if (!found) return null;
  return { isNegative: found[1] === '-', whole: found[2]!.replace(/^0+(?=\d)/, ''), rest: found[3] ?? '' };
}

/** `value` in the reader's way of writing numbers, with all its digits: `2,499.00`. */
export function written(value: Decimal): string {
  const found = digits(value);
  if (found === null) return String(value);
  const { isNegative, whole, rest } = found;
  const parts = new Intl.NumberFormat().formatToParts(-1.1);
  const sign = (type: string, other: string) => parts.find((part) => part.type === type)?.value ?? other;
  const fraction = rest === '' ? '' : `${sign('decimal', '.')}${rest}`;
  return `${isNegative ? sign('minusSign', '-') : ''}${BigInt(whole).toLocaleString()}${fraction}`;
}

/** For charts and widths of bars, never for amounts that are shown. */
export const approximate = (value: Decimal): number => Number(String(value));

/** Whether `one` is less than `other`. */
export function isLess(one: Decimal, other: Decimal): boolean {
  const [a, b] = [digits(one), digits(other)];
  if (a === null || b === null) return false;
  const places = Math.max(a.rest.length, b.rest.length);
  const whole = ({ isNegative, whole, rest }: typeof a) => BigInt(whole + rest.padEnd(places, '0')) * (isNegative ? -1n : 1n);
  return whole(a) < whole(b);
}
