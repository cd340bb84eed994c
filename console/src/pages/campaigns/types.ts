import type { Campaign, CampaignStep } from 'edge';
import { stringify, type Json } from '../../lib/json';

export const API = '/api/v1/campaigns';
export const campaignPath = (id: string) => `${API}/${encodeURIComponent(id)}`;

export const CHANNELS: Record<string, string> = { EMAIL: 'e-mail', SMS: 'text message', WHATSAPP: 'WhatsApp' };
export const STATUSES: Record<Campaign['status'], string> = { draft: 'sends nothing until it is activated', active: 'sends what is due', paused: 'sends nothing until it is activated again; what is due waits' };

/** When a step goes out. */
export function delayWords({ delay, delay_type, step_number }: Pick<CampaignStep, 'delay' | 'delay_type' | 'step_number'>): string {
  const after = step_number === 1 ? 'the enrolment' : 'the message before';
  if (delay === 0) return `right after ${after}`;
  return `${delay.toLocaleString()} ${delay === 1 ? delay_type.slice(0, -1) : delay_type} after ${after}`;
}

export type Conditions = { replied?: boolean | null; clicked?: boolean | null; attributes?: Record<string, Json> };

/** Who is sent a step, in words. */
export function conditionWords(conditions: Conditions | null | undefined): string[] {
  const { replied, clicked, attributes } = conditions ?? {};
  return [
    ...(replied == null ? [] : [replied ? 'has replied' : 'has not replied']),
    ...(clicked == null ? [] : [clicked ? 'has followed a link' : 'has followed no link']),
    ...Object.entries(attributes ?? {}).map(([name, value]) => {
      const written = (one: Json) => (typeof one === 'string' ? one : stringify(one));
      if (value === null) return `has no ${name}`;
      return `${name} is ${Array.isArray(value) ? value.map(written).join(' or ') : written(value)}`;
    }),
  ];
}
