// Which figures are asked for, as the address keeps it. What it does not name is as the edge has it: the month of today, in the
// tenant's time zone.
import { withQuery } from '../../lib/api';
import { now } from '../../lib/clock.svelte';
import { route } from '../../lib/router.svelte';

export const API = '/api/v1/enterprise-billing/reports';

/** The periods that are offered, by the day as of which figures are; any other is written as two dates. */
export const PERIODS = { '': 'the month', last_month: 'the month before', quarter: 'the quarter', last_quarter: 'the quarter before', year: 'the year', last_year: 'the year before', own: 'dates' } as const;
export type Period = keyof typeof PERIODS;

const isDate = (text: string | null): text is string => /^\d{4}-\d{2}-\d{2}$/.test(text ?? '');

/** The first day of a month; `month` may lie outside 0 to 11. */
const first = (year: number, month: number) => new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10);

/** The days of a period, `to` not included. Without a day it is that of today, by the reader's calendar. */
export function days(period: Period, asOf: string | null): { from: string; to: string } {
  const today = new Date(now() - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
  const [year = 0, month = 1] = (asOf ?? today).split('-').map(Number);
  const [begin, length] = period === 'year' || period === 'last_year' ? [0, 12] : period === 'quarter' || period === 'last_quarter' ? [month - 1 - ((month - 1) % 3), 3] : [month - 1, 1];
  const from = period.startsWith('last_') ? begin - length : begin;
  return { from: first(year, from), to: first(year, from + length) };
}

/** What the address asks for. */
export function asked() {
  const of = (name: string) => route.query.get(name);
  const [from, to, asOf] = ['from', 'to', 'as_of'].map((name) => (isDate(of(name)) ? of(name) : null));
  const named = of('period') ?? '';
  const period: Period = from || to ? 'own' : named in PERIODS ? (named as Period) : '';
  const range = period === 'own' || period === '' ? { from: from ?? null, to: to ?? null } : days(period, asOf ?? null);
  return { period, ...range, as_of: asOf ?? null, entity_id: of('entity'), timezone: of('timezone') };
}
export type Asked = ReturnType<typeof asked>;

/** Where the report is read. */
export const reportPath = (name: string, { from, to, as_of, entity_id, timezone }: Asked, more: Record<string, string | null> = {}) =>
  withQuery(`${API}/${name}`, { from, to, as_of, entity_id, timezone, ...more });
