import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, createKey } from './api.mjs';
import { assertAccessible, picture, withPage } from './browser.mjs';
import { ADMIN } from './edge.mjs';

export function campaigns(given) {
  const open = (options, work) => withPage(given.browser, given.edge, { key: ADMIN, ...options }, work);
  const hostile = '<img src=x onerror=alert(1)>\u202eevil';

  test('a campaign is built with a preview, activated, and its funnel and the way of a contact are seen', async () => {
    const { data: tenant } = await call(given.edge, 'POST', '/api/v1/tenants', { name: 'City Clinic', slug: `campaigns-${Date.now()}`, owner_email: 'o@clinic.example' });
    const of = (path) => `${path}${path.includes('?') ? '&' : '?'}tenant=${tenant.id}`;
    const ask = (method, path, body) => call(given.edge, method, path, body, { headers: { 'X-Tenant-Id': tenant.id } }).then(({ data }) => data);
    for (const [name, email] of [['Ana', 'ana@clinic.example'], [hostile, 'ben@clinic.example']]) await ask('POST', '/api/v1/contacts', { name, email, tags: ['patient'], attributes: { plan: 'pro' } });
    await open({ path: of('/campaigns'), allowed: [/400/, /412/] }, async (page) => {
      await page.getByText('There is no campaign yet.').waitFor();
      await page.getByRole('button', { name: 'Begin a campaign …' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Name', { exact: true }).fill('Welcome');
      await dialog.getByLabel('It ends for a contact who replied').check();
      await assertAccessible(page, 'begin a campaign');
      await dialog.getByRole('button', { name: 'Begin it' }).click();
      await page.getByRole('heading', { name: 'Campaign Welcome' }).waitFor();

      const add = page.getByRole('button', { name: 'Add a step …' });
      await add.click();
      const template = dialog.getByLabel('What it says, as HTML');
      const preview = dialog.getByRole('region', { name: 'Preview' });
      await dialog.getByLabel('Subject').fill('Hello {{ contact.name|upper }}');
      await preview.getByText('Hello ANA', { exact: true }).waitFor();
      await template.fill('<p>{{ contact.nickname }}, {{ campaign.name }}');
      await preview.getByText('No value for').getByText('contact.nickname').waitFor();
      await preview.getByText('<p>⟨contact.nickname⟩, Welcome').waitFor();
      await template.fill('<p>Hi\n{{ contact.name');
      await dialog.getByRole('button', { name: 'Add it' }).click();
      await dialog.getByRole('alert').getByText('message_template').waitFor();
      await template.fill('<p>Hi {{ contact.name }}, welcome to {{ campaign.name }}.</p>');
      await assertAccessible(page, 'add a step');
      await picture(page, 'campaign-step');
      await dialog.getByRole('button', { name: 'Add it' }).click();
      await dialog.waitFor({ state: 'detached' });
      await add.click();
      await dialog.getByLabel('Wait').fill('2');
      await dialog.getByLabel('Replies').selectOption('false');
      await dialog.getByRole('button', { name: 'Add a condition' }).click();
      await dialog.getByLabel('Attribute').fill('plan');
      await dialog.getByLabel('Is one of').fill('pro, team');
      await dialog.getByRole('button', { name: 'Add it' }).click();
      await page.getByText('2. e-mail, 2 days after the message before').waitFor();
      await page.getByText('plan is pro or team').waitFor();

      await page.getByRole('button', { name: 'Enrol contacts …' }).click();
      await dialog.getByLabel('All with a tag').check();
      await dialog.getByLabel('Tag', { exact: true }).fill('patient');
      await dialog.getByRole('button', { name: 'Enrol' }).click();
      await dialog.getByText('2 enrolled, of 2 found.').waitFor();
      await assertAccessible(page, 'enrol contacts');
      await dialog.getByRole('button', { name: 'Close' }).last().click();
      await page.getByRole('button', { name: 'Activate …' }).click();
      await dialog.getByText('to 2 contacts who are enrolled').waitFor();
      await assertAccessible(page, 'activate a campaign');
      await dialog.getByRole('button', { name: 'Activate' }).click();
      await page.getByText('sends what is due').waitFor();
      await page.getByLabel('E-mail, phone or id of the contact').fill('ben@clinic.example');
      await page.keyboard.press('Enter');
      const way = page.getByRole('region', { name: "A contact's way" });
      await way.getByText('<img src=x onerror=alert(1)>⟨U+202E⟩evil').waitFor();
      assert.equal(await page.locator('main img').count(), 0, 'markup is text');
      await way.getByText('step 2').waitFor();
      assert.match(page.url(), /contact=ben/);
      await assertAccessible(page, 'campaign');
      // Without reloading.
      await page.getByRole('region', { name: 'Funnel' }).getByText('2 messages sent').waitFor();
      await way.getByRole('row').nth(1).getByText('sent', { exact: true }).waitFor();
      await picture(page, 'campaign');
      await page.getByRole('button', { name: 'Pause …' }).click();
      await dialog.getByRole('button', { name: 'Pause' }).click();
      await way.getByText('paused').waitFor();
      // The contact's way is fetched by itself, and may be there before the dialog has gone, which keeps the focus.
      await dialog.waitFor({ state: 'hidden' });
      await page.getByLabel('E-mail, phone or id of the contact').fill('nobody@clinic.example');
      await page.keyboard.press('Enter');
      await way.getByText('There is no such contact.').waitFor();
    });
    const { key } = await createKey(given.edge, 'reader', ['messages:read'], { tenant_id: tenant.id });
    await open({ key, path: '/campaigns' }, async (page) => {
      await page.getByRole('link', { name: 'Welcome' }).waitFor();
      await assertAccessible(page, 'campaigns');
      await page.getByLabel('Status').selectOption('active');
      await page.getByText('No campaign has this status.').waitFor();
      await page.getByLabel('Status').selectOption('paused');
      await page.getByRole('link', { name: 'Welcome' }).click();
      await page.getByRole('heading', { name: 'Campaign Welcome' }).waitFor();
      await page.getByText('2 enrolled').waitFor();
      assert.equal(await page.getByRole('button', { name: /…$/ }).filter({ hasNotText: 'Go to' }).count(), 0);
    });
  });
}
