import type { Allocation, AllocationMethod, GlKind, SourceKind } from 'edge';
import { count, money, ofBasisPoints } from '../../lib/amount';
import { ofTenant } from '../../lib/tenant.svelte';

export const BASE = '/api/v1/enterprise-billing';
export const API = `${BASE}/departments`;
export const departmentApi = (id: string) => `${API}/${encodeURIComponent(id)}`;
export const departmentPage = (id: string) => ofTenant(`/departments/${encodeURIComponent(id)}`);
export const splitPage = (source: string) => ofTenant(`/departments/splits?source=${encodeURIComponent(source)}`);

/** What can be split. */
export const SOURCES: Record<SourceKind, string> = { subscription: 'subscription', invoice: 'invoice', amount: 'other amount' };
export const METHODS: Record<AllocationMethod, string> = { percentage: 'percentage', fixed: 'fixed amount', headcount: 'by headcount', usage: 'by usage' };
/** What an account of the general ledger is for. */
export const GL_KINDS: Record<GlKind, string> = { revenue: 'revenue', cash: 'cash', receivable: 'receivables', deferred: 'deferred revenue', tax: 'tax', refund: 'refunds' };

/** How large a share is. */
export function sizeOf({ method, basis_points, amount, currency, driver }: Allocation): string {
  if (method === 'percentage') return `${ofBasisPoints(basis_points ?? 0)} %`;
  if (method === 'fixed') return amount == null ? 'all that is left' : money(amount, currency ?? '');
  if (driver != null) return count(driver);
  return method === 'headcount' ? 'its headcount' : '–';
}
