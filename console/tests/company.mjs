// A tenant for the pages of enterprise billing, made over the API.
import { call } from './api.mjs';

let count = 0;

/** A tenant; `of`: the address of a page of it; `ask`: a call under /api/v1/enterprise-billing as the platform. */
export async function company(edge, name) {
  const { data } = await call(edge, 'POST', '/api/v1/tenants', { name: 'Acme', slug: `${name}-${Date.now()}-${++count}`, owner_email: 'o@acme.example' });
  const of = (path) => `${path}${path.includes('?') ? '&' : '?'}tenant=${data.id}`;
  const ask = (method, path, body, key) =>
    call(edge, method, `/api/v1/enterprise-billing${path}`, body, key ? { key } : { headers: { 'X-Tenant-Id': data.id } }).then(({ data }) => data);
  return { id: data.id, of, ask };
}
