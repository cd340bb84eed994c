import type { InvoiceStatus, ReminderStatus, ReminderType } from 'edge';

export const API = '/api/v1/invoices';
export const invoicePath = (id: string) => `${API}/${encodeURIComponent(id)}`;

/** What each status means. */
export const STATUSES: Record<InvoiceStatus, string> = {
  pending: 'a draft: it can be changed, and has no number',
  sent: 'is to be paid',
  paid: 'is paid',
  overdue: 'is to be paid, and its due date has passed',
  cancelled: 'was voided',
};

export const REMINDERS: Record<ReminderType, string> = { due: 'when it is due', overdue_1day: 'a day overdue', overdue_7day: 'a week overdue' };

/** What each status of a reminder means. */
export const REMINDER_STATUSES: Record<ReminderStatus, string> = {
  scheduled: 'goes out at its time',
  queued: 'is being sent',
  sent: 'went out',
  failed: 'could not be sent',
  skipped: 'does not go out',
  cancelled: 'does not go out: there is nothing to pay any more',
};
