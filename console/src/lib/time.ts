import { now } from './clock.svelte';

const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const short = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });

/** An instant in the reader's zone: the time alone if it is of today. */
export function local(instant: string): string {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return instant;
  return date.toDateString() === new Date().toDateString() ? short.format(date) : full.format(date);
}

/** The same instant in UTC. */
export function utc(instant: string): string {
  const date = new Date(instant);
  return Number.isNaN(date.getTime()) ? instant : date.toISOString().replace('T', ' ').replace('Z', ' UTC');
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];

/** How long ago or ahead an instant is, by the edge's clock. */
export function ago(instant: string): string {
  const seconds = Math.round((new Date(instant).getTime() - now()) / 1000);
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size || size === 1) return relative.format(Math.trunc(seconds / size), unit);
  }
  return '';
}
