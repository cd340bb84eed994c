import type { ApprovalStatus } from 'edge';

/** What each status means. */
export const MEANS: Record<ApprovalStatus, string> = {
  pending: 'waits for people',
  approved: 'may be bought now',
  rejected: 'somebody, or the rule, said no',
  used: 'was bought',
  expired: 'was not approved or not used in time',
};

export const API = '/api/v1/enterprise-billing/approvals';
export const requestPath = (id: string) => `${API}/requests/${encodeURIComponent(id)}`;
