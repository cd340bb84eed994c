// Amounts as they are shown: with all their digits, and never through a float.
import type { Amount } from 'edge';
import { Exact } from './json';

/** An amount as it was written. */
export const digits = (amount: Amount): string => (amount instanceof Exact ? amount.text : String(amount));

/** For charts and comparisons, never for amounts that are shown. */
export const approximate = (amount: Amount): number => (amount instanceof Exact ? amount.approximate() : amount);

const decimals = (text: string): number => text.split('.')[1]?.length ?? 0;

/** `Intl` keeps the digits of a number that it is given as text. */
const format = (text: string, options: Intl.NumberFormatOptions): string => {
  const places = { minimumFractionDigits: decimals(text), maximumFractionDigits: decimals(text) };
  return new Intl.NumberFormat(undefined, { ...options, ...places }).format(text as unknown as number);
};

/** An amount with its currency, in the reader's notation. */
export function money(amount: Amount, currency: string): string {
  const text = digits(amount);
  try {
    return format(text, { style: 'currency', currency, currencyDisplay: 'code' });
  } catch {
    // Not a currency that this browser can write.
    return `${currency} ${text}`;
  }
}

/** A share as percents: 0.0125 is 1.25 %. */
export function percent(share: Amount | null | undefined): string {
  if (share === null || share === undefined) return '–';
  return new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 }).format(approximate(share));
}

/** A count, or what is no amount. */
export const count = (value: Amount): string => format(digits(value), {});

/** An amount so many times, exactly. */
export function times(amount: Amount, factor: number): Exact {
  const text = digits(amount);
  const places = decimals(text);
  const product = (BigInt(text.replace('.', '')) * BigInt(factor)).toString().padStart(places + 1, '0');
  return new Exact(places === 0 ? product : `${product.slice(0, -places)}.${product.slice(-places)}`);
}

/** Whether `one` is less than `other`, which may be what somebody writes; false if that is no amount. */
export function isLess(one: Amount | string, other: Amount | string): boolean {
  const written = /^(-?)(\d+)(?:\.(\d+))?$/;
  const [a, b] = [one, other].map((amount) => written.exec(typeof amount === 'string' ? amount.trim() : digits(amount)));
  if (!a || !b) return false;
  const places = Math.max(a[3]?.length ?? 0, b[3]?.length ?? 0);
  const [less, more] = [a, b].map(([, sign, whole, rest]) => BigInt(`${sign}${whole}${(rest ?? '').padEnd(places, '0')}`));
  return less! < more!;
}

/** What somebody writes as percents, to two places. */
export const PERCENT = '[0-9]{1,5}([.][0-9]{1,2})?';

/** Basis points as percents: 1250 is 12.5. */
export const ofBasisPoints = (points: number): string => String(points / 100);

/** Percents as basis points, by their digits. */
export function toBasisPoints(written: string): number {
  const [whole = '', rest = ''] = written.trim().split('.');
  return Number(whole || '0') * 100 + Number(rest.padEnd(2, '0').slice(0, 2) || '0');
}

/** An amount or a number as somebody writes it. */
export const NUMBER = '-?[0-9]+([.][0-9]+)?';

/** What is written, as a number of JSON with the same digits. */
export const exact = (written: string): Exact => new Exact(written.trim().replace(/^(-?)0+(?=\d)/, '$1'));
