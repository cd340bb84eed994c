import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFile } from 'node:fs/promises';
import { call, createKey } from './api.mjs';
import { assertAccessible, picture, withPage } from './browser.mjs';
import { ADMIN } from './edge.mjs';
import { organization as buyer, subscribed } from './subscribed.mjs';

export function money(given) {
  const open = (options, work) => withPage(given.browser, given.edge, { key: ADMIN, ...options }, work);

  test('recurring revenue, payments, cohorts and seat use are told as charts with their tables, exactly', async () => {
    const { application, organization, subscription } = await subscribed(given.edge, { price: '12345678901.10', seats: 2 });
    await call(given.edge, 'PATCH', `/subscriptions/${subscription}`, { seats: 3 });
    const empty = await buyer(given.edge, 'Buys nothing');
    await open({ path: `/money?application=${application}`, allowed: [/404/] }, async (page) => {
      const now = page.getByRole('region', { name: 'Recurring revenue' });
      await now.getByText('INR 37,037,036,703.30').first().waitFor();
      const chart = page.getByRole('img', { name: /^MRR in INR\. MRR: lowest INR 0\.00 in \w+ \d{4}, highest INR 37,037,036,703\.30 in .*, last INR 37,037,036,703\.30 in / });
      await chart.waitFor();
      await assertAccessible(page, 'money');
      await picture(page, 'money');

      const table = page.getByRole('button', { name: 'Show table of What changed MRR, INR' });
      await table.focus();
      await page.keyboard.press('Enter');
      const movements = page.getByRole('group', { name: 'Table of What changed MRR, INR' });
      await movements.getByRole('columnheader', { name: 'expansion' }).waitFor();
      assert.match((await movements.getByRole('row').last().textContent()).replaceAll('\u00a0', ' '), /INR 37,037,036,703\.30/);
      for (const title of ['MRR in INR', 'Customers and seats, INR', 'Collected and given back, INR', 'Retention and churn, INR']) {
        await page.getByRole('button', { name: `Show table of ${title}` }).click();
      }
      await page.getByRole('region', { name: 'Cohorts' }).getByRole('rowheader').first().waitFor();
      const seats = page.getByRole('region', { name: 'Seat use' });
      await seats.getByRole('row').filter({ hasText: organization }).getByRole('button', { name: /Chart/ }).click();
      await seats.getByRole('img', { name: /Seats of .*purchased: lowest 0 in .*, last 3 in/ }).waitFor();
      await assertAccessible(page, 'money with its tables');

      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'CSV of MRR' }).click();
      const csv = await readFile(await (await download).path(), 'utf8');
      assert.match(csv, /37037036703\.30/, csv.slice(0, 400));

      // Filters are in the address.
      await page.getByLabel('Time').selectOption('30d');
      assert.match(page.url(), new RegExp(`application=${application}&range=30d`));
      await page.getByText('Cohorts are counted by months').waitFor();
      await page.getByLabel("Organization's id").fill('nobody');
      await page.keyboard.press('Tab');
      await page.getByRole('alert').getByText('There is no such organization.').first().waitFor();
      await page.getByLabel("Organization's id").fill(empty);
      await page.keyboard.press('Tab');
      await page.getByText('No seat was sold in this time.').waitFor();
      await page.getByText('No organization had seats in this time.').waitFor();
    });
  });

  test('who may not read analytics is not shown money, and a failure says what to do', async () => {
    const { key } = await createKey(given.edge, 'support', ['seats:verify']);
    await open({ key, path: '/money' }, async (page) => {
      await page.getByText('Your credential does not have the scope analytics:read.').waitFor();
    });
    await open({ path: '/webhooks', allowed: [/503/] }, async (page) => {
      await page.getByRole('heading', { name: 'Webhooks' }).waitFor();
      const problem = { type: 'about:blank', title: 'Unavailable', status: 503, code: 'STORE_UNAVAILABLE', detail: 'Payments are being taken over.' };
      await page.route('**/analytics/revenue?*', (route) => route.fulfill({ status: 503, headers: { 'Retry-After': '2' }, json: problem }));
      await page.keyboard.press('Control+k');
      await page.keyboard.type('churn');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').getByText('Payments are being taken over.').waitFor();
      await page.unroute('**/analytics/revenue?*');
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByText('Payments are being taken over.').waitFor({ state: 'detached' });
    });
  });
}
