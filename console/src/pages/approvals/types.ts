import type { Amount } from 'edge';

export const STATUSES = ['pending', 'approved', 'rejected', 'used', 'expired'] as const;
export type Status = (typeof STATUSES)[number];
export type Verdict = 'approve' | 'reject';

export type Level = { approvers: string[]; quorum: number; approvals: number; escalate_to: string[]; escalates_at: string | null };

export type ApprovalRequest = {
  id: string;
  status: Status;
  kind: string;
  amount: Amount | null;
  currency: string;
  plan_id: string | null;
  department_id: string | null;
  contract_id: string | null;
  description: string | null;
  requester: string;
  rule: { decision_id: string; version: number; sha256: string; reason: string };
  levels: Level[];
  current_level: number | null;
  actions: { person: string; on_behalf_of: string | null; action: Verdict; level: number; comment: string | null; at: string }[];
  used_for: string | null;
  warnings: string[];
  created_at: string;
  expires_at: string;
};

export type Delegation = {
  id: string;
  from: string;
  to: string;
  starts_at: string;
  ends_at: string;
  reason: string;
  created_at: string;
  revoked_at: string | null;
};

/** What each status means. */
export const MEANS: Record<Status, string> = {
  pending: 'waits for people',
  approved: 'may be bought now',
  rejected: 'somebody, or the rule, said no',
  used: 'was bought',
  expired: 'was not approved or not used in time',
};

export const API = '/api/v1/enterprise-billing/approvals';
export const requestPath = (id: string) => `${API}/requests/${encodeURIComponent(id)}`;
