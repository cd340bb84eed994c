import type { ApiKey, Role } from 'edge';

/** From most rights to fewest. */
export const ROLES: Role[] = ['OWNER', 'BILLING_ADMIN', 'ADMIN', 'MANAGER', 'MEMBER'];

/** Those of `keys` that descend from the key `id`. */
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
