import type { DocumentKind, DocumentState, Integration, IntegrationStatus, LedgerDocumentError, LedgerLogOutcome, LedgerRunStatus } from 'edge';
import { ofTenant } from '../../lib/tenant.svelte';

export const API = '/api/v1/enterprise-billing/integrations';
export const integrationApi = (id: string) => `${API}/${encodeURIComponent(id)}`;
export const integrationPath = (id: string, view = '') => `/integrations/${encodeURIComponent(id)}${view === '' ? '' : `/${view}`}`;
export const integrationPage = (id: string, view = '') => ofTenant(integrationPath(id, view));

/** What each status means, and what is to be done next. */
export const STATUSES: Record<IntegrationStatus, string> = {
  configured: 'is configured: the edge signs in with the first run',
  needs_consent: 'is configured: somebody has to sign in there',
  needs_company: 'is signed in: the company whose books are written to has to be chosen',
  connected: 'is connected',
  needs_reauth: 'does not let the edge in any more: somebody has to sign in again, or to give other credentials',
  disconnected: 'is disconnected: nothing is sent',
};

/** The kinds of documents, in the order in which they are sent. */
export const KINDS: Record<DocumentKind, string> = { customers: 'Customers', invoices: 'Invoices', payments: 'Payments', refunds: 'Refunds', journals: 'Journals' };

/** How often a run starts by itself, by minutes. */
export const EVERY: Record<string, string> = { '': 'never', '60': 'each hour', '360': 'each 6 hours', '1440': 'each day', '10080': 'each week' };
export const every = (minutes: number): string => EVERY[String(minutes)] ?? `each ${minutes.toLocaleString()} minutes`;

/** What each state of a document means. */
export const STATES: Record<DocumentState, string> = {
  pending: 'to be sent', sending: 'being sent: what came of it is not known yet', sent: 'in the books', failed: 'not written: the next run tries again',
  blocked: 'not written: the period of its date is closed', cancelled: 'not to be sent any more',
};

/** How many documents of each kind are in each state. */
export type Counts = Partial<Record<string, Partial<Record<string, number>>>>;
/** A run: the API describes `last_run` as an object without saying of what. */
export type LedgerRun = {
  id: string; status: LedgerRunStatus; started_by: string; started_at: string; updated_at: string; finished_at?: string | null; resume_at?: string | null; error?: LedgerDocumentError | null;
  /** What the run is done with. */
  done: Counts;
  /** All documents of the integration. */
  documents: Counts;
};

/** What each status of a run means. */
export const RUNS: Record<LedgerRunStatus, string> = {
  queued: 'is about to begin', running: 'goes on', waiting: 'waits, and goes on by itself', completed: 'has tried all documents', failed: 'could not go on', stopped: 'was stopped: the integration was disconnected',
};
export const isOpen = ({ finished_at }: LedgerRun) => finished_at == null;

/** What each outcome of an attempt means. */
export const OUTCOMES: Record<LedgerLogOutcome, string> = {
  sent: 'written', linked: 'was in the books already', deferred: 'not written, tried again in the same run', failed: 'not written, tried again in the next run', blocked: 'the period is closed', cancelled: 'nothing to write',
};

/** A setting that only this provider has. */
export const option = ({ settings }: Integration, name: string): string => {
  const value = (settings as unknown as Record<string, unknown>)[name];
  return typeof value === 'string' ? value : '';
};

const CONSENT = 'console.consent';
/** Somebody goes to a provider's page, which sends them back to the list: they are to come back to `page`. */
export const leave = (page: string): void => sessionStorage.setItem(CONSENT, page);
/** Where somebody who comes back is to go on; once. */
export function cameBack(): string | null {
  const page = sessionStorage.getItem(CONSENT);
  sessionStorage.removeItem(CONSENT);
  return page;
}
