import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { call, createKey } from './api.mjs';
import { assertAccessible, picture, withPage } from './browser.mjs';
import { ADMIN } from './edge.mjs';

const INVOICES = '/api/v1/invoices';

export function invoices(given) {
  const open = (options, work) => withPage(given.browser, given.edge, { key: ADMIN, ...options }, work);
  const hostile = '<img src=x onerror=alert(1)>\u202eevil';

  async function studio() {
    const { data } = await call(given.edge, 'POST', '/api/v1/tenants', { name: 'Acme Studio', slug: `invoices-${Date.now()}`, owner_email: 'o@acme.example' });
    const of = (path) => `${path}${path.includes('?') ? '&' : '?'}tenant=${data.id}`;
    const ask = (method, path, body) => call(given.edge, method, `${INVOICES}${path}`, body, { headers: { 'X-Tenant-Id': data.id } }).then(({ data }) => data);
    return { id: data.id, of, ask };
  }

  test('an invoice is written, finalised and paid, digit by digit, and its reminders stop', async () => {
    const { of, ask } = await studio();
    await open({ path: of('/invoices') }, async (page) => {
      await page.getByText('No invoice has been written yet.').waitFor();
      await page.getByRole('button', { name: 'Write an invoice …' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Name').fill('Zoë Söhne');
      await dialog.getByLabel('E-mail').fill('zoe@soehne.example');
      const line = (at) => dialog.getByRole('group', { name: `Line ${at}`, exact: true });
      await line(1).getByLabel('What').fill('Design');
      // More digits than a float has.
      await line(1).getByLabel('Price of one').fill('90071992547409.93');
      await line(1).getByLabel('Tax, percent').fill('0');
      await dialog.getByRole('button', { name: 'Add a line' }).click();
      await line(2).getByLabel('What').fill(hostile);
      await line(2).getByLabel('How many').fill('0.5');
      await line(2).getByLabel('Price of one').fill('3.10');
      await line(2).getByLabel('Tax, percent').fill('18.0');
      await assertAccessible(page, 'write an invoice');
      await picture(page, 'invoice-new');
      await dialog.getByRole('button', { name: 'Keep as a draft' }).click();
      await page.getByRole('heading', { name: 'Draft of an invoice' }).waitFor();
      const total = (name) => page.getByRole('row').filter({ has: page.getByRole('rowheader', { name, exact: true }) });
      await total('Total').getByText('INR 90,071,992,547,411.76').waitFor();
      await page.getByText('<img src=x onerror=alert(1)>⟨U+202E⟩evil').waitFor();
      assert.equal(await page.locator('main img').count(), 0, 'markup is text');
      await page.getByRole('button', { name: 'Change …' }).click();
      await dialog.getByLabel('Due').fill(new Date(Date.now() - 86_400_000).toISOString().slice(0, 10));
      await dialog.getByRole('button', { name: 'Keep as a draft' }).click();
      await page.getByText('The invoice was changed.').waitFor();
      await page.getByRole('button', { name: 'Finalise …' }).click();
      await dialog.getByText('INR 90,071,992,547,411.76').waitFor();
      await assertAccessible(page, 'finalise an invoice');
      await dialog.getByRole('button', { name: 'Finalise' }).click();
      await page.getByRole('heading', { name: /^Invoice INV-\d{4}-00001$/ }).waitFor();
      const last = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'a week overdue' }) });
      await last.getByText('goes out at its time').waitFor();
      await assertAccessible(page, 'invoice');
      await picture(page, 'invoice');
      await last.getByRole('button', { name: 'Move …' }).click();
      await dialog.getByLabel('When').fill('2099-01-01T10:00');
      await dialog.getByRole('button', { name: 'Schedule it' }).click();
      await last.getByText('1 January 2099').or(last.getByText(/2099/)).first().waitFor();

      // What is paid elsewhere is seen without reloading.
      const [{ id }] = (await ask('GET', '')).data;
      await ask('POST', `/${id}/payments`, { amount: '90071992547400.00', reference: 'UTR 1' });
      await total('To be paid').getByText('INR 11.76').waitFor();
      await page.getByRole('button', { name: 'Record a payment …' }).click();
      assert.equal(await dialog.getByLabel('Amount, INR').inputValue(), '11.76');
      await dialog.getByLabel('Amount, INR').fill('12.00');
      await dialog.getByText('the rest is kept as credit').waitFor();
      await dialog.getByLabel('Reference').fill('UTR 2');
      await assertAccessible(page, 'record a payment');
      await dialog.getByRole('button', { name: 'Record it' }).click();
      await total('Paid beyond the total').getByText('INR 0.24').waitFor();
      await last.getByText('there is nothing to pay any more').waitFor();
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'PDF' }).click();
      const file = await download;
      assert.match(file.suggestedFilename(), /^INV-\d{4}-00001\.pdf$/);
      assert.equal((await readFile(await file.path())).subarray(0, 5).toString(), '%PDF-');
    });
  });

  test('of two who change a draft the second is told; a voided one asks first; who may only read changes nothing', async () => {
    const { id, of, ask } = await studio();
    const invoice = { customer: { name: 'Zoë' }, currency: 'KWD', items: [{ description: 'Design', unit_price: '1.005' }] };
    const { id: draft } = await ask('POST', '', invoice);
    await open({ path: of(`/invoices/${draft}`), allowed: [/412/] }, async (page) => {
      await page.getByRole('button', { name: 'Change …' }).click();
      const dialog = page.getByRole('dialog');
      await ask('PUT', `/${draft}`, { notes: 'by somebody else' });
      await dialog.getByLabel('Price of one').fill('2.005');
      await dialog.getByRole('button', { name: 'Keep as a draft' }).click();
      await dialog.getByRole('alert').getByText('PRECONDITION_FAILED').waitFor();
      await dialog.getByRole('button', { name: 'Not now' }).click();
      await page.getByText('by somebody else').waitFor();
      await ask('POST', `/${draft}/finalize`, {});
      await page.getByRole('button', { name: 'Void …' }).click();
      await assertAccessible(page, 'void an invoice');
      await dialog.getByRole('button', { name: 'Void it' }).click();
      await page.getByText('was voided').first().waitFor();
      assert.equal((await ask('GET', `/${draft}`)).status, 'cancelled');
    });
    await ask('POST', '', { ...invoice, customer: { name: hostile } });
    const { key } = await createKey(given.edge, 'reader', ['invoices:read'], { tenant_id: id });
    await open({ key, path: '/invoices', allowed: [/404/] }, async (page) => {
      await page.getByRole('row').nth(2).waitFor();
      await assertAccessible(page, 'invoices');
      await picture(page, 'invoices');
      assert.equal(await page.getByRole('button', { name: 'Write an invoice …' }).count(), 0);
      await page.getByLabel('Status').selectOption('cancelled');
      await page.getByText('<img').waitFor({ state: 'detached' });
      assert.match(page.url(), /status=cancelled/);
      await page.getByRole('link', { name: /^INV-/ }).click();
      await page.getByText('KWD 1.005').first().waitFor();
      assert.equal(await page.getByRole('button', { name: /…$/ }).filter({ hasNotText: 'Go to' }).count(), 0);
      await page.goto(`${given.edge.url}/console/invoices/inv_nothing`);
      await page.getByRole('alert').getByText('INVOICE_NOT_FOUND').waitFor();
    });
  });
}
