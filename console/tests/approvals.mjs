import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, createKey, eventually } from './api.mjs';
import { assertAccessible, picture, withPage } from './browser.mjs';
import { ADMIN } from './edge.mjs';

const APPROVALS = '/api/v1/enterprise-billing/approvals';

export function approvals(given) {
  const open = (options, work) => withPage(given.browser, given.edge, { key: ADMIN, ...options }, work);
  const hostile = '<img src=x onerror=alert(1)>\u202eevil';
  const made = {};

  /** A tenant whose purchases above 1,000 Ana and then Carl approve; Rita buys. */
  async function company() {
    if (made.id) return made;
    const { data } = await call(given.edge, 'POST', '/api/v1/tenants', { name: 'Buyers', slug: `buyers-${Date.now()}`, owner_email: 'o@buyers.example' });
    const headers = { 'X-Tenant-Id': data.id };
    const key = (name, scopes) => createKey(given.edge, name, scopes, { tenant_id: data.id });
    const [rita, ana, carl] = await Promise.all([key('Rita', ['billing:read', 'billing:write']), key('Ana', ['plans:read']), key('Carl', ['plans:read'])]);
    const put = (role, who) => call(given.edge, 'PUT', `${APPROVALS}/roles/${role}`, { people: [`key:${who.id}`] }, { headers });
    await put('console_finance', ana);
    await put('console_cfo', carl);
    const rule = { name: 'Two look on', currency: 'INR', min_amount: 1000, levels: [{ approvers: ['role:console_finance'] }, { approvers: ['role:console_cfo'] }] };
    await call(given.edge, 'POST', `${APPROVALS}/rules`, rule, { headers });
    const ask = async (amount, description) =>
      (await call(given.edge, 'POST', `${APPROVALS}/requests`, { amount, currency: 'INR', plan_id: 'WORKSPACE-PRO', description }, { key: rita.key })).data;
    return Object.assign(made, { id: data.id, rita, ana, carl, ask });
  }
  const state = async (request) => {
    const { rita } = await company();
    return (await call(given.edge, 'GET', `${APPROVALS}/requests/${request.id}`, undefined, { key: rita.key })).data;
  };

  test('what waits for me is seen at once, opened, and decided in bulk with what became of each', async () => {
    const { ana, rita, ask } = await company();
    const first = await ask('2499.00', 'two desks more');
    await open({ key: ana.key, path: '/approvals', allowed: [/409/] }, async (page) => {
      const pages = await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').allTextContents();
      assert.deepEqual(pages, ['Approvals'], 'whoever is asked needs no scope');
      const row = page.getByRole('row').filter({ hasText: '2,499.00' });
      const second = await ask('49999.90', 'for the clinic in Pune');
      await page.getByText('INR 49,999.90').waitFor();
      await row.getByRole('button', { name: 'Open' }).click();
      await page.getByText('is asked now').waitFor();
      await page.getByText('role:console_cfo').waitFor();
      assert.match(page.url(), /open=apr_/);
      await picture(page, 'approvals');
      const third = await ask('3000.00', hostile);
      await page.getByText('<img src=x onerror=alert(1)>⟨U+202E⟩evil').waitFor();
      assert.equal(await page.locator('main img').count(), 0, 'markup is text');
      await assertAccessible(page, 'approvals');
      await row.getByRole('button', { name: 'Close' }).click();
      await page.getByRole('button', { name: 'Choose all 3' }).click();
      // Meanwhile another decision makes one of them none of hers.
      await call(given.edge, 'POST', `${APPROVALS}/requests/${third.id}/process`, { action: 'reject' }, { key: ana.key });
      await page.getByRole('button', { name: 'Decide 3 chosen …' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Comment').fill('in the plan');
      await assertAccessible(page, 'decide');
      await dialog.getByRole('button', { name: 'Approve' }).click();
      await dialog.getByText('Approving: 3 of 3 answered').waitFor();
      await dialog.getByText('2 counted, others are asked').waitFor();
      await dialog.getByText('REQUEST_CLOSED').waitFor();
      await picture(page, 'approvals-decided');
      await assertAccessible(page, 'decided');
      await dialog.getByRole('button', { name: 'Close' }).last().click();
      await page.getByText('Nothing waits for you.').waitFor();
      const after = await state(second);
      assert.deepEqual([after.current_level, after.actions[0].comment], [2, 'in the plan']);
    });
    // Rita sees all requests, but not that she could decide her own.
    await open({ key: rita.key, path: `/approvals/requests?status=rejected&open=${first.id}` }, async (page) => {
      await page.getByText('3,000.00').waitFor();
      // An address that names a request shows it, whatever the filters say.
      await page.getByRole('region', { name: 'Open request' }).getByText('in the plan').waitFor();
      await assertAccessible(page, 'an open request beside the list');
      await page.getByLabel('Status').selectOption('pending');
      await page.getByText('2,499.00').waitFor();
      assert.match(page.url(), /status=pending/);
      await page.getByRole('link', { name: 'For you' }).click();
      await page.getByText('Nothing waits for you.').waitFor();
    });
  });

  test('a lost answer is looked up: the verdict counts once', async () => {
    const { ana, ask } = await company();
    const request = await ask('5000.00', 'lost answer');
    await open({ key: ana.key, path: '/approvals', allowed: [/Failed to load resource|ERR_FAILED/] }, async (page) => {
      await page.getByRole('row').filter({ hasText: 'lost answer' }).getByRole('button', { name: 'Decide …' }).click();
      let count = 0;
      await page.route('**/process', async (route) => {
        count++;
        if (count === 1) await route.fetch();
        return count === 1 ? route.abort('failed') : route.continue();
      });
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('button', { name: 'Approve' }).click();
      await dialog.getByText('1 counted, others are asked').waitFor();
    });
    assert.equal((await state(request)).actions.length, 1);
  });

  test('whoever is away delegates, and ends it', async () => {
    const { ana, carl } = await company();
    await open({ key: ana.key, path: '/approvals', allowed: [/400/] }, async (page) => {
      await page.getByRole('link', { name: 'Delegations' }).click();
      await page.getByText('Nobody acts for anybody else.').waitFor();
      await page.getByRole('button', { name: 'Delegate …' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('To').fill(`key:${carl.id}`);
      await dialog.getByLabel('Until').fill('2001-01-01T10:00');
      await dialog.getByLabel('Reason').fill('on holiday');
      await assertAccessible(page, 'delegate');
      const refused = page.waitForResponse((response) => response.status() === 400);
      await dialog.getByRole('button', { name: 'Delegate' }).click();
      await refused;
      await dialog.getByText('must be in the future').waitFor();
      await assertAccessible(page, 'a delegation that is refused');
      const soon = new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 16);
      await dialog.getByLabel('Until').fill(soon);
      await dialog.getByRole('button', { name: 'Delegate' }).click();
      const row = page.getByRole('row').filter({ hasText: 'on holiday' });
      await row.getByText('in force').waitFor();
      await picture(page, 'delegations');
      await assertAccessible(page, 'delegations');
      await row.getByRole('button', { name: 'End …' }).click();
      await dialog.getByText('at once').waitFor();
      await dialog.getByRole('button', { name: 'End it' }).click();
      await row.getByText('ended early').waitFor();
    });
  });

  test('the platform picks the tenant, and the address keeps it', async () => {
    const { id } = await company();
    await open({ path: '/approvals/requests' }, async (page) => {
      await page.getByText('Which tenant?').waitFor();
      await assertAccessible(page, 'no tenant yet');
      await page.keyboard.press('/');
      await page.keyboard.type('buyers-');
      await page.getByRole('button', { name: 'Buyers' }).first().waitFor();
      await page.goto(`${given.edge.url}/console/approvals/requests?tenant=${id}`);
      await page.getByRole('row').nth(1).waitFor();
      await eventually(async () => assert.equal(await page.getByRole('link', { name: 'Buyers' }).count(), 1));
      await page.getByRole('link', { name: 'Budgets' }).click();
      await page.waitForURL(new RegExp(`/budgets\\?tenant=${id}`));
    });
  });
}
