// The result of a report, as it is read and as charts.
import type { Amount, ReportColumn, ReportResult } from 'edge';
import { approximate, count, money } from '../../lib/amount';
import { Exact } from '../../lib/json';
import { shown } from '../../lib/text';
import { local } from '../../lib/time';
import type { Series } from '../../parts/Chart.svelte';
import { memberWords } from './draft';

export type Row = ReportResult['rows'][number];

const isNumber = (value: unknown): value is Amount => typeof value === 'number' || value instanceof Exact;

/** A cell as it is read: numbers with all their digits, amounts with the currency of their row. */
export function words(row: Row, { name, type, currency }: ReportColumn): string {
  const value = row[name];
  if (value === null || value === undefined) return '–';
  if (isNumber(value)) {
    const of = currency == null ? null : row[currency];
    return type === 'amount' && typeof of === 'string' ? money(value, of) : count(value);
  }
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return type === 'time' ? local(String(value)) : shown(String(value));
}

/** Whether a column is added up: what is told apart by is not. */
export const isFigure = ({ name }: ReportColumn, measures: string[]) => measures.includes(name);
export const isRight = ({ type }: ReportColumn) => type === 'amount' || type === 'number';

/** As many lines as can be told apart. */
const MOST = 6;
/** As many places as have room. */
const PLACES = 60;

export type Drawn = { title: string; along: string; times: string[]; series: Series[]; isStacked: boolean };

/**
 * A measure drawn along the report's periods, else along its first dimension; a line for each combination of the other
 * dimensions, a chart for each currency. Empty where nothing can be drawn so that it is understood.
 */
export function drawn({ columns, rows }: ReportResult, measure: ReportColumn, measures: string[], period: string | undefined): Drawn[] {
  const dimensions = columns.filter((column) => !isFigure(column, measures));
  const currency = dimensions.find(({ name }) => name === measure.currency);
  const along = dimensions.find(({ name }) => name === period) ?? dimensions.find((column) => column !== currency);
  if (!along || rows.length === 0) return [];
  const isTime = along.name === period;
  const others = dimensions.filter((column) => column !== along && column !== currency);
  const currencies = [...new Set(rows.map((row) => (currency ? words(row, currency) : '')))];
  if (currencies.length > MOST) return [];
  const title = memberWords(measure.name);
  return currencies.flatMap((of): Drawn[] => {
    const own = currency ? rows.filter((row) => words(row, currency) === of) : rows;
    const placeOf = (row: Row) => words(row, along);
    const lineOf = (row: Row) => others.map((column) => words(row, column)).join(', ') || title;
    const places = [...new Set(own.map(placeOf))];
    if (isTime) places.sort();
    const lines = [...new Set(own.map(lineOf))];
    const cells = new Map(own.map((row) => [`${lineOf(row)}\n${placeOf(row)}`, row]));
    // What would be drawn over each other is not drawn.
    if (lines.length > MOST || places.length > PLACES || cells.size < own.length) return [];
    const series = lines.map((name): Series => {
      const found = places.map((place) => cells.get(`${name}\n${place}`));
      return {
        name,
        values: found.map((row) => (row && isNumber(row[measure.name]) ? approximate(row[measure.name] as Amount) : null)),
        texts: found.map((row) => (row ? words(row, measure) : '–')),
      };
    });
    return [{ title: of === '' ? title : `${title}, ${of}`, along: memberWords(along.name), times: places, series, isStacked: !isTime }];
  });
}
