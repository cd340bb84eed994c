import type { Json } from '../../lib/json';

export type Tenant = {
  id: string;
  number: number;
  name: string;
  slug: string;
  tenant_mode: 'internal' | 'external';
  is_active: boolean;
  is_suspended: boolean;
  suspended_reason: string | null;
  owner_email: string;
  billing_email: string | null;
  plan: string | null;
  subscription_plan: string | null;
  subscription_status: string | null;
  subscription_period_end: string | null;
  payment_status: string | null;
  timezone: string;
  created_at: string;
};

export const ROLES = ['OWNER', 'BILLING_ADMIN', 'ADMIN', 'MANAGER', 'MEMBER'] as const;
export type Role = (typeof ROLES)[number];

export type Member = {
  user_id: string;
  role: Role;
  email: string | null;
  name: string | null;
  provisioned_by: string | null;
  erp_employee_id: string | null;
  department: string | null;
  job_title: string | null;
  joined_at: string;
  updated_at: string;
};

export type ApiKey = {
  id: string;
  name: string;
  scopes: string[];
  applications: string[] | null;
  created_by: string;
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
  root?: string | null;
};

export type ExternalId = { applicationSlug: string; externalOrgId: string; setAt: string; setBy: string };

export type Deed = { at: string; action: string; actor: string; address: string | null; detail: Json };

export type Usage = {
  from: string;
  to: string;
  users: { total: number; max: number | null; by_role: Record<string, number> };
  api_keys: number;
  external_ids: number;
  credits: number;
  docs_quota_mb: number | null;
  decisions: Record<string, number>;
  webhook_events: Record<string, number>;
};

/** The key `id` and all that descend from it, as far as `keys` has them. */
export function descendants(keys: ApiKey[], id: string): ApiKey[] {
  const found: ApiKey[] = [];
  const waiting = [id];
  for (let maker = waiting.pop(); maker !== undefined; maker = waiting.pop()) {
    for (const key of keys) {
      if (key.created_by !== `key:${maker}` || found.includes(key)) continue;
      found.push(key);
      waiting.push(key.id);
    }
  }
  return found;
}

export const tenantApi = (id: string) => `/api/v1/tenants/${encodeURIComponent(id)}`;
export const tenantPage = (id: string, view = '') => `/tenants/${encodeURIComponent(id)}${view === '' ? '' : `/${view}`}`;
