// A report as somebody puts it together. The address keeps it, so that it can be sent to a colleague.
import type { CustomReport, ReportMember, ReportMembers, ReportSource, SavedReport } from 'edge';
import { exact, NUMBER } from '../../lib/amount';
import { parse, type Json } from '../../lib/json';

/** The values of a filter are written one on a line. */
export type DraftFilter = { member: string; operator: string; values: string };
export type Draft = {
  measures: string[];
  dimensions: string[];
  /** `range`: `last_month`, …; `own`: from `from` to `to`. */
  time: { dimension: string; granularity: string; range: string; from: string; to: string };
  filters: DraftFilter[];
  order: { member: string; direction: string };
  limit: string;
  /** The zone whose days count; empty: the tenant's. */
  timezone: string;
};

export const empty = (): Draft => ({
  measures: [], dimensions: [], time: { dimension: '', granularity: 'month', range: 'this_year', from: '', to: '' }, filters: [], order: { member: '', direction: 'desc' }, limit: '1000', timezone: '',
});

export const OPERATORS: Record<string, string> = {
  equals: 'is', not_equals: 'is not', contains: 'contains', starts_with: 'begins with', gt: 'is above', gte: 'is at least', lt: 'is below', lte: 'is at most', set: 'is there', not_set: 'is not there',
};
/** Operators that take no values. */
export const isAlone = (operator: string) => operator === 'set' || operator === 'not_set';
/** Operators that take several. */
export const isMany = (operator: string) => operator === 'equals' || operator === 'not_equals';

export const RANGES: Record<string, string> = {
  this_month: 'this month', last_month: 'last month', this_quarter: 'this quarter', last_quarter: 'last quarter', this_year: 'this year', last_year: 'last year', this_week: 'this week', last_week: 'last week', this_day: 'today', last_day: 'yesterday',
};

/** What a member is called: `invoices.amount_paid` is amount paid. */
export const title = (name: string): string => name.slice(name.indexOf('.') + 1).replaceAll('_', ' ');
export const sourceOf = (name: string): string => name.split('.')[0] ?? '';
export const words = (name: string): string => name.replaceAll('_', ' ');

/** The source that a draft is about. */
export const about = ({ measures, dimensions, time }: Draft): string => sourceOf(measures[0] ?? dimensions[0] ?? time.dimension);

/** The sources whose dimensions a report of `source` may use: itself first. */
export const reach = (members: ReportMembers, source: ReportSource | undefined): ReportSource[] =>
  source === undefined ? [] : [source, ...source.joins.flatMap((name) => members.sources.find((one) => one.name === name) ?? [])];

export const memberOf = (members: ReportMembers, name: string): ReportMember | undefined =>
  members.sources.flatMap(({ measures, dimensions }) => [...measures, ...dimensions]).find((member) => member.name === name);

/** The draft of a query. */
export function draftOf(query: CustomReport): Draft {
  const [order] = query.order ?? [];
  const { dimension = '', granularity = '', range, from = '', to = '' } = query.time ?? {};
  return {
    measures: [...(query.measures ?? [])],
    dimensions: [...(query.dimensions ?? [])],
    time: query.time ? { dimension, granularity: granularity ?? '', range: range ?? 'own', from: from ?? '', to: to ?? '' } : empty().time,
    filters: (query.filters ?? []).map(({ member, operator, values }) => ({ member, operator, values: (values ?? []).map(String).join('\n') })),
    order: { member: order?.member ?? '', direction: order?.direction ?? (order ? 'asc' : 'desc') },
    limit: query.limit == null ? '' : String(query.limit),
    timezone: query.timezone ?? '',
  };
}

/** A value as the member's type has it; what is none of it the edge refuses, and says why. */
function value(written: string, type: string | undefined): Json {
  if (type === 'boolean' && (written === 'true' || written === 'false')) return written === 'true';
  if ((type === 'number' || type === 'amount') && new RegExp(`^${NUMBER}$`).test(written)) return exact(written);
  return written;
}

/** What the edge is asked. */
export function queryOf({ measures, dimensions, time, filters, order, limit, timezone }: Draft, members: ReportMembers): CustomReport {
  const lines = (written: string) => written.split('\n').map((line) => line.trim()).filter((line) => line !== '');
  const days = time.range === 'own' ? { ...(time.from === '' ? {} : { from: time.from }), ...(time.to === '' ? {} : { to: time.to }) } : { range: time.range };
  return {
    measures, dimensions,
    ...(time.dimension === '' ? {} : { time: { dimension: time.dimension, ...(time.granularity === '' ? {} : { granularity: time.granularity }), ...days } }),
    filters: filters
      .filter(({ member }) => member !== '')
      .map(({ member, operator, values }) => ({ member, operator, values: isAlone(operator) ? [] : lines(values).map((line) => value(line, memberOf(members, member)?.type)) })),
    order: order.member === '' ? [] : [order],
    ...(limit.trim() === '' ? {} : { limit: Number(limit) }),
    ...(timezone.trim() === '' ? {} : { timezone: timezone.trim() }),
  };
}

/** The query that the address keeps; null where it keeps none that can be read. */
export function queryIn(text: string | null): CustomReport | null {
  if (text === null) return null;
  try {
    const query = parse<CustomReport | null>(text);
    return typeof query === 'object' && query !== null && [query.measures, query.dimensions].every((list) => list === undefined || Array.isArray(list)) ? query : null;
  } catch {
    return null;
  }
}

/** What a column is called, with its source: `charges.date.month` is charges: date, by month. */
export function memberWords(name: string): string {
  const [source = '', member = '', period] = name.split('.');
  return `${words(source)}: ${words(member)}${period === undefined ? '' : `, by ${period}`}`;
}
/** The column of a query's periods. */
export const periodOf = ({ time }: CustomReport): string | undefined => (time?.granularity ? `${time.dimension}.${time.granularity}` : undefined);

/** What a saved report asks for, without its name and schedule. */
export const queryOfSaved = ({ measures, dimensions, time, filters, order, limit, timezone }: SavedReport): CustomReport => ({
  measures, dimensions, ...(time ? { time } : {}), filters, order, ...(limit == null ? {} : { limit }), ...(timezone ? { timezone } : {}),
});

/** When a saved report is sent, in words. */
export function schedule({ schedule }: SavedReport): string {
  if (!schedule) return 'not sent';
  const to = schedule.recipients.length === 1 ? schedule.recipients[0] : `${schedule.recipients.length} people`;
  return `${EVERY[schedule.every] ?? schedule.every} at ${schedule.at} to ${to}`;
}
export const EVERY: Record<string, string> = { day: 'each day', week: 'on Mondays', month: 'on the first of the month' };
