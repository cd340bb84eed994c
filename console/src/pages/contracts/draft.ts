// What somebody writes of a contract, as texts; and how it becomes what the API takes. Amounts keep their digits.
import type { Contract, ContractLine } from 'edge';
import { digits, exact, ofBasisPoints, toBasisPoints } from '../../lib/amount';
import { same, type Json } from '../../lib/json';

export type Line = { id: string | null; kind: ContractLine['kind']; description: string; plan: string; quantity: string; price: string; cycle: string; discount: string };
export type Step = { below: string; credit: string };
export type Level = { metric: string; target: string; steps: Step[] };
export type Document = { name: string; url: string; sha256: string };
export type Draft = {
  title: string; counterparty: string; start: string; end: string; lines: Line[];
  mode: Contract['renewal']['mode']; term: number; notice: number; uplift: string;
  fee: string; feeValue: string; sla: Level[]; documents: Document[];
};

export const CYCLES: Record<string, string> = { monthly: 'monthly', quarterly: 'quarterly', semi_annual: 'twice a year', annual: 'yearly' };
export const KINDS: Record<Line['kind'], string> = { recurring: 'recurring', one_off: 'one-off', usage: 'by usage' };
export const MODES: Record<Draft['mode'], string> = { auto: 'automatically', manual: 'by hand', none: 'not at all' };
export const FEES: Record<string, string> = { none: 'none', fixed: 'fixed amount', percent_remaining: 'percentage of what remains', months: 'months of recurring revenue' };

export const emptyLine = (): Line => ({ id: null, kind: 'recurring', description: '', plan: '', quantity: '1', price: '', cycle: 'monthly', discount: '0' });

export function draftOf(of: Contract | null): Draft {
  return {
    title: of?.title ?? '', counterparty: of?.counterparty ?? '', start: of?.start ?? '', end: of?.end ?? '',
    lines: of?.lines.map((line) => ({
      id: line.id, kind: line.kind, description: line.description, plan: line.plan_id ?? '', quantity: digits(line.quantity), price: digits(line.unit_price), cycle: line.cycle ?? 'monthly',
      discount: ofBasisPoints(line.discount_basis_points),
    })) ?? [emptyLine()],
    mode: of?.renewal.mode ?? 'auto', term: of?.renewal.term_months ?? 12, notice: of?.renewal.notice_days ?? 30, uplift: ofBasisPoints(of?.renewal.uplift_basis_points ?? 0),
    fee: of?.termination.fee.kind ?? 'none', feeValue: of?.termination.fee.value == null ? '' : digits(of.termination.fee.value),
    sla: of?.sla.map(({ metric, target, credit_steps }) => ({ metric, target: digits(target), steps: credit_steps.map(({ below, basis_points }) => ({ below: digits(below), credit: ofBasisPoints(basis_points) })) })) ?? [],
    documents: of?.documents.map((document) => ({ name: document.name, url: document.url, sha256: document.sha256 })) ?? [],
  };
}

/** What is agreed on but for the dates, as the API takes it. */
export function termsOf(draft: Draft): Record<string, Json> {
  const text = (written: string) => written.trim() || null;
  return {
    title: draft.title.trim(), counterparty: draft.counterparty.trim(),
    lines: draft.lines.map(({ id, kind, description, plan, quantity, price, cycle, discount }) => ({
      ...(id === null ? {} : { id }), kind, description: description.trim(), plan_id: text(plan), quantity: exact(quantity), unit_price: exact(price),
      ...(kind === 'recurring' ? { cycle } : {}), discount_basis_points: toBasisPoints(discount),
    })),
    renewal: { mode: draft.mode, term_months: draft.term, notice_days: draft.notice, uplift_basis_points: toBasisPoints(draft.uplift) },
    termination: { fee: { kind: draft.fee, ...(draft.fee === 'none' ? {} : { value: exact(draft.feeValue) }) } },
    sla: draft.sla.map(({ metric, target, steps }) => ({
      metric: metric.trim(), target: exact(target), credit_steps: steps.map(({ below, credit }) => ({ below: exact(below), basis_points: toBasisPoints(credit) })),
    })),
    documents: draft.documents.map(({ name, url, sha256 }) => ({ name: name.trim(), url: url.trim(), sha256: sha256.trim() })),
  };
}

/** The parts of a draft that can be amended, by the names of the API, as they are written. */
export const partsOf = (draft: Draft): Record<string, Json> => ({
  title: draft.title, counterparty: draft.counterparty, lines: draft.lines.map((line) => ({ ...line })),
  renewal: { mode: draft.mode, term_months: draft.term, notice_days: draft.notice, uplift: draft.uplift },
  termination: draft.fee === 'none' ? { fee: 'none' } : { fee: draft.fee, value: draft.feeValue },
  sla: draft.sla.map(({ metric, target, steps }) => ({ metric, target, steps: steps.map((step) => ({ ...step })) })), documents: draft.documents.map((document) => ({ ...document })),
});

/** The parts that `after` has otherwise. What is being written may be no number yet. */
export function differences(before: Draft, after: Draft): { field: string; before: Json; after: Json }[] {
  const [old, now] = [partsOf(before), partsOf(after)];
  return Object.keys(now).flatMap((field) => (same(old[field], now[field]) ? [] : [{ field, before: old[field]!, after: now[field]! }]));
}
