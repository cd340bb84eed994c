import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, createKey, eventually } from './api.mjs';
import { assertAccessible, picture, withPage } from './browser.mjs';
import { ADMIN } from './edge.mjs';

export function people(given) {
  const open = (options, work) => withPage(given.browser, given.edge, { key: ADMIN, ...options }, work);
  const hostile = '<img src=x onerror=alert(1)>\u202eevil';

  /** One of the group's own companies, with `count` employees in HR. */
  async function company(count) {
    const { data } = await call(given.edge, 'POST', '/api/v1/tenants/provision-internal');
    const tenant = data.data.find(({ erp_company_code }) => erp_company_code === 'BHM003');
    const hr = (method, path, body) =>
      fetch(`${given.edge.upstreams}/_control/hr/${tenant.erp_company_id}/${path}`, { method, headers: { 'Content-Type': 'application/json' }, body: body && JSON.stringify(body) });
    await hr('DELETE', 'employees');
    await hr('POST', 'employees', { count });
    return { id: tenant.id, of: (path) => `${path}?tenant=${tenant.id}`, hr };
  }
  const status = async (id) => (await call(given.edge, 'GET', '/api/v1/erp-sync/status?kind=employees', undefined, { headers: { 'X-Tenant-Id': id } })).data;

  test('employees are synced live, and nobody is deactivated before somebody has seen whom', async () => {
    const { id, of, hr } = await company(12);
    await hr('PUT', 'employees/emp-000003', { job_title: 'Director of Finance' });
    await open({ path: of('/people') }, async (page) => {
      await page.getByRole('button', { name: 'Sync employees now' }).click();
      const employees = page.getByRole('region', { name: 'Employees' });
      await employees.getByText('completed', { exact: true }).waitFor();
      await employees.getByText('12 on 1 page').waitFor();
      await assertAccessible(page, 'people');
      // Half of them are gone from HR.
      for (let one = 1; one <= 6; one++) await hr('DELETE', `employees/emp-${String(one).padStart(6, '0')}`);
      await page.getByRole('button', { name: 'Sync employees now' }).click();
      await employees.getByText('6 of 12 would be deactivated').waitFor();
      await picture(page, 'people');
      await assertAccessible(page, 'people, a run that asks');
      await page.getByRole('button', { name: 'See who would be deactivated …' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('emp-000006', { exact: true }).waitFor();
      await dialog.getByText('Director of Finance').waitFor();
      assert.equal(await dialog.getByRole('row').count(), 7);
      const confirm = dialog.getByRole('button', { name: 'Deactivate them' });
      assert.ok(await confirm.isDisabled(), 'first somebody says that HR is right');
      await picture(page, 'people-confirm');
      await assertAccessible(page, 'confirm deactivations');
      await dialog.getByLabel('HR is right: they are gone').check();
      await confirm.click();
      await dialog.waitFor({ state: 'detached' });
      await employees.getByText('6 deactivated').waitFor();
    });
    assert.equal((await status(id)).status, 'completed');
  });

  test('a person has the role that the rule gives, and the page says why', async () => {
    const { of, hr, id } = await company(3);
    await hr('PUT', 'employees/emp-000002', { job_title: 'Director of Sales' });
    const sync = (body) => call(given.edge, 'POST', '/api/v1/erp-sync/employees', body, { headers: { 'X-Tenant-Id': id } });
    await sync({});
    await eventually(async () => assert.notEqual((await status(id)).status, 'running'));
    if ((await status(id)).status === 'needs_confirmation') await sync({ confirm_deactivations: true });
    await eventually(async () => assert.equal((await status(id)).status, 'completed'));
    await open({ path: of('/people/employees') }, async (page) => {
      const row = page.getByRole('row').filter({ hasText: 'Director of Sales' });
      await row.getByText('ADMIN', { exact: true }).waitFor();
      await row.getByRole('button', { name: 'Role …' }).click();
      await page.getByRole('button', { name: 'Ask the rule' }).click();
      await page.getByText(/by version \d+/).waitFor();
      await picture(page, 'employees');
      await assertAccessible(page, 'employees');
      await hr('PUT', 'projects/portal', { name: hostile, description: hostile, team: [] });
      await page.getByRole('link', { name: 'Syncs' }).click();
      await page.getByRole('button', { name: 'Sync projects now' }).click();
      await page.getByRole('region', { name: 'Projects' }).getByText('completed', { exact: true }).waitFor();
      await page.getByRole('link', { name: 'Projects' }).click();
      await page.getByText('<img src=x onerror=alert(1)>⟨U+202E⟩evil').first().waitFor();
      assert.equal(await page.locator('main img').count(), 0, 'markup is text');
      await assertAccessible(page, 'projects');
    });
  });

  test("a company of customers is refused in words, and only what the scopes allow is shown", async () => {
    const { data } = await call(given.edge, 'POST', '/api/v1/tenants', { name: 'Customer', slug: `customer-${Date.now()}`, owner_email: 'o@customer.example' });
    const { key } = await createKey(given.edge, 'hr', ['erp:admin'], { tenant_id: data.id });
    await open({ key, path: '/people', allowed: [/400/] }, async (page) => {
      await page.getByRole('alert').getByText('Only internal tenants can sync from the ERP.').waitFor();
      assert.deepEqual(await page.getByRole('navigation', { name: 'Views of people' }).getByRole('link').allTextContents(), ['Syncs', 'Projects']);
      await assertAccessible(page, 'people of a customer');
    });
  });
}
