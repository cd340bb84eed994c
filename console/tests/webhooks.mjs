import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible, assertTook, picture, withPage } from './browser.mjs';
import { call, send } from './api.mjs';
import { ADMIN } from './edge.mjs';

export function webhooks(given) {
  const open = (options, work) => withPage(given.browser, given.edge, { key: ADMIN, ...options }, work);
  let count = 0;
  const paid = (tenant, more = {}) => ({
    event: 'payment.captured',
    payload: {
      metadata: { tenant_id: tenant, billing_cycle: 'monthly' }, subscription_id: `sub_${tenant}`, plan_id: 'WORKSPACE-PRO', plan_name: 'Pro',
      payment_id: `pay_${Date.now()}_${++count}`, amount: 2499.0, currency: 'INR', ...more,
    },
    created_at: new Date().toISOString(),
  });

  test('an event that comes in is seen without reloading, with its body, effect and attempts', () =>
    open({ path: '/webhooks' }, async (page) => {
      await page.getByRole('heading', { name: 'Webhooks' }).waitFor();
      const note = `<script>alert(1)</script> ${Date.now()}`;
      const text = JSON.stringify({ event: 'customer.updated', payload: { note }, created_at: new Date().toISOString() }).replace('"payload":', '"amount":2499.00,"payload":');
      await send(given.edge, text);
      const row = page.getByRole('row').filter({ hasText: 'customer.updated' }).first();
      await row.getByText('unhandled_event').waitFor();
      await row.getByRole('button', { name: 'Open' }).click();
      await page.getByText('"amount": 2499.00').waitFor();
      assert.ok(await page.getByText(note).first().isVisible(), 'markup is text');
      assert.match(page.url(), /open=/);
      await picture(page, 'webhooks');
      await assertAccessible(page, 'webhooks');
    }));

  test('filters are in the address, and an empty list says so', () =>
    open({ path: '/webhooks?status=dead' }, async (page) => {
      await page.getByText('No event matches these filters.').waitFor();
      assert.equal(await page.getByLabel('Status').inputValue(), 'dead');
      await page.getByLabel('Status').selectOption('ignored');
      assert.match(page.url(), /status=ignored/);
      await page.getByText('customer.updated').first().waitFor();
      await page.getByLabel('Sender').selectOption('stripe');
      assert.match(page.url(), /status=ignored&provider=stripe/);
      await page.reload();
      assert.equal(await page.getByLabel('Sender').inputValue(), 'stripe');
    }));

  test('what waits for somebody is replayed at once, and of each is told what became of it', async () => {
    const tenant = crypto.randomUUID();
    for (let payment = 0; payment < 3; payment++) {
      const answer = await send(given.edge, paid(tenant));
      assert.equal(answer.reason, 'unknown_tenant', JSON.stringify(answer));
    }
    await call(given.edge, 'POST', '/api/v1/tenants', { id: tenant, name: 'Late', slug: `late-${Date.now()}`, owner_email: 'o@late.example' });
    await open({ path: '/webhooks?status=quarantined' }, async (page) => {
      await page.getByRole('button', { name: 'Replay all that are quarantined …' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('heading', { name: /Replay [\d,]+ events/ }).waitFor();
      await assertAccessible(page, 'replay dialog');
      await dialog.getByRole('button', { name: 'Replay' }).click();
      await dialog.getByText(/(\d+) of \1 replayed/).waitFor();
      await picture(page, 'replay');
      const told = await dialog.getByRole('listitem').allTextContents();
      assert.ok(told.length >= 3, told.join('\n'));
      for (const line of told) assert.match(line, /is now in effect|is still quarantined|has no effect/);
      assert.ok(told.some((line) => line.includes('is now in effect')), told.join('\n'));
      await dialog.getByRole('button', { name: 'Close' }).last().click();
      await dialog.waitFor({ state: 'detached' });
    });
    const { data } = await call(given.edge, 'GET', `/api/v1/tenants/${tenant}`);
    assert.equal(data.subscription_status, 'active');
  });

  test('an event in effect is not applied a second time, and the replay says so', () =>
    open({ path: '/webhooks?status=processed' }, async (page) => {
      await page.getByRole('button', { name: /Replay …/ }).first().click();
      await page.getByRole('dialog').getByRole('button', { name: 'Replay' }).click();
      await page.getByText('was in effect before, and is not applied a second time').waitFor();
    }));

  test('the list stays quick while thousands of events stream in', () =>
    open({ path: '/webhooks' }, async (page) => {
      await page.getByRole('row').nth(1).waitFor();
      const events = Array.from({ length: 50 }, (_, at) => ({
        id: `evt_${at}`, provider: 'bheempay', event: `event.${at}`, tenant_id: null, status: 'ignored', reason: 'unhandled_event', gateway_event_id: null,
        received_at: new Date().toISOString(), occurred_at: new Date().toISOString(), settled_at: null, attempts: 0, next_attempt_at: null, answer: null,
      }));
      let round = 0;
      await page.route('**/api/v1/webhooks/events?*', (route) => {
        round++;
        const data = events.map((event) => ({ ...event, id: `${event.id}_${round}` }));
        return route.fulfill({ json: { data, nextCursor: 'x' } });
      });
      await page.evaluate(() => {
        window.slowest = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) window.slowest = Math.max(window.slowest, entry.duration);
        }).observe({ type: 'event', durationThreshold: 16, buffered: false });
      });
      // A hundred pages of fifty new rows each, one after the other, while somebody works.
      for (let page_ = 0; page_ < 100; page_++) {
        await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
        if (page_ % 10 === 0) await page.getByLabel('live').click();
        if (page_ % 10 === 5) await page.getByLabel('live').click();
      }
      assert.ok(round > 20, `${round} pages came in`);
      const slowest = await page.evaluate(() => window.slowest);
      assertTook('the slowest interaction while 5,000 events come in', slowest, 100);
    }));
}
