import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, createKey, send } from './api.mjs';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keep } from '../scripts/keep.mjs';
import { assertAccessible, assertTook, withPage } from './browser.mjs';
import { subscribed } from './subscribed.mjs';
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

  test('what is written and kept nowhere is not lost by a deployment', async () => {
    const { subscription } = await subscribed(given.edge);
    await open({ path: `/seats/subscriptions/${subscription}` }, async (page) => {
      const field = page.getByLabel(/^Users, or e-mail addresses/);
      await field.pressSequentially('asha');
      const isReloading = await page.evaluate(() => !dispatchEvent(new Event('vite:preloadError', { cancelable: true })));
      assert.equal(isReloading, false);
      await page.getByText('Finish what you are writing, then reload.').waitFor();
      assert.equal(await field.inputValue(), 'asha');
    });
  });

  test('a build keeps the files of the build before, and no older ones', () => {
    const folder = mkdtempSync(join(tmpdir(), 'console-keep-'));
    const [assets, store] = [join(folder, 'assets'), join(folder, 'store')];
    const build = (...names) => {
      rmSync(assets, { recursive: true, force: true });
      mkdirSync(assets);
      for (const name of names) writeFileSync(join(assets, name), name);
      keep(assets, store);
      return readdirSync(assets).sort();
    };
    assert.deepEqual(build('a-1.js', 'b-1.js'), ['a-1.js', 'b-1.js']);
    assert.deepEqual(build('a-2.js', 'b-1.js'), ['a-1.js', 'a-2.js', 'b-1.js']);
    assert.deepEqual(build('a-2.js', 'b-1.js'), ['a-1.js', 'a-2.js', 'b-1.js'], 'the same build again');
    assert.deepEqual(build('a-3.js', 'b-3.js'), ['a-2.js', 'a-3.js', 'b-1.js', 'b-3.js']);
    rmSync(folder, { recursive: true });
  });

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
      await send(given.edge, { event: 'customer.noted', payload: { at: Date.now() }, created_at: new Date().toISOString() });
      await page.getByText('customer.noted').first().waitFor();
      const problem = { type: 'about:blank', title: 'Unavailable', status: 503, code: 'STORE_UNAVAILABLE', detail: 'The store cannot be reached.' };
      let asked = 0;
      await page.route('**/api/v1/webhooks/events?*', (route) => {
        asked++;
        return route.fulfill({ status: 503, headers: { 'Retry-After': '4' }, json: problem });
      });
      await page.getByText('The store cannot be reached.').waitFor();
      await page.getByText('Wait 4 s, then try again.').waitFor();
      await page.getByText('Shown is what was known at').waitFor();
      await page.getByText('customer.noted').first().waitFor();
      await page.waitForTimeout(1500);
      assert.equal(asked, 1, 'it is left alone for as long as it asked');
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

  test('an answer to older filters, or to an older text, is given up and never shown', async () => {
    await open({ path: '/webhooks' }, async (page) => {
      await page.getByRole('heading', { name: 'Webhooks' }).waitFor();
      let givenUp = 0;
      page.on('requestfailed', (request) => (givenUp += request.url().includes('status=dead') ? 1 : 0));
      await page.route('**/api/v1/webhooks/events?*', async (route) => {
        const isOld = route.request().url().includes('status=dead');
        if (isOld) await new Promise((go) => setTimeout(go, 1000));
        const event = { id: 'evt_1', provider: 'stripe', event: isOld ? 'the.older' : 'the.newer', tenant_id: null, status: 'ignored', reason: null, gateway_event_id: null, received_at: new Date().toISOString(), occurred_at: new Date().toISOString(), settled_at: null, attempts: 0, next_attempt_at: null, answer: null };
        await route.fulfill({ json: { data: [event], nextCursor: null } }).catch(() => {});
      });
      await page.getByLabel('Status').selectOption('dead');
      await page.getByLabel('Status').selectOption('ignored');
      await page.getByText('the.newer').first().waitFor();
      await page.waitForTimeout(1200);
      assert.equal(await page.getByText('the.older').count(), 0);
      assert.equal(givenUp, 1, 'the older request is given up');
    });
    await open({ path: '/rules/seat_access' }, async (page) => {
      await page.getByText('compiles').waitFor();
      await page.route('**/check', async (route) => {
        const isOld = !route.request().postData().includes('second');
        const report = { ok: false, errors: [{ line: 1, column: 1, message: isOld ? 'of the older text' : 'of the newer text' }], warnings: [], tests: [], coverage: { lines: 1, missedLines: [], branches: 0, missedBranches: [] } };
        if (isOld) await new Promise((go) => setTimeout(go, 800));
        await route.fulfill({ json: report }).catch(() => {});
      });
      await script(page, 'seat_access').click();
      await page.keyboard.press('Control+Home');
      const asked = page.waitForRequest('**/check');
      await page.keyboard.type('// first\n');
      await asked;
      await page.keyboard.type('// second\n');
      await page.getByText('of the newer text').first().waitFor();
      await page.waitForTimeout(900);
      assert.equal(await page.getByText('of the older text').count(), 0);
      await page.unroute('**/check');
      await page.keyboard.press('Control+z');
      await page.keyboard.press('Control+z');
    });
  });

  test('a large body is cut, and downloaded whole', () =>
    open({ path: '/webhooks' }, async (page) => {
      const note = `start${'x'.repeat(400_000)}end`;
      await send(given.edge, { event: 'customer.large', payload: { note }, created_at: new Date().toISOString() });
      await page.getByRole('row').filter({ hasText: 'customer.large' }).first().getByRole('button', { name: 'Open' }).click();
      const all = page.getByRole('button', { name: /Download all [\d,]+ characters/ });
      await all.waitFor();
      assert.equal(await page.getByText('xxend').count(), 0);
      const download = page.waitForEvent('download');
      await all.click();
      assert.match((await download).suggestedFilename(), /^event-evt_.*\.json$/);
    }));

  test('signing out wipes drafts, and another site that frames the console sees nothing', async () => {
    await open({ path: '/rules/role_mapping' }, async (page) => {
      await page.getByText('compiles').waitFor();
      await script(page, 'role_mapping').click();
      await page.keyboard.press('Control+Home');
      await page.keyboard.type('// a secret thought\n');
      await page.getByText('your change is a draft').waitFor();
      const drafts = () =>
        page.evaluate(
          () => new Promise((done) => {
            indexedDB.open('console', 1).onsuccess = ({ target: { result: db } }) => {
              db.transaction('drafts').objectStore('drafts').getAll().onsuccess = ({ target: { result } }) => (db.close(), done(JSON.stringify(result)));
            };
          }),
        );
      for (const end = Date.now() + 5000; !(await drafts()).includes('a secret thought') && Date.now() < end; ) await page.waitForTimeout(50);
      assert.ok((await drafts()).includes('a secret thought'));
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByLabel('API key').waitFor();
      assert.equal(await drafts(), '[]');
    });
    await open({ key: undefined, path: '/rules', allowed: [/frame-ancestors|ERR_BLOCKED|Refused to frame|policy: /] }, async (page) => {
      await page.route('http://evil.test/', (route) => route.fulfill({ contentType: 'text/html', body: `<iframe src="${given.edge.url}/console/rules"></iframe>` }));
      await page.goto('http://evil.test/');
      await page.waitForTimeout(300);
      const [, framed] = page.frames();
      assert.ok(framed === undefined || !(await framed.content()).includes('bheem-edge'), 'the console is framed');
    });
  });

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
      if (Math.min(...times) < 1000 || !process.env.CONSOLE_BARS) break;
    }
    assertTook('largest contentful paint, processor four times slower', Math.min(...times), 1000);
  });
}
