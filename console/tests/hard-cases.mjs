import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createKey, send } from './api.mjs';
import { assertAccessible, assertTook, withPage } from './browser.mjs';
import { ADMIN } from './edge.mjs';

/** What goes wrong around a page that is open. */
export function hardCases(given) {
  const open = (options, work) => withPage(given.browser, given.edge, { key: ADMIN, ...options }, work);
  const script = (page, rule) => page.getByRole('textbox', { name: `Script of the rule ${rule}` });

  test('a tab that is open over a deployment reloads once, and what was written is there', () =>
    open({ path: '/rules/seat_access', allowed: [/404/, /Failed to fetch dynamically|error loading dynamically/i] }, async (page) => {
      await page.getByText('compiles').waitFor();
      await script(page, 'seat_access').click();
      await page.keyboard.press('Control+Home');
      await page.keyboard.type('// before the deployment\n');
      await page.getByText('your change is a draft').waitFor();
      await page.waitForTimeout(400);
      // The files of this build are gone; after the reload those of the next are there.
      let gone = 0;
      await page.route('**/console/assets/Webhooks-*.js', (route) => {
        gone++;
        return gone > 1 ? route.continue() : route.fulfill({ status: 404, json: {} });
      });
      await page.getByRole('link', { name: 'Webhooks' }).click();
      await page.getByRole('heading', { name: 'Webhooks' }).waitFor();
      assert.equal(gone, 2, 'the page was loaded anew, once');
      await page.goto(`${given.edge.url}/console/rules/seat_access`);
      await page.getByText('// before the deployment').waitFor();
      await page.getByRole('button', { name: 'Discard it' }).click();
    }));

  test("a machine's clock that is wrong is said, and ages are told by the edge's", () =>
    open({ path: '/rules' }, async (page) => {
      await page.route('**/api/v1/**', async (route) => {
        const response = await route.fetch();
        const later = new Date(Date.now() + 5 * 60_000).toUTCString();
        return route.fulfill({ response, headers: { ...response.headers(), date: later } });
      });
      await page.reload();
      await page.getByText(/This machine's clock differs from the edge's by \d+ s/).waitFor();
    }));

  test('rights that shrink take away what they gave, and the reason is told', () =>
    open({ path: '/webhooks', allowed: [/403/] }, async (page) => {
      await page.getByRole('heading', { name: 'Webhooks' }).waitFor();
      const without = (scopes) => scopes.filter((scope) => !scope.startsWith('webhooks:'));
      await page.route('**/api/v1/me', async (route) => {
        const response = await route.fetch();
        const me = await response.json();
        return route.fulfill({ response, json: { ...me, scopes: without(me.scopes) } });
      });
      const problem = { type: 'about:blank', title: 'Forbidden', status: 403, code: 'PERMISSION_DENIED', detail: 'The credential lacks a scope.' };
      await page.route('**/api/v1/webhooks/events?*', (route) => route.fulfill({ status: 403, json: problem }));
      await page.getByText('Your credential does not have the scope webhooks:read.').waitFor();
      assert.equal(await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Webhooks' }).count(), 0);
    }));

  test('while the edge is overloaded, what was known stays with its age, and comes back', () =>
    open({ path: '/webhooks', allowed: [/503/] }, async (page) => {
      await send(given.edge, { event: 'customer.updated', payload: { at: Date.now() }, created_at: new Date().toISOString() });
      await page.getByText('customer.updated').first().waitFor();
      const problem = { type: 'about:blank', title: 'Unavailable', status: 503, code: 'STORE_UNAVAILABLE', detail: 'The store cannot be reached.' };
      await page.route('**/api/v1/webhooks/events?*', (route) => route.fulfill({ status: 503, headers: { 'Retry-After': '7' }, json: problem }));
      await page.getByText('The store cannot be reached.').waitFor();
      await page.getByText('Wait 7 s, then try again.').waitFor();
      await page.getByText('Shown is what was known at').waitFor();
      await page.getByText('customer.updated').first().waitFor();
      await assertAccessible(page, 'old data');
      await page.unroute('**/api/v1/webhooks/events?*');
      await page.getByText('The store cannot be reached.').waitFor({ state: 'detached' });
    }));

  test('a replay of thousands shows progress, waits where the edge says so, and stops when told to', () =>
    open({ path: '/webhooks?status=dead', allowed: [/429/] }, async (page) => {
      const event = (at) => ({
        id: `evt_${at}`, provider: 'bheempay', event: 'payment.captured', tenant_id: null, status: 'dead', reason: 'plan_unknown', gateway_event_id: null,
        received_at: new Date().toISOString(), occurred_at: new Date().toISOString(), settled_at: null, attempts: 9, next_attempt_at: null, answer: null,
      });
      await page.route('**/api/v1/webhooks/events?*', (route) => {
        const query = new URL(route.request().url()).searchParams;
        const [from, limit] = [Number(query.get('cursor') ?? 0), Number(query.get('limit'))];
        const data = Array.from({ length: Math.min(limit, 10_000 - from) }, (_, at) => event(from + at));
        return route.fulfill({ json: { data, nextCursor: from + limit < 10_000 ? String(from + limit) : null } });
      });
      let asked = 0;
      await page.route('**/replay', (route) => {
        asked++;
        if (asked === 20) return route.fulfill({ status: 429, headers: { 'Retry-After': '1' }, json: { code: 'RATE_LIMITED', detail: 'Wait.' } });
        return route.fulfill({ json: { ...event(1), id: route.request().url().split('/').at(-2), status: 'processed', answer: { action: 'subscription_activated' } } });
      });
      await page.getByRole('button', { name: 'Replay all that are dead …' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('heading', { name: 'Replay 10,000 events' }).waitFor();
      await dialog.getByRole('button', { name: 'Replay' }).click();
      await dialog.getByText(/[5-9]\d of 10,000 replayed|\d{3,} of 10,000 replayed/).waitFor();
      await dialog.getByRole('button', { name: 'Stop' }).click();
      await dialog.getByText(/of 10,000 replayed, then stopped/).waitFor();
      assert.ok(asked < 10_000, `${asked} were asked for`);
      await dialog.getByText('is now in effect: subscription_activated').first().waitFor();
      await assertAccessible(page, 'stopped replay');
    }));

  test('a script over the limit says so, and ten thousand lines stay quick to edit', () =>
    open({ path: '/rules/role_mapping', allowed: [/413|400|422/] }, async (page) => {
      await page.getByText('compiles').waitFor();
      await script(page, 'role_mapping').click();
      await page.keyboard.press('Control+End');
      await page.evaluate(() => {
        const data = new DataTransfer();
        data.setData('text/plain', '// one of very many lines\n'.repeat(10_000));
        document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
      });
      await page.getByText(/^-\d[\d,]* bytes left/).waitFor();
      const started = Date.now();
      await page.keyboard.type('// typed');
      assert.ok(Date.now() - started < 4000, `${Date.now() - started} ms for eight keys`);
    }));

  test('very long, empty and right-to-left names keep the page whole', async () => {
    const names = ['x'.repeat(200), 'مدير المبيعات', '‮evil‬'];
    for (const name of names) {
      const { key } = await createKey(given.edge, name, ['rules:read']).catch(() => ({}));
      if (!key) continue;
      await open({ key, path: '/rules' }, async (page) => {
        await page.getByRole('heading', { name: 'Rules', exact: true }).waitFor();
        await assertAccessible(page, `a key called ${name.slice(0, 20)}`);
      });
    }
  });

  test('the first content is there soon, on a processor four times slower', async () => {
    const times = [];
    for (let attempt = 0; attempt < 3; attempt++) {
      await open({ path: '/webhooks' }, async (page, context) => {
        await page.getByRole('heading', { name: 'Webhooks' }).waitFor();
        const cdp = await context.newCDPSession(page);
        await cdp.send('Emulation.setCPUThrottlingRate', { rate: 4 });
        await page.reload();
        await page.getByRole('row').nth(1).waitFor();
        const paint = await page.evaluate(
          () => new Promise((done) => new PerformanceObserver((list) => done(list.getEntries().at(-1).startTime)).observe({ type: 'largest-contentful-paint', buffered: true })),
        );
        times.push(Math.round(paint));
      });
      if (Math.min(...times) < 1000) break;
    }
    assertTook('largest contentful paint, processor four times slower', Math.min(...times), 1000);
  });
}
