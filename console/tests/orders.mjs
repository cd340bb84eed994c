import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { call, createKey } from './api.mjs';
import { assertAccessible, picture, withPage } from './browser.mjs';
import { ADMIN } from './edge.mjs';

const ORDERS = '/api/v1/orders';

export function orders(given) {
  const open = (options, work) => withPage(given.browser, given.edge, { key: ADMIN, ...options }, work);
  const hostile = '<img src=x onerror=alert(1)>\u202eevil';

  async function shop() {
    const { data } = await call(given.edge, 'POST', '/api/v1/tenants', { name: 'Spice Bazaar', slug: `orders-${Date.now()}`, owner_email: 'o@bazaar.example' });
    const of = (path) => `${path}${path.includes('?') ? '&' : '?'}tenant=${data.id}`;
    const ask = (method, path, body) => call(given.edge, method, `${ORDERS}${path}`, body, { headers: { 'X-Tenant-Id': data.id } }).then(({ data }) => data);
    const order = (number, more = {}) =>
      ask('POST', '', {
        order_number: number, status: 'confirmed', customer: { name: 'Zoë Söhne', email: 'zoe@soehne.example', address: 'Hauptstraße 1\nBerlin' },
        items: [{ sku: 'TEA-1', product_name: 'Assam tea', quantity: 3, unit_price: '90071992547.93' }, { sku: 'CUP-2', product_name: hostile, quantity: 1 }], ...more,
      });
    return { id: data.id, of, ask, order };
  }

  test('an order is packed with a scanner, a wrong article is said aloud, and it is shipped', async () => {
    const { of, ask, order } = await shop();
    await open({ path: of('/orders') }, async (page) => {
      await page.getByText('There is no order yet.').waitFor();
      // Without reloading.
      const { id } = await order('#1001');
      await page.getByRole('link', { name: '#1001' }).waitFor();
      await page.getByText('INR 270,215,977,643.79').waitFor();
      await assertAccessible(page, 'orders');
      await picture(page, 'orders');
      await page.getByRole('link', { name: '#1001' }).click();
      await page.getByText('4 to be packed.').waitFor();
      await page.getByText('<img src=x onerror=alert(1)>⟨U+202E⟩evil').first().waitFor();
      assert.equal(await page.locator('main img').count(), 0, 'markup is text');
      assert.equal(await page.evaluate(() => document.activeElement.tagName), 'H1', 'a page begins at its heading');
      const said = page.locator('[aria-live=assertive]');
      /** As a scanner does: fast keys, and Enter. */
      const scan = async (sku) => {
        await page.keyboard.type(sku);
        await page.keyboard.press('Enter');
      };
      await scan('tea-1');
      await scan('TEA-1');
      await said.getByText('2 of 3 Assam tea packed. 2 to go.').waitFor();
      await scan('PEN-9');
      await said.getByText('PEN-9 is not in this order. Put it back.').waitFor();
      await assertAccessible(page, 'order, a wrong article');
      await picture(page, 'order');
      await scan('TEA-1');
      await scan('TEA-1');
      await said.getByText('All of TEA-1 are packed already.').waitFor();
      await page.getByRole('button', { name: /^One less of Assam/ }).click();
      await said.getByText('2 of 3 Assam tea packed.').waitFor();
      await scan('TEA-1');
      await scan('CUP-2');
      await said.getByText('The order is packed.').waitFor();
      await page.getByText('All of it is packed.').waitFor();
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Packing list, PDF' }).click();
      assert.equal((await readFile(await (await download).path())).subarray(0, 5).toString(), '%PDF-');
      assert.deepEqual((await ask('GET', `/${id}`)).items.map((item) => item.packed_quantity), [3, 1]);
      await page.getByRole('button', { name: 'Ship …' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Carrier').fill('India Post');
      await dialog.getByLabel('Tracking number').fill('RX 123');
      await assertAccessible(page, 'ship an order');
      await dialog.getByRole('button', { name: 'Ship', exact: true }).click();
      await page.getByText('India Post').waitFor();
      await page.getByRole('button', { name: 'Has arrived …' }).click();
      await dialog.getByRole('button', { name: 'It has arrived' }).click();
      await page.getByText('that it arrived:').waitFor();
    });
  });

  test('a shop is connected, its secret is shown to nobody; who may only read changes nothing', async () => {
    const { id, of, order } = await shop();
    await order('#1', { status: 'pending' });
    await open({ path: of('/orders/shops'), allowed: [/400/] }, async (page) => {
      await page.getByText('No shop is connected.').waitFor();
      await page.getByRole('button', { name: 'Connect a shop …' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Its address').fill('not an address');
      await dialog.getByLabel('What it signs its webhooks with').fill('shpss_very_secret');
      await dialog.getByRole('button', { name: 'Connect', exact: true }).click();
      await dialog.getByRole('alert').getByText('acme.myshopify.com').waitFor();
      await dialog.getByLabel('Its address').fill(`bazaar-${Date.now()}.myshopify.com`);
      await assertAccessible(page, 'connect a shop');
      await dialog.getByRole('button', { name: 'Connect', exact: true }).click();
      await dialog.getByRole('heading', { name: 'The shop is connected' }).waitFor();
      assert.match(await dialog.getByLabel('Address for its webhooks').inputValue(), /\/webhooks\/shopify\/\w+$/);
      await assertAccessible(page, 'a connected shop');
      await dialog.getByRole('button', { name: 'Close' }).last().click();
      await page.getByRole('row').filter({ hasText: 'Shopify' }).waitFor();
      assert.ok(!(await page.content()).includes('shpss_very_secret'));
      await assertAccessible(page, 'shops');
      await picture(page, 'shops');
      await page.getByRole('button', { name: 'Disconnect …' }).click();
      await dialog.getByRole('button', { name: 'Disconnect', exact: true }).click();
      await page.getByText('No shop is connected.').waitFor();
    });
    const { key } = await createKey(given.edge, 'reader', ['orders:read'], { tenant_id: id });
    await open({ key, path: '/orders' }, async (page) => {
      await page.getByRole('link', { name: '#1' }).click();
      await page.getByText('is not to be packed yet').waitFor();
      assert.equal(await page.getByRole('button', { name: /…$|^Pack one$/ }).filter({ hasNotText: 'Go to' }).count(), 0);
      await page.getByRole('link', { name: 'Orders' }).click();
      await page.getByLabel('Status').selectOption('shipped');
      await page.getByText('No order matches these filters.').waitFor();
    });
  });
}
