import type { Amount, MrrResult, RevenueResult, SeatUsageResult } from 'edge';
import { withQuery } from '../../lib/api';
import { approximate, count, money, percent } from '../../lib/amount';
import { now } from '../../lib/clock.svelte';
import type { Series } from '../../parts/Chart.svelte';

/** An answer of analytics. */
export type Report<T> = { from: string; to: string; timezone: string; granularity: string; definitions: Record<string, string>; results: T[]; nextCursor?: string | null };
export type MrrReport = Report<MrrResult>;
export type RevenueReport = Report<RevenueResult>;
export type SeatUsageReport = Report<SeatUsageResult>;

export const RANGES = [
  { name: '12m', title: '12 months', granularity: 'month', months: 12 },
  { name: '24m', title: '24 months', granularity: 'month', months: 24 },
  { name: '30d', title: '30 days', granularity: 'day', months: 0 },
] as const;
export type Range = (typeof RANGES)[number];

const day = (date: Date) => date.toISOString().slice(0, 10);

/** Which figures are asked for: the dates are those of the reader's zone. */
export function query(range: Range, more: { application: string | null; organization: string | null; currency: string | null }) {
  const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const local = new Date(now() - new Date().getTimezoneOffset() * 60_000);
  const from =
    range.months === 0
      ? new Date(local.getTime() - 29 * 86_400_000)
      : new Date(Date.UTC(local.getUTCFullYear(), local.getUTCMonth() - range.months + 1, 1));
  return { from: day(from), granularity: range.granularity, timezone, applicationSlug: more.application, organizationId: more.organization, currency: more.currency };
}

export const path = (of: string, parameters: Record<string, string | number | null | undefined>) => withQuery(`/analytics/${of}`, parameters);

/** `2026-03-01` as the month or the day that it begins. */
export function when(at: string, granularity: string): string {
  const date = new Date(`${at.slice(0, 10)}T00:00:00Z`);
  const parts: Intl.DateTimeFormatOptions = granularity === 'month' ? { month: 'short', year: 'numeric' } : { day: 'numeric', month: 'short' };
  return new Intl.DateTimeFormat(undefined, { ...parts, timeZone: 'UTC' }).format(date);
}

type Point = { at: string };
type Figure = Amount | null | undefined;

const series = <P extends Point>(name: string, points: P[], of: (point: P) => Figure, text: (value: Amount) => string, sign = 1): Series => ({
  name,
  values: points.map((point) => {
    const value = of(point);
    return value === null || value === undefined ? null : sign * approximate(value);
  }),
  texts: points.map((point) => {
    const value = of(point);
    return value === null || value === undefined ? '–' : text(value);
  }),
});

export const amounts = <P extends Point>(name: string, points: P[], currency: string, of: (point: P) => Figure, sign = 1) =>
  series(name, points, of, (value) => money(value, currency), sign);
export const counts = <P extends Point>(name: string, points: P[], of: (point: P) => Figure) => series(name, points, of, count);
export const shares = <P extends Point>(name: string, points: P[], of: (point: P) => Figure) => series(name, points, of, percent);
