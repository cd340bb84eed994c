import type { ContractEventKind, ContractStatus } from 'edge';
import { ofTenant } from '../../lib/tenant.svelte';

export const API = '/api/v1/enterprise-billing/contracts';
export const contractApi = (id: string) => `${API}/${encodeURIComponent(id)}`;
export const contractPage = (id: string) => ofTenant(`/contracts/${encodeURIComponent(id)}`);

/** What each status means. */
export const STATUSES: Record<ContractStatus, string> = {
  draft: 'can be changed, and binds nobody',
  pending_approval: 'waits for an approval',
  active: 'is in force',
  renewed: 'is in force, and was renewed',
  expired: 'has ended with its last term',
  terminated: 'was ended early',
  cancelled: 'was cancelled before it was signed',
};

/** What each event is called. */
export const EVENTS: Record<ContractEventKind, string> = {
  created: 'Created', submitted: 'Sent for approval', rejected: 'Not approved', signed: 'Signed', cancelled: 'Cancelled', amendment_submitted: 'Amendment sent for approval',
  amendment_rejected: 'Amendment not approved', amended: 'Amended', renewed: 'Renewed', notice_given: 'Notice given', terminated: 'Terminated', expired: 'Expired',
  sla_reported: 'Service level reported', usage_reported: 'Usage reported',
};
