import type { Dispute, DisputeRefund, DisputeResolution } from 'edge';
import { ofTenant } from '../../lib/tenant.svelte';

export const API = '/api/v1/enterprise-billing/disputes';
export const disputeApi = (id: string) => `${API}/${encodeURIComponent(id)}`;
export const disputePage = (id: string) => ofTenant(`/disputes/${encodeURIComponent(id)}`);

export type DisputeStatus = Dispute['status'];
export type DisputeReason = Dispute['reason'];
export type RefundStatus = DisputeRefund['status'];
export type Resolution = DisputeResolution['kind'];

/** What each status means. */
export const STATUSES: Record<DisputeStatus, string> = {
  open: 'nobody works on it',
  under_review: 'somebody works on it',
  awaiting_customer: 'the customer has to say something first',
  resolving: 'is decided, and what was decided is on its way',
  resolved: 'was resolved',
  rejected: 'was rejected',
  withdrawn: 'was withdrawn',
};
export const REASONS: Record<DisputeReason, string> = {
  duplicate: 'paid twice', incorrect_amount: 'wrong amount', service_not_provided: 'not provided', unauthorized: 'not authorised', other: 'another reason',
};
export const SUBJECTS: Record<Dispute['subject']['kind'], string> = { payment: 'payment', invoice: 'invoice', charge: 'charge' };
/** What each status of a refund means. */
export const REFUNDS: Record<RefundStatus, string> = {
  pending: 'is on its way',
  processed: 'was paid back',
  failed: 'was not paid back',
  unknown: 'BheemPay did not answer: it is asked what came of it, and nothing is sent twice',
};

/** How a dispute is resolved. */
export const RESOLUTIONS: Record<Resolution, { words: string; action: string; does: string }> = {
  refund: { words: 'a refund', action: 'Refund it', does: 'BheemPay pays it back, once. Whoever opened the dispute cannot resolve it, and a large amount has to be approved first.' },
  credit: { words: 'a credit', action: 'Credit it', does: 'The entity is charged that much less from now on.' },
  adjustment: { words: 'an adjustment', action: 'Adjust it', does: 'What was charged to the entity is corrected by that much.' },
  reject: { words: 'nothing: it is rejected', action: 'Reject it', does: 'Nothing is given back. This cannot be undone.' },
};
