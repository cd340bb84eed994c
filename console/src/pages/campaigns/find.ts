import type { Contact } from 'edge';
import { get, withQuery, type Listing } from '../../lib/api';
import { inTenant } from '../../lib/tenant.svelte';

/** The contact of an id, an e-mail address or a phone number. */
export async function findContact(written: string, signal?: AbortSignal): Promise<Contact> {
  const text = written.trim();
  const options = { headers: inTenant(), ...(signal ? { signal } : {}) };
  if (text.startsWith('con_')) return (await get<Contact>(`/api/v1/contacts/${encodeURIComponent(text)}`, options)).data;
  const by = text.includes('@') ? { email: text } : { phone: text };
  const [found] = (await get<Listing<Contact>>(withQuery('/api/v1/contacts', { ...by, limit: 1 }), options)).data.data;
  if (!found) throw new Error('There is no such contact.');
  return found;
}
