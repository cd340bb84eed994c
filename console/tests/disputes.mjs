import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, createKey, eventually } from './api.mjs';
import { assertAccessible, picture, withPage } from './browser.mjs';
import { company } from './company.mjs';
import { ADMIN, WEBHOOK_SECRET } from './edge.mjs';

export function disputes(given) {
  const open = (options, work) => withPage(given.browser, given.edge, { key: ADMIN, ...options }, work);
  const hostile = '<img src=x onerror=alert(1)>\u202eevil';
  const BOTH = ['enterprise:read', 'enterprise:write'];

  /** Steers the stand-in BheemPay. */
  const bheempay = async (method, path, body = {}) => {
    const response = await fetch(`${given.edge.upstreams}/_control/bheempay/${path}`, { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
    const text = await response.text();
    assert.ok(response.ok, `${path}: ${response.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  };

  /** A tenant that has paid 2,499.00, as BheemPay told the edge. */
  async function paid() {
    const tenant = await company(given.edge, 'disputes');
    await bheempay('PUT', 'webhook', { url: `${given.edge.url}/api/v1/billing/webhook`, secret: WEBHOOK_SECRET });
    const wanted = { plan_id: 'WORKSPACE-PRO', billing_cycle: 'monthly' };
    const { data: order } = await call(given.edge, 'POST', '/api/v1/billing/checkout', wanted, { headers: { 'X-Tenant-Id': tenant.id } });
    const told = await bheempay('POST', `orders/${order.order_id}/pay`);
    return { ...tenant, payment: told.event.payload.payment_id };
  }

  test('a dispute is opened, discussed, and refunded by somebody else, once and never beyond what was paid', async () => {
    const { id, of, ask, payment } = await paid();
    const { key: olga } = await createKey(given.edge, 'Olga', BOTH, { tenant_id: id });
    let path = '';
    await open({ key: olga, path: '/disputes', allowed: [/400|403/] }, async (page) => {
      await page.getByText('Nobody has disputed anything.').waitFor();
      await page.getByRole('button', { name: 'Open a dispute …' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Its id').fill(payment);
      await dialog.getByLabel('Disputed amount').fill('2499.01');
      await dialog.getByLabel('What the customer says').fill(hostile);
      await eventually(async () => {
        await dialog.getByRole('button', { name: 'Open it' }).click();
        await dialog.getByText('must not be above the amount of what is disputed').waitFor({ timeout: 2000 });
      });
      assert.equal(await dialog.getByLabel('Disputed amount').getAttribute('aria-invalid'), 'true');
      await assertAccessible(page, 'a dispute that is not valid');
      await dialog.getByLabel('Disputed amount').fill('499.50');
      await dialog.getByRole('button', { name: 'Open it' }).click();
      await page.getByRole('heading', { name: /^Dispute DSP-/ }).waitFor();
      path = new URL(page.url()).pathname.replace('/console', '');
      await page.getByText('<img src=x onerror=alert(1)>⟨U+202E⟩evil').waitFor();
      assert.equal(await page.locator('main img').count(), 0, 'markup is text');
      await page.getByRole('button', { name: 'Add evidence …' }).click();
      await dialog.getByLabel('Name').fill('The offer');
      await dialog.getByLabel('Address').fill('http://files.example/offer.pdf');
      await dialog.getByRole('button', { name: 'Add it' }).click();
      await dialog.getByText('must be an https URL').waitFor();
      await assertAccessible(page, 'evidence that is not valid');
      await dialog.getByLabel('Address').fill('https://files.example/offer.pdf');
      await dialog.getByRole('button', { name: 'Add it' }).click();
      await page.getByRole('link', { name: 'The offer' }).waitFor();
      await page.getByLabel('Comment', { exact: true }).fill('The offer says so.');
      await page.getByRole('button', { name: 'Comment' }).click();
      await page.getByRole('listitem').filter({ hasText: 'The offer says so.' }).getByText('internal').waitFor();
      await page.getByLabel('Comment', { exact: true }).fill('We are looking at it.');
      await page.getByRole('radio', { name: /shared/ }).check();
      await page.getByRole('button', { name: 'Comment, for the customer too' }).click();
      await page.getByRole('listitem').filter({ hasText: 'We are looking at it.' }).getByText('shared').waitFor();
      assert.ok(await page.getByRole('radio', { name: /internal/ }).isChecked(), 'the next comment is internal again');
      await page.getByRole('button', { name: 'Review …' }).click();
      await dialog.getByRole('button', { name: 'Review it' }).click();
      await page.getByText('somebody works on it').waitFor();
      await assertAccessible(page, 'dispute');
      await picture(page, 'dispute');
      await page.getByRole('button', { name: 'Resolve …' }).click();
      await dialog.getByLabel('Why').fill('I say so');
      await dialog.getByRole('button', { name: 'Refund it' }).click();
      await dialog.getByRole('alert').getByText('OWN_DISPUTE').waitFor();
    });
    await open({ path: of(path), allowed: [/409/] }, async (page) => {
      const dialog = page.getByRole('dialog');
      await page.getByRole('button', { name: 'Resolve …' }).click();
      await dialog.getByLabel('Why').fill('The offer says so');
      await assertAccessible(page, 'resolve a dispute');
      await dialog.getByRole('button', { name: 'Refund it' }).click();
      await page.getByText('processed', { exact: true }).waitFor();
      await page.getByText('was paid back').waitFor();
      await assertAccessible(page, 'a refunded dispute');
      const { id: second } = await ask('POST', '/disputes', { subject: { kind: 'payment', id: payment }, reason: 'duplicate' }, olga);
      await page.goto(`${given.edge.url}/console${of(`/disputes/${second}`)}`);
      await page.getByRole('button', { name: 'Resolve …' }).click();
      await dialog.getByLabel('Amount, INR').fill('1999.51');
      await dialog.getByLabel('Why').fill('Paid twice');
      await dialog.getByRole('button', { name: 'Refund it' }).click();
      await dialog.getByText('Only').first().waitFor();
      await dialog.getByRole('alert').getByText('REFUND_EXCEEDS_PAYMENT').waitFor();
      assert.equal(await dialog.getByLabel('Amount, INR').getAttribute('aria-invalid'), 'true');
      await dialog.getByLabel('By').selectOption('reject');
      await dialog.getByRole('button', { name: 'Reject it' }).click();
      await page.getByText('was rejected').waitFor();
    });
    const { key } = await createKey(given.edge, 'reader', ['enterprise:read'], { tenant_id: id });
    await open({ key, path: '/disputes', allowed: [/404/] }, async (page) => {
      await page.getByRole('row').nth(2).waitFor();
      await assertAccessible(page, 'disputes');
      await picture(page, 'disputes');
      await page.getByLabel('Status').selectOption('resolved');
      await page.getByRole('row').nth(2).waitFor({ state: 'detached' });
      await page.getByRole('link', { name: /^DSP-/ }).click();
      await page.getByText('We are looking at it.').waitFor();
      assert.equal(await page.getByText('internal').count(), 0, 'what is internal is not shown to who may only read');
      assert.equal(await page.getByRole('button', { name: /…$|^Comment/ }).filter({ hasNotText: 'Go to' }).count(), 0);
      await page.goto(`${given.edge.url}/console/disputes/dsp_nothing`);
      await page.getByRole('alert').getByText('DISPUTE_NOT_FOUND').first().waitFor();
    });
  });

  test('a large credit waits for exactly its approval, and then goes through', async () => {
    const { id, of, ask } = await company(given.edge, 'credits');
    const { id: entity } = await ask('POST', '/entities', { name: 'Acme South', currency: 'INR' });
    const { id: charge } = await ask('POST', `/entities/${entity}/charges`, { description: 'Platform', amount: '60000.10', currency: 'INR' });
    const { key: olga } = await createKey(given.edge, 'Olga', BOTH, { tenant_id: id });
    const carl = await createKey(given.edge, 'Carl', ['plans:read'], { tenant_id: id });
    await ask('PUT', '/approvals/roles/finance_manager', { people: [`key:${carl.id}`] });
    const { id: dispute } = await ask('POST', '/disputes', { subject: { kind: 'charge', id: charge }, entity_id: entity, reason: 'incorrect_amount' }, olga);
    await open({ path: of(`/disputes/${dispute}`) }, async (page) => {
      await page.getByRole('button', { name: 'Resolve …' }).click();
      const dialog = page.getByRole('dialog');
      assert.equal(await dialog.getByLabel('By').inputValue(), 'credit');
      await dialog.getByLabel('Why').fill('Charged twice');
      await dialog.getByRole('button', { name: 'Credit it' }).click();
      await dialog.getByText('People have to approve').waitFor();
      await dialog.getByText('INR 60,000.10').first().waitFor();
      const button = dialog.getByRole('button', { name: 'Credit it, as approved' });
      assert.ok(await button.isDisabled());
      await assertAccessible(page, 'a resolution that waits for an approval');
      await picture(page, 'dispute-approval');
      const [request] = (await ask('GET', '/approvals/requests?kind=dispute')).data;
      await ask('POST', `/approvals/requests/${request.id}/process`, { action: 'approve', comment: 'as it should be' }, carl.key);
      // Without reloading.
      await dialog.getByText('approved', { exact: true }).waitFor();
      await button.click();
      await page.getByText('was resolved').waitFor();
      await page.getByText('a credit,').waitFor();
    });
    assert.equal((await ask('GET', `/entities/${entity}/charges`)).data.length, 2);
  });
}
