import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { call, createKey, send } from './api.mjs';
import { assertAccessible, picture, withPage } from './browser.mjs';
import { ADMIN } from './edge.mjs';

export function health(given) {
  const open = (options, work) => withPage(given.browser, given.edge, { key: ADMIN, ...options }, work);

  test('figures are live, and what is wrong comes first with what the runbook says to do', async () => {
    await send(given.edge, {
      event: 'payment.captured', created_at: new Date().toISOString(),
      payload: { metadata: { tenant_id: crypto.randomUUID(), billing_cycle: 'monthly' }, subscription_id: 's', plan_id: 'WORKSPACE-PRO', payment_id: `pay_${Date.now()}`, amount: 1, currency: 'INR' },
    });
    await open({ path: '/health' }, async (page) => {
      const wrong = page.getByRole('region', { name: 'What is wrong' });
      const quarantined = wrong.getByRole('article').filter({ hasText: /webhooks: [\d,]+ quarantined/ });
      await quarantined.getByText('replay once the tenant or the plan is right').waitFor();
      await page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'webhook-verification' }) }).waitFor();
      await assertAccessible(page, 'health');
      await picture(page, 'health');
      // Without reloading.
      const requests = async () => Number((await page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'admin', exact: true }) }).getByRole('cell').first().textContent()).replaceAll(',', ''));
      const before = await requests();
      await Promise.all(Array.from({ length: 20 }, () => call(given.edge, 'GET', '/api/v1/me')));
      await assert.doesNotReject(async () => {
        for (const end = Date.now() + 15_000; (await requests()) < before + 20; ) {
          if (Date.now() > end) throw new Error(`${await requests()} requests, ${before} before`);
          await page.waitForTimeout(200);
        }
      });
      await page.getByLabel('The last').selectOption('30d');
      assert.match(page.url(), /window=30d/);
      await quarantined.getByRole('link', { name: 'Quarantined webhooks' }).click();
      await page.getByRole('heading', { name: 'Webhooks' }).waitFor();
      assert.match(page.url(), /status=quarantined/);
    });
  });

  test('each finding is told in the words of the runbook', async () => {
    const { data: stats } = await call(given.edge, 'GET', '/api/v1/stats');
    const bad = {
      ...stats, cache_hit_rate: 0.2, decisions_unwritten: 5000,
      components: [{ component: 'rules', requests: 1000, requests_per_second: 1, refused: 0, errors: 200, error_rate: 0.2, p50_ms: 1, p99_ms: 2 }, { component: 'seat-verification', requests: 1000, requests_per_second: 1, refused: 0, errors: 0, error_rate: 0, p50_ms: 1, p99_ms: 900 }],
      verdicts: [{ source: 'none', reason: 'UPSTREAM_UNAVAILABLE', count: 100, per_second: 0.1 }],
      upstreams: [{ upstream: 'erp', state: 'down', calls: 10, calls_per_second: 1, failures: 10, error_rate: 1, p50_ms: 1, p99_ms: 2 }, { upstream: 'stripe', state: 'degraded', calls: 10, calls_per_second: 1, failures: 1, error_rate: 0.1, p50_ms: 1, p99_ms: 2 }],
      webhooks: { in: 10, in_per_second: 1, duplicates: 0, rejected: 9, open: 1, dead: 2, quarantined: 3 },
      jobs: { lag_seconds: 500, queued: 1, running: 0, dead: 4 },
      rules: [{ rule: 'budget', decisions: 10, decisions_per_second: 1, failures: 5 }],
    };
    const runbook = await readFile(new URL('../../docs/operations.md', import.meta.url), 'utf8');
    const rows = [...runbook.split('<!-- runbook: ')[1].split('<!-- runbook end -->')[0].matchAll(/^\| `([a-z_]+)` \| (.*?) \| (.*?) \|$/gm)];
    await open({ path: '/webhooks', allowed: [/503/] }, async (page) => {
      await page.getByRole('heading', { name: 'Webhooks' }).waitFor();
      await page.route('**/api/v1/stats?*', (route) => route.fulfill({ json: bad }));
      await page.route('**/readyz', (route) => route.fulfill({ status: 503, json: { status: 'unready', checks: { cache: 'ok', record: 'not_writable' } } }));
      await page.getByRole('link', { name: 'Health' }).click();
      await page.getByRole('heading', { name: /this node: record: not_writable/ }).waitFor();
      const told = await page.getByRole('region', { name: 'What is wrong' }).textContent();
      for (const [, name, means, what] of rows) {
        for (const words of [means, what]) assert.ok(told.includes(words.replaceAll('`', '').replaceAll('\\|', '|').trim()), `${name}: ${words}`);
      }
      await assertAccessible(page, 'health with everything wrong');
      await page.route('**/api/v1/stats?*', (route) => route.fulfill({ json: { ...stats, verdicts: [], components: [], jobs: { ...stats.jobs, dead: 0, lag_seconds: 0 }, rules: [], upstreams: [], webhooks: { ...stats.webhooks, dead: 0, quarantined: 0, rejected: 0 } } }));
      await page.unroute('**/readyz');
      await page.getByText('Nothing is wrong.').waitFor();
    });
  });

  test('who may not read figures is not shown them', async () => {
    const { key } = await createKey(given.edge, 'support', ['jobs:read']);
    await open({ key, path: '/health' }, (page) => page.getByText('Your credential does not have the scope operations:read.').waitFor());
  });
}
