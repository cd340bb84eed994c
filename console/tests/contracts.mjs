import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createKey } from './api.mjs';
import { assertAccessible, picture, withPage } from './browser.mjs';
import { ADMIN } from './edge.mjs';
import { company } from './company.mjs';

/** A day so many days from now, as it is written: 2026-11-01. */
const day = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

export function contracts(given) {
  const open = (options, work) => withPage(given.browser, given.edge, { key: ADMIN, ...options }, work);
  const hostile = '<img src=x onerror=alert(1)>\u202eevil';

  test('a contract is written, activated, amended with what it comes to, renewed and terminated', async () => {
    const { of, ask } = await company(given.edge, 'contracts');
    const { id: entity } = await ask('POST', '/entities', { name: 'Acme South', currency: 'INR' });
    await open({ path: of('/contracts'), allowed: [/400|409/] }, async (page) => {
      await page.getByText('There is no contract yet.').waitFor();
      await page.getByRole('button', { name: 'Write a contract …' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Title').fill('Cloud 2026');
      await dialog.getByLabel('With').fill(hostile);
      await dialog.getByLabel('Entity that is charged').selectOption(entity);
      await dialog.getByLabel('From').fill(day(30));
      await dialog.getByLabel('To, not included').fill(day(-30));
      const line = (number) => dialog.getByRole('group', { name: `Line ${number}`, exact: true });
      await line(1).getByLabel('What').fill('Platform');
      await line(1).getByLabel('How many').fill('10');
      await line(1).getByLabel('Price of one, INR').fill('199.99');
      await line(1).getByLabel('Discount, percent').fill('12.5');
      await dialog.getByRole('button', { name: 'Keep as a draft' }).click();
      await dialog.locator('[aria-invalid=true]').first().waitFor();
      await assertAccessible(page, 'a contract that is not valid');
      await dialog.getByLabel('From').fill(day(0));
      await dialog.getByLabel('To, not included').fill(day(365));
      await dialog.getByRole('button', { name: 'Keep as a draft' }).click();
      await page.getByText('can be changed, and binds nobody').waitFor();
      await page.getByText('<img src=x onerror=alert(1)>⟨U+202E⟩evil').first().waitFor();
      assert.equal(await page.locator('main img').count(), 0, 'markup is text');
      await page.getByRole('button', { name: 'Activate …' }).click();
      await assertAccessible(page, 'activate a contract');
      await dialog.getByRole('button', { name: 'Activate it' }).click();
      await page.getByText('is in force').first().waitFor();

      await page.getByRole('button', { name: 'Amend …' }).click();
      await dialog.getByText('Nothing is changed yet.').waitFor();
      await dialog.getByLabel('From').fill(day(1));
      await line(1).getByLabel('How many').fill('12');
      await dialog.getByRole('heading', { name: 'lines' }).waitFor();
      await assertAccessible(page, 'amend a contract');
      await picture(page, 'contract-amend');
      await dialog.getByLabel('Reason').fill('Two more');
      await dialog.getByRole('button', { name: 'Amend it' }).click();
      await page.getByText('Amendment 1', { exact: true }).click();
      const money = page.getByRole('group', { name: 'What it comes to' });
      await money.getByRole('row', { name: /^A month/ }).getByText('INR 2,099.90').waitFor();
      await page.getByRole('button', { name: 'Renew …' }).click();
      await dialog.getByLabel('Uplift, percent').fill('5');
      await assertAccessible(page, 'renew a contract');
      await dialog.getByRole('button', { name: 'Renew it' }).click();
      await page.getByText('is in force, and was renewed').waitFor();
      await page.getByRole('img', { name: /Term 2 from/ }).waitFor();
      await assertAccessible(page, 'contract');
      await picture(page, 'contract');
      await page.getByRole('button', { name: 'Renew …' }).click();
      await dialog.getByRole('button', { name: 'Renew it' }).click();
      await dialog.getByRole('alert').getByText('ALREADY_RENEWED').waitFor();
      await dialog.getByRole('button', { name: 'Not now' }).click();
      await page.getByRole('button', { name: 'Give notice …' }).click();
      await assertAccessible(page, 'give notice');
      await dialog.getByRole('button', { name: 'Give notice' }).click();
      await page.getByText('given by the customer').waitFor();
      await page.getByRole('button', { name: 'Terminate …' }).click();
      await dialog.getByLabel('Ends on, not included').fill(day(60));
      await dialog.getByLabel('Reason').fill('Moved on');
      await assertAccessible(page, 'terminate a contract');
      await dialog.getByRole('button', { name: 'Terminate it' }).click();
      await page.getByText('Moved on').first().waitFor();
      const [made] = (await ask('GET', '/contracts')).data;
      assert.ok(made.number);
    });
  });

  test('a large contract waits for an approval; a service level is reported once; who may only read changes nothing', async () => {
    const { id, of, ask } = await company(given.edge, 'agreements');
    const { id: entity } = await ask('POST', '/entities', { name: 'Acme South', currency: 'INR' });
    const contract = (title, price, more = {}) =>
      ask('POST', '/contracts', {
        entity_id: entity, title, counterparty: 'Zoë Söhne', currency: 'INR', start: day(-40), lines: [{ kind: 'recurring', description: 'Platform', unit_price: price, cycle: 'monthly' }],
        renewal: { mode: 'auto', term_months: 12, notice_days: 30, uplift_basis_points: 250 }, termination: { fee: { kind: 'percent_remaining', value: '12.5' } },
        sla: [{ metric: 'uptime', target: '99.9', credit_steps: [{ below: '99.9', basis_points: 1000 }] }], documents: [{ name: 'Signed', url: 'https://files.example/1.pdf', sha256: 'ab'.repeat(32) }], ...more,
      });
    const { id: large } = await contract('Large', '90071992547.93');
    await open({ path: of(`/contracts/${large}`) }, async (page) => {
      await page.getByText('percentage of what remains: 12.5 %').waitFor();
      await page.getByRole('button', { name: 'Activate …' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Activate it' }).click();
      await page.getByText('People have to approve it first.').first().waitFor();
      assert.equal((await ask('GET', `/contracts/${large}`)).status, 'pending_approval');
      await assertAccessible(page, 'a contract that waits for an approval');
    });
    const { id: small } = await contract('Small', '100.10');
    await ask('POST', `/contracts/${small}/activate`, {});
    const month = day(-40).slice(0, 7);
    await open({ path: of(`/contracts/${small}`), allowed: [/409/] }, async (page) => {
      const dialog = page.getByRole('dialog');
      const report = async (value) => {
        await page.getByRole('button', { name: 'Report …' }).click();
        await dialog.getByLabel('Month').fill(month);
        await dialog.getByLabel('Value').fill(value);
        await dialog.getByRole('button', { name: 'Report it' }).click();
      };
      await report('99.5');
      const row = page.getByRole('group', { name: 'Reports' }).getByRole('row').filter({ hasText: month });
      await row.getByText('99.5').waitFor();
      await report('98');
      await dialog.getByRole('alert').getByText('ALREADY_EXISTS').waitFor();
      assert.equal(await dialog.getByLabel('Value').getAttribute('aria-invalid'), 'true');
      await assertAccessible(page, 'report a service level');
    });
    const { key } = await createKey(given.edge, 'reader', ['enterprise:read'], { tenant_id: id });
    await open({ key, path: '/contracts', allowed: [/404/] }, async (page) => {
      await page.getByRole('row').nth(2).waitFor();
      await assertAccessible(page, 'contracts');
      await picture(page, 'contracts');
      await page.getByLabel('Status').selectOption('active');
      await page.getByText('Large').waitFor({ state: 'detached' });
      assert.match(page.url(), /status=active/);
      await page.getByRole('link', { name: 'Small' }).click();
      await page.getByText('Platform').waitFor();
      assert.equal(await page.getByRole('button', { name: /…$/ }).filter({ hasNotText: 'Go to' }).count(), 0);
      await page.goto(`${given.edge.url}/console/contracts/ctr_nothing`);
      await page.getByRole('alert').getByText('CONTRACT_NOT_FOUND').first().waitFor();
    });
  });
}
