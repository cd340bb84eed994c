import { ofTenant } from '../../lib/tenant.svelte';

export const API = '/api/v1/enterprise-billing/entities';
export const entityApi = (id: string) => `${API}/${encodeURIComponent(id)}`;

/** The page of an entity. */
export const entityPage = (id: string) => ofTenant(`/entities/${encodeURIComponent(id)}`);

/** The page of an invoice. */
export const invoicePage = (id: string) => ofTenant(`/invoices/${encodeURIComponent(id)}`);
