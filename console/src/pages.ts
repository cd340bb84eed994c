// The pages, in the order of the navigation. A page is shown to those who have its scope, and loaded when it is opened.
import type { Scope } from 'edge';
import type { Component } from 'svelte';

export type Page = {
  /** The page's address is this, and everything below it. */
  path: string;
  title: string;
  /** The scope that its main content needs, or one of several. */
  scope: Scope | Scope[];
  /** What people look for in the palette. */
  words: string;
  load: () => Promise<{ default: Component }>;
};

export const PAGES: Page[] = [
  { path: '/rules', title: 'Rules', scope: 'rules:read', words: 'edit approval budget role mapping seat access', load: () => import('./pages/rules/Rules.svelte') },
  { path: '/webhooks', title: 'Webhooks', scope: 'webhooks:read', words: 'inbox events replay dead quarantined', load: () => import('./pages/webhooks/Webhooks.svelte') },
  { path: '/seats', title: 'Seats', scope: ['seats:verify', 'organizations:read', 'subscriptions:read'], words: 'verify look up user access invalidate organizations subscriptions assign revoke', load: () => import('./pages/seats/Seats.svelte') },
  { path: '/health', title: 'Health', scope: 'operations:read', words: 'status wrong errors slow p99 latency upstreams jobs lag runbook metrics', load: () => import('./pages/health/Health.svelte') },
  { path: '/money', title: 'Money', scope: 'analytics:read', words: 'revenue mrr arr churn cohorts payments usage csv analytics', load: () => import('./pages/money/Money.svelte') },
];

export const pageAt = (path: string) => PAGES.find((page) => path === page.path || path.startsWith(`${page.path}/`));
