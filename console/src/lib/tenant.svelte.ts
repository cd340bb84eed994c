// The tenant that a page acts in: the caller's own; for the platform the one that was picked, which the address names.
import { route } from './router.svelte';
import { session } from './session.svelte';

let last: string | null = $state(null);

export const tenant = {
  /** Whether the caller picks one. */
  get isPicked(): boolean {
    return session.me?.tenant_id == null;
  },
  get id(): string | null {
    return session.me?.tenant_id ?? route.query.get('tenant');
  },
  /** The one that was picked last: other pages begin with it. */
  get last(): string | null {
    return last;
  },
};

export function remember(id: string | null): void {
  last = id;
}

/** The address of a page of the tenant: the one that was picked goes along. */
export function ofTenant(path: string): string {
  if (!tenant.isPicked || tenant.id === null) return path;
  return `${path}${path.includes('?') ? '&' : '?'}tenant=${encodeURIComponent(tenant.id)}`;
}

/** The header that tells the edge the tenant. */
export const inTenant = (): Record<string, string> =>
  tenant.isPicked && tenant.id !== null ? { 'X-Tenant-Id': tenant.id } : {};
