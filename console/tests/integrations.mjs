import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, createKey } from './api.mjs';
import { assertAccessible, picture, withPage } from './browser.mjs';
import { company } from './company.mjs';
import { ADMIN } from './edge.mjs';

export function integrations(given) {
  const open = (options, work) => withPage(given.browser, given.edge, { key: ADMIN, ...options }, work);
  const hostile = '<img src=x onerror=alert(1)>\u202eevil';

  /** Steers the stand-in of an accounting system. */
  const books = async (method, path, body) => {
    const response = await fetch(`${given.edge.upstreams}/_control/ledgers/${path}`, { method, headers: { 'Content-Type': 'application/json' }, body: body === undefined ? undefined : JSON.stringify(body) });
    const text = await response.text();
    assert.ok(response.ok, `${path}: ${response.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  };

  /** A tenant that has sent an invoice. */
  async function seller(name) {
    const tenant = await company(given.edge, name);
    const invoices = (method, path, body) => call(given.edge, method, `/api/v1/invoices${path}`, body, { headers: { 'X-Tenant-Id': tenant.id } }).then(({ data }) => data);
    const bill = async (price) => {
      const { id } = await invoices('POST', '', { customer: { name: hostile, email: 'zoe@soehne.example' }, currency: 'USD', items: [{ description: 'Design', unit_price: price }] });
      return invoices('POST', `/${id}/finalize`, {});
    };
    return { ...tenant, invoices, bill };
  }

  test('Xero is connected, tried dry, synced, and says what it did not take and what to do', async () => {
    await books('DELETE', 'xero');
    const { of, ask, bill } = await seller('books');
    const { invoice_number: number } = await bill('2499.10');
    await open({ path: of('/integrations'), allowed: [/404/] }, async (page) => {
      const xero = page.getByRole('region', { name: 'Xero' });
      await xero.getByText('Not connected.').waitFor();
      await assertAccessible(page, 'integrations');
      await picture(page, 'integrations');
      await xero.getByRole('button', { name: 'Connect …' }).click();
      const dialog = page.getByRole('dialog');
      await assertAccessible(page, 'connect Xero');
      await dialog.getByLabel('Refunds').uncheck();
      await dialog.getByRole('button', { name: 'Configure it' }).click();
      await page.getByText('somebody has to sign in there').waitFor();
      await page.getByRole('button', { name: 'Sign in at Xero' }).click();
      // The stand-in consents at once, and the edge says so.
      await page.getByRole('link', { name: 'Back to the integrations' }).click();
      await page.getByText('It is connected.').waitFor();
      assert.match(page.url(), /\/integrations\/int_\w+\?tenant=/, 'one is where one was');
      await page.getByText('customers, invoices, payments, journals').waitFor();

      await page.getByRole('link', { name: 'Dry run', exact: true }).click();
      await page.getByText('MISSING_GL_MAPPING').first().waitFor();
      await page.getByRole('link', { name: 'GL accounts' }).first().waitFor();
      for (const [kind, gl_code] of [['revenue', '4000'], ['receivable', '1200'], ['cash', '1000'], ['tax', '2200'], ['deferred', '2400'], ['refund', '4900']]) await ask('POST', '/gl-mappings', { kind, gl_code });
      await page.getByRole('button', { name: 'Look again' }).click();
      await page.getByText('MISSING_GL_MAPPING').first().waitFor({ state: 'detached' });
      await page.locator('summary').filter({ hasText: number }).first().click();
      await page.getByText('"UnitAmount"').first().waitFor();
      await page.locator('details').filter({ hasText: 'evil' }).locator('summary').first().click();
      await page.getByText('⟨U+202E⟩evil').or(page.getByText('\\u202eevil')).locator('visible=true').first().waitFor();
      assert.equal(await page.locator('main img').count(), 0, 'markup is text');
      await assertAccessible(page, 'a dry run');
      await picture(page, 'integration-dry-run');
      assert.deepEqual(await books('GET', 'xero/documents'), [], 'nothing was sent');

      await page.getByRole('link', { name: 'Status', exact: true }).click();
      await page.getByRole('button', { name: 'Sync now' }).click();
      await page.getByText('has tried all documents').waitFor();
      const row = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'Invoices' }) });
      assert.equal(await row.getByRole('cell').first().textContent(), '1');

      const today = new Date().toISOString().slice(0, 10);
      await books('PUT', 'xero/closed-before', { date: `${Number(today.slice(0, 4)) + 1}-01-01` });
      const { invoice_number: late } = await bill('1.00');
      await page.getByRole('button', { name: 'Sync now' }).click();
      await page.getByRole('link', { name: /^Why \d+ (was|were) not sent/ }).waitFor();
      await assertAccessible(page, 'an integration');
      await picture(page, 'integration');
      await page.getByRole('link', { name: /^Why \d+ (was|were) not sent/ }).click();
      await page.getByRole('row').filter({ hasText: late }).filter({ hasText: 'invoices' }).getByText('Open the period in the books').waitFor();
      await assertAccessible(page, 'documents of an integration');
      await picture(page, 'integration-documents');
      await books('PUT', 'xero/closed-before', { date: null });
      await page.getByRole('button', { name: 'Sync now' }).click();
      await page.getByText('No document matches these filters.').waitFor();
      await page.getByRole('link', { name: 'Logs' }).click();
      await page.getByLabel('Number').fill(late);
      await page.keyboard.press('Tab');
      await page.getByRole('row').filter({ hasText: late }).getByText('blocked').first().waitFor();
      await assertAccessible(page, 'logs of an integration');
      const sent = (await books('GET', 'xero/documents')).filter((it) => JSON.stringify(it).includes(number) && it.kind === 'invoice');
      assert.ok(sent.length <= 1, 'nothing is sent twice');

      await page.getByRole('button', { name: 'Disconnect …' }).click();
      await assertAccessible(page, 'disconnect an integration');
      await dialog.getByRole('button', { name: 'Disconnect it' }).click();
      await page.getByRole('button', { name: 'Connect again …' }).waitFor();
      await page.goto(`${given.edge.url}/console${of('/integrations/int_nothing')}`);
      await page.getByRole('alert').getByText('INTEGRATION_NOT_FOUND').first().waitFor();
    });
  });

  test('of several companies one is chosen; secrets are shown to nobody; what is missing stands beside its field', async () => {
    await books('DELETE', 'sage');
    await books('PUT', 'sage/companies', [{ id: 'a', name: 'Acme India' }, { id: 'b', name: hostile }]);
    const { id, of } = await company(given.edge, 'ledgers');
    await open({ path: of('/integrations'), allowed: [/400/] }, async (page) => {
      const dialog = page.getByRole('dialog');
      await page.getByRole('button', { name: 'Connect … Oracle NetSuite' }).click();
      await dialog.getByLabel('Account id').fill('1234567_SB1');
      await dialog.getByLabel('Token secret').fill('a very secret token');
      await dialog.getByRole('button', { name: 'Configure it' }).click();
      await dialog.getByText('is missing').first().waitFor();
      await assertAccessible(page, 'an integration that is not valid');
      await picture(page, 'integration-connect');
      await dialog.getByRole('button', { name: 'Not now' }).click();
      assert.ok(!(await page.content()).includes('a very secret token'));

      await page.getByRole('button', { name: 'Connect … Sage Accounting' }).click();
      await dialog.getByRole('button', { name: 'Configure it' }).click();
      await page.getByRole('button', { name: 'Sign in at Sage' }).click();
      await page.getByRole('link', { name: 'Back to the integrations' }).click();
      await page.getByRole('heading', { name: 'Whose books are written to?' }).waitFor();
      await page.getByText('<img src=x onerror=alert(1)>⟨U+202E⟩evil').waitFor();
      assert.equal(await page.locator('main img').count(), 0, 'markup is text');
      await assertAccessible(page, 'which company');
      await page.getByRole('button', { name: /^Write to this one.*Acme India$/ }).click();
      await page.getByText('It is connected.').waitFor();
      await page.getByRole('link', { name: 'Integrations', exact: true }).click();
      await page.getByRole('button', { name: 'Connect another … Sage Accounting' }).click();
      await dialog.getByText('There is a connection of this name.').waitFor();
      assert.ok(await dialog.getByRole('button', { name: 'Configure it' }).isDisabled());
    });
    const { key } = await createKey(given.edge, 'reader', ['enterprise:read'], { tenant_id: id });
    await open({ key, path: '/integrations' }, async (page) => {
      await page.getByText('Your credential does not have the scope integrations:admin.').waitFor();
    });
  });
}
