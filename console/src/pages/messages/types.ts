import type { NotificationEventType, NotificationEventTypes, NotificationMessage } from 'edge';

export const API = '/api/v1/notifications';
export const messagePath = (id: string) => `${API}/messages/${encodeURIComponent(id)}`;

/** What each state means. */
export const STATES: Record<string, string> = {
  queued: 'waits to be sent',
  sent: 'Notify took it',
  delivered: 'reached the person',
  read: 'was read',
  failed: 'cannot be sent, or was refused',
  suppressed: 'was not wanted',
  dead: 'was given up after several attempts',
};

export const CHANNELS: Record<string, string> = { EMAIL: 'e-mail', SMS: 'text message', WHATSAPP: 'WhatsApp', PUSH: 'push' };

export const CATEGORIES: Record<string, string> = {
  user: 'Account', meeting: 'Meetings', document: 'Documents', billing: 'Billing', team: 'Team', calendar: 'Calendar', erp_sync: 'ERP', approval: 'Approvals',
};

const REASONS: Record<string, string> = {
  MISSING_VARIABLE: 'a variable of the template has no value',
  PREFERENCES: 'the person does not want it over this channel',
  DISABLED: 'the mapping of this type and channel is switched off',
  NO_ADDRESS: 'there is no address for this channel',
  EXPIRED: 'it was too late to be of use',
  CANCELLED: 'the event was cancelled',
  NOT_CONFIGURED: 'the edge has no Notify to send it by',
  DIGEST: 'it is part of the digest of its day',
  UNSUBSCRIBED: 'the person has unsubscribed',
  SUPPRESSED: 'the address takes no messages',
};

/** What the reason of a message means; null: it speaks for itself. */
export const reasonWords = (reason: string | null | undefined): string | null => REASONS[(reason ?? '').split(':')[0]!.trim()] ?? null;

/** Who a message goes to. */
export const recipientOf = ({ recipient, channel }: NotificationMessage): string =>
  recipient.name ?? (channel === 'EMAIL' ? recipient.email : recipient.phone) ?? recipient.email ?? recipient.phone ?? recipient.user_id ?? '';

export const mayReplay = ({ state }: NotificationMessage) => ['failed', 'suppressed', 'dead'].includes(state);

export const allTypes = (types: NotificationEventTypes | undefined): NotificationEventType[] => [...(types?.data ?? []), ...(types?.edge ?? [])];
