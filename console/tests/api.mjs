// What the tests do beside the browser.
import { createHmac } from 'node:crypto';
import { ADMIN, WEBHOOK_SECRET } from './edge.mjs';

export async function call(edge, method, path, body, { key = ADMIN, headers = {} } = {}) {
  const response = await fetch(`${edge.url}${path}`, {
    method,
    headers: { Authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  const data = text === '' ? null : JSON.parse(text);
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return { data, etag: response.headers.get('ETag') };
}

export const createKey = async (edge, name, scopes, more = {}) =>
  (await call(edge, 'POST', '/api/v1/api-keys', { name, scopes, ...more })).data;

/** Puts a version of `rule` in force, as another admin does. */
export async function activate(edge, rule, change, note) {
  const { data: active, etag } = await call(edge, 'GET', `/api/v1/rules/${rule}`);
  const { data: made } = await call(edge, 'POST', `/api/v1/rules/${rule}/versions`, { script: change(active.script), note });
  await call(edge, 'POST', `/api/v1/rules/${rule}/activate`, { version: made.version }, { headers: { 'If-Match': etag } });
  return made.version;
}

/** BheemPay sends an event. */
export async function send(edge, body) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const signature = createHmac('sha256', WEBHOOK_SECRET).update(text).digest('hex');
  const response = await fetch(`${edge.url}/api/v1/billing/webhook`, {
    method: 'POST', headers: { 'Content-Type': 'application/json', 'X-BheemPay-Signature': signature }, body: text,
  });
  return response.json();
}

export async function eventually(work, seconds = 10) {
  for (const end = Date.now() + seconds * 1000; ; ) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((go) => setTimeout(go, 100));
    }
  }
}
