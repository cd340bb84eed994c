import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { call, createKey } from './api.mjs';
import { assertAccessible, picture, withPage } from './browser.mjs';
import { company } from './company.mjs';
import { ADMIN } from './edge.mjs';

export function reports(given) {
  const open = (options, work) => withPage(given.browser, given.edge, { key: ADMIN, ...options }, work);
  const hostile = '<img src=x onerror=alert(1)>\u202eevil';
  const plain = (text) => text.replaceAll('\u00a0', ' ');

  /** A tenant with two entities, of which one was charged, and an invoice of which a part is paid. */
  async function group() {
    const tenant = await company(given.edge, 'reports');
    const { ask } = tenant;
    const invoices = (method, path, body) => call(given.edge, method, `/api/v1/invoices${path}`, body, { headers: { 'X-Tenant-Id': tenant.id } }).then(({ data }) => data);
    const { id: entity } = await ask('POST', '/entities', { name: 'Acme South', currency: 'INR' });
    await ask('POST', '/entities', { name: 'Acme North', currency: 'INR' });
    // More digits than a float has.
    await ask('POST', `/entities/${entity}/charges`, { description: hostile, amount: '90071992547.93', currency: 'INR' });
    await ask('POST', `/entities/${entity}/charges`, { description: 'Seats', amount: '100.10', currency: 'INR' });
    const { id } = await invoices('POST', '', { customer: { name: 'Zoë' }, currency: 'INR', items: [{ description: 'Design', unit_price: '2499.10' }] });
    await invoices('POST', `/${id}/finalize`, {});
    await invoices('POST', `/${id}/payments`, { amount: '499.10', reference: 'UTR 1' });
    await ask('POST', '/budgets', { name: 'Cloud', limit: '1000.00', currency: 'INR', period: 'monthly' });
    return { ...tenant, entity };
  }

  test('the CFO sees each figure beside that of the period before, as charts with their tables, and as CSV', async () => {
    const { id, of, entity } = await group();
    await open({ path: of('/reports'), allowed: [/404/] }, async (page) => {
      const inr = page.getByRole('region', { name: 'INR' });
      await inr.getByText('INR 2,000.00').first().waitFor();
      await page.getByRole('img', { name: /^Receivables by age, INR\./ }).waitFor();
      await assertAccessible(page, 'the CFO dashboard');
      await picture(page, 'cfo-dashboard');
      await page.getByRole('button', { name: 'Show table of Receivables by age, INR' }).click();
      await page.getByRole('group', { name: 'Table of Receivables by age, INR' }).getByRole('columnheader', { name: 'the period before' }).waitFor();
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'CSV', exact: true }).click();
      const file = await download;
      assert.match(file.suggestedFilename(), /^cfo-dashboard-\d{4}-\d{2}-\d{2}\.csv$/);
      assert.match(await readFile(await file.path(), 'utf8'), /^INR,receivables,total,.*2000\.00/m);

      // What is asked for is in the address, and goes along to the other reports.
      await page.getByRole('combobox', { name: 'Period' }).selectOption('last_month');
      await page.getByRole('combobox', { name: 'Entity' }).selectOption(entity);
      await page.waitForURL(new RegExp(`period=last_month&entity=${entity}`));
      await page.goto(`${given.edge.url}/console${of('/reports?entity=ent_nothing')}`);
      await page.getByRole('alert').getByText('ENTITY_NOT_FOUND').first().waitFor();
      await page.goto(`${given.edge.url}/console${of('/reports/cost')}`);
      await page.getByText(/Each table adds up to that|Nothing was billed/).first().waitFor();
      await assertAccessible(page, 'cost analysis');
      await picture(page, 'cost-analysis');
      await page.getByRole('link', { name: 'Budget performance' }).click();
      await page.getByText('Together, INR').waitFor();
      await assertAccessible(page, 'budget performance');
      await page.getByRole('navigation', { name: 'Reports' }).getByRole('link', { name: 'Contracts' }).click();
      await page.getByText('No contract ran in this time.').waitFor();
    });
    const { key } = await createKey(given.edge, 'reader', ['enterprise:read'], { tenant_id: id });
    await open({ key, path: '/reports' }, async (page) => {
      await page.getByText('Your credential does not have the scope reports:read.').waitFor();
    });
  });

  test('a report is put together, run, downloaded, saved, and run again', async () => {
    const { of } = await group();
    await open({ path: of('/reports/custom'), allowed: [/400/] }, async (page) => {
      await page.getByLabel('About').selectOption('charges');
      await page.getByRole('checkbox', { name: 'amount' }).check();
      await page.locator('summary').filter({ hasText: /^entities$/ }).click();
      await page.getByRole('group', { name: 'By' }).getByRole('checkbox', { name: 'name' }).check();
      await page.getByRole('group', { name: 'By' }).getByRole('checkbox', { name: 'description' }).check();
      await page.getByLabel('Time of').selectOption('charges.date');
      await page.getByLabel('When').selectOption('own');
      await page.getByLabel('From').fill('2026-05-01');
      await page.getByLabel('Until before').fill('2026-04-01');
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      await page.locator('[aria-invalid=true]').first().waitFor();
      await assertAccessible(page, 'a report that is not valid');
      await page.getByLabel('When').selectOption('this_year');
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      await page.getByText('2 rows').waitFor();
      await page.getByText('INR 90,071,992,547.93').locator('visible=true').first().waitFor();
      await page.getByText('<img src=x onerror=alert(1)>⟨U+202E⟩evil').locator('visible=true').first().waitFor();
      assert.equal(await page.locator('main img').count(), 0, 'markup is text');
      await page.getByRole('img', { name: /^charges: amount, INR\./ }).waitFor();
      await assertAccessible(page, 'a report');
      await picture(page, 'custom-report');
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'CSV', exact: true }).click();
      assert.match(plain(await readFile(await (await download).path(), 'utf8')), /90071992547\.93/);
      // The address is the report.
      await page.reload();
      await page.getByText('2 rows').waitFor();
      await page.getByRole('button', { name: 'Add a filter' }).click();
      const filter = page.getByRole('group', { name: 'Filter 1' });
      await filter.getByLabel('What').selectOption('charges.description');
      await filter.getByLabel('Values').fill('Seats');
      await page.getByText('Run it again').waitFor();
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      await page.getByText('1 row,').waitFor();

      await page.getByRole('button', { name: 'Save it …' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Name').fill('Seats of all');
      await dialog.getByLabel('When').selectOption('week');
      await dialog.getByLabel('To, one address on a line').fill('nobody');
      await dialog.getByRole('button', { name: 'Save it' }).click();
      await dialog.getByText('must be an e-mail address').waitFor();
      await assertAccessible(page, 'save a report');
      await picture(page, 'report-save');
      await dialog.getByLabel('To, one address on a line').fill('cfo@acme.example');
      await dialog.getByRole('button', { name: 'Save it' }).click();
      await page.getByText('The saved report Seats of all.').waitFor();
      await page.getByRole('link', { name: 'Saved reports' }).click();
      await page.getByText('on Mondays at 08:00 to cfo@acme.example').waitFor();
      await assertAccessible(page, 'saved reports');
      await picture(page, 'saved-reports');
      await page.getByRole('link', { name: 'Seats of all' }).click();
      await page.getByText('1 row,').waitFor();
      await page.getByRole('link', { name: 'Saved reports' }).click();
      await page.getByRole('button', { name: 'Delete …' }).click();
      await dialog.getByRole('button', { name: 'Delete it' }).click();
      await page.getByText('No report was saved yet.').waitFor();
    });
  });
}
