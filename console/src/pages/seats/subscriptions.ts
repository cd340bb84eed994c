import type { Seat, Subscription } from 'edge';
import { money } from '../../lib/amount';

export const subscriptionPath = (id: string) => `/subscriptions/${encodeURIComponent(id)}`;
export const organizationPath = (id: string) => `/organizations/${encodeURIComponent(id)}`;

/** Which way a state is told. */
export const isGood = (status: string) => status === 'ACTIVE' || status === 'TRIALING';
export const isBad = (status: string) => ['SUSPENDED', 'CANCELLED', 'EXPIRED'].includes(status);
export const isOver = ({ status }: Subscription) => status === 'CANCELLED' || status === 'EXPIRED';

const CYCLES: Record<string, string> = { monthly: 'month', quarterly: 'quarter', annual: 'year' };
export const cycle = (billingCycle: string) => CYCLES[billingCycle] ?? billingCycle;
export const price = ({ pricePerSeat, currency, billingCycle }: { pricePerSeat: Subscription['pricePerSeat']; currency: string; billingCycle: string }) =>
  `${money(pricePerSeat, currency)} a seat and ${cycle(billingCycle)}`;

/** Whose seat it is. */
export const holder = ({ userId, email }: Pick<Seat, 'userId' | 'email'>) => userId ?? email ?? null;

/** A page where something is paid; null: it cannot be linked to. */
export function paymentPage(url: string | null | undefined): string | null {
  const found = url ? URL.parse(url) : null;
  return found && (found.protocol === 'https:' || found.hostname === '127.0.0.1' || found.hostname === 'localhost') ? found.href : null;
}

/** What a change of seats or money is answered with: where people have to approve it first, their request. */
export type Waiting = { status: 'pending_approval'; approval_request_id: string };
export const isWaiting = (answer: Subscription | Waiting): answer is Waiting => (answer as Waiting).status === 'pending_approval';
export const waits = (answer: Waiting) => `It waits for approval: request ${answer.approval_request_id}.`;
