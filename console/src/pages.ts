// The pages, in the order of the navigation. A page is shown to those who have its scope, and loaded when it is opened.
import type { Scope } from 'edge';
import type { Component } from 'svelte';
import { may, session } from './lib/session.svelte';

export type Page = {
  /** The page's address is this, and everything below it. */
  path: string;
  title: string;
  /** The scope that its main content needs, or one of several. */
  scope: Scope | Scope[];
  /** Whether it is shown without the scope, for what takes none. */
  isFor?: () => boolean;
  /** What people look for in the palette. */
  words: string;
  load: () => Promise<{ default: Component }>;
};

const isOfTenant = () => session.me?.tenant_id != null;

const isPersonOfTenant = () => session.me?.kind === 'person' && isOfTenant();

export const isAllowed = (page: Page) => may(page.scope) || (page.isFor?.() ?? false);

export const PAGES: Page[] = [
  { path: '/rules', title: 'Rules', scope: 'rules:read', words: 'edit approval budget role mapping seat access', load: () => import('./pages/rules/Rules.svelte') },
  { path: '/webhooks', title: 'Webhooks', scope: 'webhooks:read', words: 'inbox events replay dead quarantined', load: () => import('./pages/webhooks/Webhooks.svelte') },
  { path: '/seats', title: 'Seats', scope: ['seats:verify', 'organizations:read', 'subscriptions:read'], words: 'verify look up user access invalidate organizations subscriptions assign revoke', load: () => import('./pages/seats/Seats.svelte') },
  { path: '/health', title: 'Health', scope: 'operations:read', words: 'status wrong errors slow p99 latency upstreams jobs lag runbook metrics', load: () => import('./pages/health/Health.svelte') },
  { path: '/money', title: 'Money', scope: 'analytics:read', words: 'revenue mrr arr churn cohorts payments usage csv analytics', load: () => import('./pages/money/Money.svelte') },
  { path: '/tenants', title: 'Tenants', scope: 'tenants:admin', words: 'members users keys external ids usage audit organization', load: () => import('./pages/tenants/Tenants.svelte') },
  { path: '/approvals', title: 'Approvals', scope: 'billing:read', isFor: isOfTenant, words: 'requests waiting approve reject delegations purchases', load: () => import('./pages/approvals/Approvals.svelte') },
  { path: '/budgets', title: 'Budgets', scope: 'billing:read', words: 'spending burn-down forecast alerts thresholds', load: () => import('./pages/budgets/Budgets.svelte') },
  { path: '/messages', title: 'Messages', scope: 'messages:read', isFor: isPersonOfTenant, words: 'notifications outbox e-mail sms whatsapp push feed preferences quiet hours digest templates mappings send event', load: () => import('./pages/messages/Messages.svelte') },
  { path: '/invoices', title: 'Invoices', scope: 'invoices:read', words: 'bills customers payments reminders overdue finalise void print pdf', load: () => import('./pages/invoices/Invoices.svelte') },
  { path: '/orders', title: 'Orders', scope: 'orders:read', words: 'packing pack scan sku ship shipment shopify woocommerce shops', load: () => import('./pages/orders/Orders.svelte') },
  { path: '/contacts', title: 'Contacts', scope: 'messages:read', words: 'people customers import csv tags unsubscribed suppressed', load: () => import('./pages/contacts/Contacts.svelte') },
  { path: '/campaigns', title: 'Campaigns', scope: 'messages:read', words: 'drip steps templates funnel enrol contacts activate pause newsletter', load: () => import('./pages/campaigns/Campaigns.svelte') },
  { path: '/entities', title: 'Entities', scope: 'enterprise:read', words: 'legal companies group tree hierarchy charges consolidated invoices', load: () => import('./pages/entities/Entities.svelte') },
  { path: '/departments', title: 'Departments', scope: 'enterprise:read', words: 'cost centres allocations split shares preview gl accounts mappings headcount general ledger', load: () => import('./pages/departments/Departments.svelte') },
  { path: '/contracts', title: 'Contracts', scope: 'enterprise:read', words: 'agreements terms renewals amendments notice terminate sla service levels timeline tcv acv', load: () => import('./pages/contracts/Contracts.svelte') },
  { path: '/disputes', title: 'Disputes', scope: 'enterprise:read', words: 'refunds chargebacks card evidence comments resolve reject overdue', load: () => import('./pages/disputes/Disputes.svelte') },
  { path: '/integrations', title: 'Integrations', scope: 'integrations:admin', words: 'ledgers accounting books quickbooks xero sap netsuite sage dynamics 365 business central connect sync dry run', load: () => import('./pages/integrations/Integrations.svelte') },
  { path: '/reports', title: 'Reports', scope: 'reports:read', words: 'cfo dashboard cost analysis custom saved schedule csv receivables deferred revenue dso backlog renewals mrr arr', load: () => import('./pages/reports/Reports.svelte') },
  { path: '/people', title: 'People', scope: 'erp:admin', words: 'hr sync employees projects role mapping deactivate', load: () => import('./pages/people/People.svelte') },
];

export const pageAt = (path: string) => PAGES.find((page) => path === page.path || path.startsWith(`${page.path}/`));
