// What is wrong now, the worst first.
import type { Stats } from 'edge';
import runbook from 'virtual:runbook';

/** How the node says that it is. */
export type Ready = { status: string; checks?: Record<string, string>; rules?: { lapsed?: string[] } };

export type Finding = {
  /** The line of the runbook in docs/operations.md. */
  name: string;
  /** What it is about: a component, an upstream. */
  about: string;
  /** The figures that show it. */
  says: string;
  isBad: boolean;
  /** Where one looks further. */
  link?: { path: string; title: string };
};

export const means = (name: string): string => runbook[name]?.means ?? '';
export const whatToDo = (name: string): string => runbook[name]?.do ?? '';

/** Fewer than so many of something say nothing about a rate. */
const ENOUGH = 20;

const of = (part: number, whole: number, what: string) => `${part.toLocaleString()} of ${whole.toLocaleString()} ${what}`;

export function findings(stats: Stats, ready: Ready | undefined): Finding[] {
  const found: Finding[] = [];
  const add = (isWrong: boolean, finding: Finding) => void (isWrong && found.push(finding));
  const p99 = (value: unknown) => (value === null || value === undefined ? Number.NaN : Number(String(value)));

  if (ready && ready.status !== 'ready' && ready.status !== 'ok') {
    const failing = Object.entries(ready.checks ?? {}).filter(([, says]) => says !== 'ok');
    add(true, { name: 'not_ready', about: 'this node', says: failing.map(([check, says]) => `${check}: ${says}`).join(', '), isBad: true });
  }
  for (const upstream of stats.upstreams) {
    const says = of(upstream.failures, upstream.calls, 'calls failed');
    add(upstream.state === 'down', { name: 'upstream_down', about: upstream.upstream, says, isBad: true });
    add(upstream.state === 'degraded', { name: 'upstream_degraded', about: upstream.upstream, says, isBad: false });
  }
  const unknown = stats.verdicts.filter(({ source }) => source === 'none').reduce((sum, { count }) => sum + count, 0);
  const checks = stats.verdicts.reduce((sum, { count }) => sum + count, 0);
  add(unknown > 0, { name: 'unknown_seats', about: 'seat checks', says: of(unknown, checks, 'could not be answered'), isBad: true });
  for (const component of stats.components) {
    add(component.errors * 100 > component.requests && component.requests >= ENOUGH, { name: 'errors', about: component.component, says: of(component.errors, component.requests, 'answers are a 5xx'), isBad: true });
    add(component.component === 'seat-verification' && p99(component.p99_ms) > 500 && component.requests >= ENOUGH, { name: 'slow_seats', about: 'seat checks', says: `p99 is ${milliseconds(component.p99_ms)}`, isBad: true });
  }
  const { webhooks, jobs } = stats;
  const seconds = Number(String(jobs.lag_seconds));
  add(seconds > 120, { name: 'job_lag', about: 'jobs', says: `the oldest has waited for ${Math.round(seconds).toLocaleString()} s`, isBad: true });
  add(webhooks.dead > 0, { name: 'dead_webhooks', about: 'webhooks', says: `${webhooks.dead.toLocaleString()} given up`, isBad: true, link: { path: '/webhooks?status=dead', title: 'Dead webhooks' } });
  for (const rule of stats.rules) {
    add(rule.failures > 0, { name: 'rule_failures', about: rule.rule, says: of(rule.failures, rule.decisions, 'decisions failed'), isBad: true, link: { path: `/rules/${rule.rule}/decisions?outcome=failed`, title: `Failed decisions of ${rule.rule}` } });
  }
  add(jobs.dead > 0, { name: 'dead_jobs', about: 'jobs', says: `${jobs.dead.toLocaleString()} dead`, isBad: false });
  add(webhooks.quarantined > 0, { name: 'quarantined_webhooks', about: 'webhooks', says: `${webhooks.quarantined.toLocaleString()} quarantined`, isBad: false, link: { path: '/webhooks?status=quarantined', title: 'Quarantined webhooks' } });
  const deliveries = webhooks.in + webhooks.rejected;
  add(webhooks.rejected * 10 > deliveries && webhooks.rejected > 2, { name: 'rejected_webhooks', about: 'webhooks', says: of(webhooks.rejected, deliveries, 'deliveries were turned away'), isBad: false });
  const hits = stats.cache_hit_rate === null || stats.cache_hit_rate === undefined ? 1 : Number(String(stats.cache_hit_rate));
  add(hits < 0.5 && checks >= 100, { name: 'few_hits', about: 'seat checks', says: `${Math.round(hits * 100)} % from the cache`, isBad: false });
  add(stats.decisions_unwritten > 1000, { name: 'lost_decisions', about: 'rules', says: `${stats.decisions_unwritten.toLocaleString()} decisions are not in the database`, isBad: false });
  return found.sort((one, other) => Number(other.isBad) - Number(one.isBad));
}

/** A duration, in the unit that it is read in. */
export function milliseconds(value: unknown): string {
  if (value === null || value === undefined) return '–';
  const ms = Number(String(value));
  const rounded = (number: number) => number.toLocaleString(undefined, { maximumSignificantDigits: 3 });
  return ms >= 1000 ? `${rounded(ms / 1000)} s` : `${rounded(ms)} ms`;
}

/** How often: by the second, or where that is rare, by the minute. */
export function rate(perSecond: unknown): string {
  const value = Number(String(perSecond));
  const [number, unit] = value >= 1 || value === 0 ? [value, 's'] : [value * 60, 'min'];
  return `${number.toLocaleString(undefined, { maximumSignificantDigits: 3 })}/${unit}`;
}
