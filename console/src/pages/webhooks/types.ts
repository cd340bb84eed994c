import type { Status, WebhookEvent } from 'edge';
import type { Json } from '../../lib/json';

export const STATUSES = ['received', 'processed', 'ignored', 'failed', 'dead', 'quarantined'] as const;
export const PROVIDERS = ['bheempay', 'razorpay', 'stripe', 'erp', 'standard', 'shopify', 'woocommerce'] as const;
export type { Status, WebhookEvent } from 'edge';

/** What each status means. */
export const MEANS: Record<Status, string> = {
  received: 'stored, not yet settled',
  processed: 'in effect',
  ignored: 'no effect, rightly',
  failed: 'tried again later',
  dead: 'given up',
  quarantined: 'genuine, but cannot be true',
};

/** What the event did, as its sender was told. */
export function effectOf(event: WebhookEvent): string | null {
  const answer = event.answer as Record<string, Json> | null;
  const action = answer && typeof answer === 'object' && !Array.isArray(answer) ? answer['action'] : null;
  return typeof action === 'string' ? action : null;
}

export const eventPath = (id: string) => `/api/v1/webhooks/events/${encodeURIComponent(id)}`;
