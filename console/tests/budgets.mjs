import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, createKey } from './api.mjs';
import { assertAccessible, picture, withPage } from './browser.mjs';
import { ADMIN } from './edge.mjs';

const BUDGETS = '/api/v1/enterprise-billing/budgets';

export function budgets(given) {
  const open = (options, work) => withPage(given.browser, given.edge, { key: ADMIN, ...options }, work);
  const hostile = '<img src=x onerror=alert(1)>\u202eevil';

  async function company() {
    const { data } = await call(given.edge, 'POST', '/api/v1/tenants', { name: 'Spenders', slug: `spenders-${Date.now()}`, owner_email: 'o@spenders.example' });
    const of = (path) => `${path}${path.includes('?') ? '&' : '?'}tenant=${data.id}`;
    const ask = (method, path, body, key) => call(given.edge, method, `${BUDGETS}${path}`, body, key ? { key } : { headers: { 'X-Tenant-Id': data.id } }).then(({ data }) => data);
    return { id: data.id, of, ask };
  }

  test('a budget is created, watched while money is spent, and changed, digit by digit', async () => {
    const { of, ask } = await company();
    await open({ path: of('/budgets') }, async (page) => {
      await page.getByText('No budget is in use: nothing limits what is spent.').waitFor();
      await page.getByRole('button', { name: 'Create a budget …' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Name').fill('All spending');
      await dialog.getByLabel('Limit').fill('100000.10');
      await dialog.getByLabel('Time zone').fill('Asia/Kolkata');
      await assertAccessible(page, 'create a budget');
      await dialog.getByRole('button', { name: 'Create' }).click();
      await page.getByRole('heading', { name: 'Budget All spending' }).waitFor();
      await page.getByText('INR 100,000.10').first().waitFor();
      const [budget] = (await ask('GET', '')).data;
      await page.getByText('At the present rate INR 0.00 will be used').waitFor();
      // What is spent elsewhere is seen without reloading.
      await ask('POST', `/${budget.id}/reservations`, { reference: 'first', amount: '70000.01' });
      await ask('POST', `/${budget.id}/reservations/first/commit`, {});
      await ask('POST', `/${budget.id}/reservations`, { reference: 'second', amount: '15000.02' });
      await page.getByText('INR 70,000.01').first().waitFor();
      await page.getByText('INR 15,000.07').first().waitFor();
      await page.getByRole('row').filter({ hasText: '80 percent' }).waitFor();
      assert.match(await page.getByRole('img').getAttribute('aria-label'), /70,000\.01 are spent, 15,000\.02 held and 15,000\.07 left/);
      await picture(page, 'budget');
      await page.getByText('As a table').click();
      await assertAccessible(page, 'budget');
      await page.getByRole('button', { name: 'Change …' }).click();
      await dialog.getByLabel('Limit').fill('100000.11');
      await dialog.getByText('This lets more be spent.').waitFor();
      await assertAccessible(page, 'change a budget');
      await dialog.getByRole('button', { name: 'Change' }).click();
      await page.getByText('INR 15,000.08').first().waitFor();
      assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Change …', 'the focus is back');
    });
    await open({ path: of('/budgets') }, async (page) => {
      await page.getByRole('row').filter({ hasText: '100,000.11' }).waitFor();
      await picture(page, 'budgets');
      await assertAccessible(page, 'budgets');
    });
  });

  test('a budget is taken out of use only when asked again, and comes back', async () => {
    const { of, ask } = await company();
    const budget = await ask('POST', '', { name: hostile, limit: '100.00', currency: 'INR', period: 'monthly', department_id: 'sales' });
    await open({ path: of(`/budgets/${budget.id}`) }, async (page) => {
      await page.getByRole('heading', { name: 'Budget <img src=x onerror=alert(1)>⟨U+202E⟩evil' }).waitFor();
      assert.equal(await page.locator('main img').count(), 0, 'markup is text');
      await page.getByRole('button', { name: 'Take out of use …' }).click();
      const dialog = page.getByRole('dialog');
      await assertAccessible(page, 'take a budget out of use');
      await dialog.getByRole('button', { name: 'Not now' }).click();
      await page.getByRole('button', { name: 'Take out of use …' }).click();
      await dialog.getByRole('button', { name: 'Take it out' }).click();
      await page.getByText('This budget is out of use').waitFor();
      await page.getByRole('button', { name: 'Put into use again' }).click();
      await page.getByText('This budget is out of use').waitFor({ state: 'detached' });
      assert.equal((await ask('GET', `/${budget.id}`)).is_active, true);
    });
  });

  test('the forecast names the day that a budget ends; who may not change it is offered nothing', async () => {
    const { id, of, ask } = await company();
    const budget = await ask('POST', '', { name: 'Ends', limit: '90071992547409.93', currency: 'USD', period: 'yearly' });
    await ask('POST', `/${budget.id}/reservations`, { reference: 'all', amount: '85000000000000.01' });
    const ends = (await ask('GET', `/${budget.id}/tracking`)).forecast.runs_out_at;
    const { key } = await createKey(given.edge, 'reader', ['billing:read'], { tenant_id: id });
    await open({ key, path: `/budgets/${budget.id}` }, async (page) => {
      // More digits than a float has: all of them are there.
      await page.getByText('USD 85,000,000,000,000.01').first().waitFor();
      await page.getByText('USD 5,071,992,547,409.92').first().waitFor();
      if (ends === null) await page.getByText('At the present rate').waitFor();
      else await page.getByText('At the present rate the budget ends on').locator('time').waitFor();
      assert.equal(await page.getByRole('button', { name: /…$/ }).filter({ hasNotText: 'Go to' }).count(), 0);
    });
    await open({ path: of('/budgets/bud_nothing'), allowed: [/404/] }, async (page) => {
      await page.getByRole('alert').getByText('BUDGET_NOT_FOUND').first().waitFor();
      await assertAccessible(page, 'a budget that does not exist');
    });
  });
}
