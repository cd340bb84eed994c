import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, createKey } from './api.mjs';
import { assertAccessible, picture, withPage } from './browser.mjs';
import { ADMIN } from './edge.mjs';

const CONTACTS = '/api/v1/contacts';

export function contacts(given) {
  const open = (options, work) => withPage(given.browser, given.edge, { key: ADMIN, ...options }, work);
  const hostile = '<img src=x onerror=alert(1)>\u202eevil';

  test('contacts are imported with what is wrong by line, changed, and erased', async () => {
    const { data: tenant } = await call(given.edge, 'POST', '/api/v1/tenants', { name: 'City Clinic', slug: `contacts-${Date.now()}`, owner_email: 'o@clinic.example' });
    const of = (path) => `${path}${path.includes('?') ? '&' : '?'}tenant=${tenant.id}`;
    const ask = (method, path, body) => call(given.edge, method, `${CONTACTS}${path}`, body, { headers: { 'X-Tenant-Id': tenant.id } }).then(({ data }) => data);
    await open({ path: of('/contacts'), allowed: [/400/] }, async (page) => {
      await page.getByText('There is no contact yet.').waitFor();
      await page.getByRole('link', { name: 'Import' }).click();
      const lines = ['email,name,tags,plan', 'ana@clinic.example,Ana,patient;pune,pro', 'nonsense,Ben,,', `carl@clinic.example,${hostile},patient,team`];
      await page.getByLabel('File').setInputFiles({ name: 'contacts.csv', mimeType: 'text/csv', buffer: Buffer.from(lines.join('\n')) });
      await page.getByRole('button', { name: 'Import', exact: true }).click();
      await page.getByText('3 of 3 read: 2 new, 0 changed, 1 with an error').waitFor();
      const wrong = page.getByRole('group', { name: 'Errors' }).getByRole('row').nth(1);
      assert.match(await wrong.textContent(), /^3\s*email/);
      assert.match(page.url(), /import=imp_/);
      await assertAccessible(page, 'import of contacts');
      await picture(page, 'contacts-import');
      await page.getByRole('link', { name: 'Contacts' }).last().click();
      await page.getByText('<img src=x onerror=alert(1)>⟨U+202E⟩evil').waitFor();
      assert.equal(await page.locator('main img').count(), 0, 'markup is text');
      await assertAccessible(page, 'contacts');
      await picture(page, 'contacts');
      await page.getByRole('link', { name: 'Suppressions' }).click();
      await page.getByText('Nobody has unsubscribed').waitFor();
      const dialog = page.getByRole('dialog');
      await page.getByRole('button', { name: 'Suppress an address …' }).click();
      await dialog.getByLabel('Address').fill('Carl@Clinic.example');
      await assertAccessible(page, 'suppress an address');
      await dialog.getByRole('button', { name: 'Suppress it' }).click();
      const suppression = page.getByRole('row').filter({ hasText: 'carl@clinic.example' });
      await suppression.getByText('suppressed by hand').waitFor();
      await assertAccessible(page, 'suppressions');
      await page.getByRole('link', { name: 'Contacts' }).last().click();
      await page.getByRole('row').filter({ hasText: 'carl@' }).getByText('not by e-mail').waitFor();
      await page.goBack();
      await suppression.getByRole('button', { name: 'Write again …' }).click();
      await dialog.getByRole('button', { name: 'Write again' }).click();
      await page.getByText('Nobody has unsubscribed').waitFor();
      await page.getByRole('link', { name: 'Contacts' }).last().click();
      await page.getByLabel('Tag').fill('pune');
      await page.keyboard.press('Enter');
      await page.getByText('evil').waitFor({ state: 'detached' });
      assert.match(page.url(), /tag=pune/);
      await page.getByRole('link', { name: 'Ana' }).click();
      await page.getByRole('heading', { name: 'Contact Ana' }).waitFor();
      await page.getByRole('button', { name: 'Change …' }).click();
      await dialog.getByLabel('Phone').fill('98765');
      await dialog.getByRole('button', { name: 'Change', exact: true }).click();
      await dialog.getByRole('alert').getByText('phone', { exact: true }).waitFor();
      await dialog.getByLabel('Phone').fill('+91 98765 43210');
      await dialog.getByLabel('Value').fill('team');
      await assertAccessible(page, 'change a contact');
      await dialog.getByRole('button', { name: 'Change', exact: true }).click();
      await page.getByText('+919876543210').waitFor();
      await assertAccessible(page, 'contact');
      const [ana] = (await ask('GET', '?tag=pune')).data;
      assert.deepEqual([ana.attributes, ana.tags], [{ plan: 'team' }, ['patient', 'pune']]);
      await page.getByRole('button', { name: 'Erase …' }).click();
      await assertAccessible(page, 'erase a contact');
      await dialog.getByRole('button', { name: 'Erase it' }).click();
      await page.getByText('The contact is erased.').waitFor();
      await page.getByRole('heading', { name: 'Contacts' }).waitFor();
    });
    assert.equal((await ask('GET', '')).data.length, 1);
    const { key } = await createKey(given.edge, 'reader', ['messages:read'], { tenant_id: tenant.id });
    await open({ key, path: '/contacts?email=nobody@clinic.example' }, async (page) => {
      await page.getByText('No contact matches these filters.').waitFor();
      assert.equal(await page.getByRole('button', { name: 'Add a contact …' }).count(), 0);
    });
  });
}
