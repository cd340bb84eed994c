import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createKey } from './api.mjs';
import { assertAccessible, picture, withPage } from './browser.mjs';
import { ADMIN } from './edge.mjs';
import { company } from './company.mjs';

export function departments(given) {
  const open = (options, work) => withPage(given.browser, given.edge, { key: ADMIN, ...options }, work);
  const hostile = '<img src=x onerror=alert(1)>\u202eevil';

  test('departments are added, a source is split over them to the smallest unit, and the sum is checked', async () => {
    const { of, ask } = await company(given.edge, 'departments');
    const { id: entity } = await ask('POST', '/entities', { name: 'Acme', currency: 'INR' });
    await open({ path: of('/departments'), allowed: [/400|409/] }, async (page) => {
      await page.getByText('There is no department yet.').waitFor();
      await page.getByRole('button', { name: 'Add a department …' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Name', { exact: true }).fill('Sales');
      await dialog.getByLabel('Of the entity').selectOption(entity);
      await dialog.getByLabel('Cost centre').fill('CC-7');
      await dialog.getByLabel('Headcount', { exact: true }).fill('3');
      await assertAccessible(page, 'add a department');
      await dialog.getByRole('button', { name: 'Add it' }).click();
      await page.getByRole('heading', { name: 'Department Sales' }).waitFor();
      const [{ id: sales }] = (await ask('GET', '/departments')).data;
      const { id: north } = await ask('POST', '/departments', { entity_id: entity, parent_id: sales, name: 'Sales North', headcount: 2 });
      const { id: other } = await ask('POST', '/departments', { entity_id: entity, name: hostile, headcount: 1 });
      await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Departments' }).click();
      await page.getByText('<img src=x onerror=alert(1)>⟨U+202E⟩evil').waitFor();
      assert.equal(await page.locator('main img').count(), 0, 'markup is text');
      await assertAccessible(page, 'departments');
      await picture(page, 'departments');

      await page.getByRole('link', { name: 'Splits' }).click();
      await page.getByText('Name the source').waitFor();
      await page.getByLabel('Its id').fill('sub_1');
      await page.keyboard.press('Tab');
      await page.getByText(/^Nothing of it is allocated/).waitFor();
      await page.getByRole('button', { name: 'Set the split …' }).click();
      const share = (number) => dialog.getByRole('group', { name: `Share ${number}`, exact: true });
      await share(1).getByLabel('Department').selectOption(sales);
      await share(1).getByLabel('Percent', { exact: true }).fill('33.33');
      await share(2).getByLabel('Department').selectOption(north);
      await share(2).getByLabel('Percent', { exact: true }).fill('33.33');
      await dialog.getByRole('button', { name: 'Add a share' }).click();
      await share(3).getByLabel('Department').selectOption(other);
      await share(3).getByLabel('Percent', { exact: true }).fill('33.33');
      await dialog.getByText('Percentages: 99.99 % of 100 %.').waitFor();
      await dialog.getByRole('button', { name: 'Set it' }).click();
      await dialog.getByText('must add up to exactly 10000 basis points').waitFor();
      await share(3).getByLabel('Percent', { exact: true }).fill('33.34');
      await assertAccessible(page, 'set a split');
      await picture(page, 'split-set');
      await dialog.getByRole('button', { name: 'Set it' }).click();
      const split = page.getByRole('group', { name: 'Split' });
      await split.getByText('33.34 %').waitFor();
      // More digits than a float has, and the smallest unit goes to one.
      await page.getByLabel('Amount to preview').fill('90071992547409.93');
      await page.keyboard.press('Tab');
      await split.getByText('INR 30,0').first().waitFor();
      const amounts = (await split.getByRole('row').allTextContents()).map((text) => /INR\s([\d,.]+)\s*$/.exec(text)?.[1]).filter(Boolean);
      const sum = amounts.map((text) => BigInt(text.replace(/[,.]/g, ''))).reduce((one, other) => one + other);
      assert.equal(sum, 9007199254740993n, `nothing is lost: ${amounts}`);
      assert.match(page.url(), /source=subscription%3Asub_1&.*amount=90071992547409\.93|amount=90071992547409\.93/);
      await assertAccessible(page, 'split');
      await picture(page, 'split');

      await page.getByRole('link', { name: 'Sales North' }).click();
      await page.getByRole('row').filter({ hasText: 'sub_1' }).getByText('33.33 %').waitFor();
      await page.getByRole('button', { name: 'Add an allocation …' }).click();
      await dialog.getByLabel('Its id').fill('sub_1');
      await dialog.getByLabel('Percent', { exact: true }).fill('0.01');
      await dialog.getByRole('button', { name: 'Add it' }).click();
      await dialog.getByRole('alert').getByText('ALLOCATION_EXCEEDED').waitFor();
      assert.equal(await dialog.getByLabel('Percent', { exact: true }).getAttribute('aria-invalid'), 'true');
      await assertAccessible(page, 'an allocation past the whole');
      await dialog.getByLabel('Its id').fill('sub_2');
      await dialog.getByRole('button', { name: 'Add it' }).click();
      await page.getByRole('row').filter({ hasText: 'sub_2' }).getByText('0.01 %').waitFor();
      await assertAccessible(page, 'department');
      await picture(page, 'department');
    });
  });

  test('GL accounts are set; who may only read is offered nothing', async () => {
    const { id, of, ask } = await company(given.edge, 'accounts');
    const { id: entity } = await ask('POST', '/entities', { name: 'Acme', currency: 'INR' });
    const { id: department } = await ask('POST', '/departments', { entity_id: entity, name: 'Sales' });
    await open({ path: of('/departments/accounts'), allowed: [/400|409/] }, async (page) => {
      await page.getByText('No account is set.').waitFor();
      await page.getByRole('button', { name: 'Set an account …' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Department').selectOption(department);
      await dialog.getByLabel('GL account').fill('4000-10');
      await assertAccessible(page, 'set an account');
      await dialog.getByRole('button', { name: 'Set it' }).click();
      await page.getByRole('row').filter({ hasText: '4000-10' }).getByText('Sales').waitFor();
      await assertAccessible(page, 'GL accounts');
    });
    const { key } = await createKey(given.edge, 'reader', ['enterprise:read'], { tenant_id: id });
    await open({ key, path: `/departments/${department}` }, async (page) => {
      await page.getByText('Nothing is allocated to it.').waitFor();
      await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Departments' }).click();
      await page.getByRole('link', { name: 'GL accounts' }).click();
      await page.getByText('4000-10').waitFor();
      await page.getByRole('link', { name: 'Splits' }).click();
      await page.getByLabel('Its id').fill('sub_1');
      await page.keyboard.press('Tab');
      await page.getByText(/^Nothing of it is allocated/).waitFor();
      assert.equal(await page.getByRole('button', { name: /…$/ }).filter({ hasNotText: 'Go to' }).count(), 0);
    });
  });
}
