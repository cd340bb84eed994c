import type { Contact } from 'edge';

export const API = '/api/v1/contacts';
export const contactPath = (id: string) => `${API}/${encodeURIComponent(id)}`;

export const CHANNELS: Record<string, string> = { EMAIL: 'e-mail', SMS: 'text message', WHATSAPP: 'WhatsApp', PUSH: 'push' };

export const nameOf = (contact: Contact): string => contact.name ?? contact.email ?? contact.phone ?? contact.id;
