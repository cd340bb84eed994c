import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, createKey } from './api.mjs';
import { assertAccessible, picture, withPage } from './browser.mjs';
import { ADMIN } from './edge.mjs';
import { company } from './company.mjs';

export function entities(given) {
  const open = (options, work) => withPage(given.browser, given.edge, { key: ADMIN, ...options }, work);
  const hostile = '<img src=x onerror=alert(1)>\u202eevil';

  test('a group of entities is built as a tree, moved and closed; what is wrong stands beside its field', async () => {
    const { of, ask } = await company(given.edge, 'entities');
    const entity = (name, more = {}) => ask('POST', '/entities', { name, currency: 'INR', ...more });
    await open({ path: of('/entities'), allowed: [/400|409/] }, async (page) => {
      await page.getByText('There is no entity yet.').waitFor();
      await page.getByRole('button', { name: 'Add an entity …' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Name', { exact: true }).fill('Acme Holding');
      await dialog.getByLabel('Code').fill('HQ');
      await dialog.getByLabel('Country').fill('1n');
      await dialog.getByLabel('Currency').fill('rup');
      await dialog.getByRole('button', { name: 'Add it' }).click();
      // The edge's words, at the field, which has the focus.
      const country = dialog.getByLabel('Country');
      await dialog.getByText('two capital letters of ISO 3166-1').waitFor();
      await dialog.getByText('is no ISO 4217 currency').waitFor();
      assert.equal(await country.getAttribute('aria-invalid'), 'true');
      const described = await country.getAttribute('aria-describedby');
      assert.match(await dialog.locator(`[id="${described}"]`).textContent(), /ISO 3166-1/);
      await assertAccessible(page, 'an entity that is not valid');
      await country.fill('in');
      await dialog.getByLabel('Currency').fill('inr');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Entity Acme Holding' }).waitFor();
      const [{ id: top }] = (await ask('GET', '/entities')).data;
      const { id: south } = await entity('Acme South', { parent_id: top, code: 'S' });
      const { id: pune } = await entity('Acme Pune', { parent_id: south });
      await entity(hostile, { parent_id: south, currency: 'KWD', consolidate_to_parent: false });
      await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Entities' }).click();
      const tree = page.getByRole('list', { name: 'Entities' });
      await tree.getByRole('link', { name: 'Acme Pune' }).waitFor();
      await tree.getByText('<img src=x onerror=alert(1)>⟨U+202E⟩evil').waitFor();
      assert.equal(await page.locator('main img').count(), 0, 'markup is text');
      await assertAccessible(page, 'entities');
      await picture(page, 'entities');
      const fold = tree.getByRole('button', { name: 'Below Acme South' });
      await fold.focus();
      await page.keyboard.press('Enter');
      await tree.getByRole('link', { name: 'Acme Pune' }).waitFor({ state: 'detached' });
      assert.equal(await fold.getAttribute('aria-expanded'), 'false');
      await page.keyboard.press('Enter');
      await page.keyboard.press('/');
      await page.keyboard.type('pune');
      await tree.getByText('evil').waitFor({ state: 'detached' });
      // What it lies below is shown, too.
      await tree.getByRole('link', { name: 'Acme South' }).waitFor();
      assert.match(page.url(), /search=pune/);
      await tree.getByRole('link', { name: 'Acme South' }).click();

      // Somebody else has put it below its own child meanwhile.
      await page.getByRole('heading', { name: 'Entity Acme South' }).waitFor();
      const { id: west } = await entity('Acme West', { parent_id: top });
      await page.getByRole('button', { name: 'Move …' }).click();
      await dialog.getByLabel('Below').selectOption(west);
      await ask('PUT', `/entities/${west}`, { parent_id: south });
      await assertAccessible(page, 'move an entity');
      await dialog.getByRole('button', { name: 'Move it' }).click();
      await dialog.getByRole('alert').getByText('HIERARCHY_CYCLE').waitFor();
      assert.equal(await dialog.getByLabel('Below').getAttribute('aria-invalid'), 'true');
      await dialog.getByLabel('Below').selectOption('');
      await dialog.getByRole('button', { name: 'Move it' }).click();
      await page.getByText('it is the top of a group').waitFor();
      await page.getByRole('button', { name: 'Close …' }).click();
      await assertAccessible(page, 'close an entity');
      await dialog.getByRole('button', { name: 'Close it' }).click();
      await dialog.getByRole('alert').getByText('ENTITY_HAS_CHILDREN').waitFor();
      await dialog.getByRole('button', { name: 'Not now' }).click();
      await page.goto(`${given.edge.url}/console${of(`/entities/${pune}`)}`);
      await page.getByRole('button', { name: 'Close …' }).click();
      await dialog.getByRole('button', { name: 'Close it' }).click();
      await page.getByText('This entity is closed').waitFor();
      await page.getByRole('button', { name: 'Open again …' }).click();
      await dialog.getByRole('button', { name: 'Open it' }).click();
      await page.getByText('This entity is closed').waitFor({ state: 'detached' });
      assert.equal((await ask('GET', `/entities/${pune}`)).status, 'active');
    });
  });

  test('what a group is charged is invoiced once a month, a section for each entity; who may only read changes nothing', async () => {
    const { id, of, ask } = await company(given.edge, 'charges');
    const { id: top } = await ask('POST', '/entities', { name: 'Acme Holding', currency: 'INR' });
    const { id: south } = await ask('POST', '/entities', { name: 'Acme South', parent_id: top, payment_terms_days: 30 });
    const date = new Date().toISOString().slice(0, 10);
    const month = date.slice(0, 7);
    await open({ path: of(`/entities/${south}/charges`), allowed: [/400|404/] }, async (page) => {
      await page.getByText('Nothing has been charged yet.').waitFor();
      await page.getByRole('button', { name: 'Charge …' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('What for').fill(hostile);
      await dialog.getByLabel('Amount').fill('9007199254740.931');
      await dialog.getByRole('button', { name: 'Charge it' }).click();
      await dialog.locator('[aria-invalid=true]').waitFor();
      assert.equal(await page.evaluate(() => document.activeElement.value), '9007199254740.931', 'the focus is where something is wrong');
      await assertAccessible(page, 'a charge that is not valid');
      await dialog.getByLabel('Amount').fill('9007199254740.93');
      await dialog.getByRole('button', { name: 'Charge it' }).click();
      await page.getByText('INR 9,007,199,254,740.93').waitFor();
      assert.equal(await page.locator('main img').count(), 0, 'markup is text');
      await ask('POST', `/entities/${top}/charges`, { description: 'Support', amount: '0.06', currency: 'INR', date });
      await ask('POST', `/entities/${top}/charges`, { description: 'Licence', amount: '7.125', currency: 'KWD', date });
      await assertAccessible(page, 'charges');
      await page.goto(`${given.edge.url}/console${of(`/entities/${top}/invoices`)}`);
      await page.getByText('Nothing has been invoiced yet.').waitFor();
      await page.getByRole('button', { name: 'Invoice a month …' }).click();
      assert.equal(await dialog.getByLabel('Month').inputValue(), month);
      await assertAccessible(page, 'invoice a month');
      await dialog.getByLabel('Month').focus();
      await page.keyboard.press('Enter');
      await page.getByText('Drafts were made: 2.').waitFor();
      const region = page.getByRole('region', { name: month });
      await region.getByText('INR 9,007,199,254,740.99').waitFor();
      await region.getByText('KWD 7.125').first().waitFor();
      const section = region.getByRole('group').filter({ hasText: 'Acme South' });
      await section.locator('summary').focus();
      await page.keyboard.press('Enter');
      await section.getByText('<img src=x onerror=alert(1)>⟨U+202E⟩evil').waitFor();
      await assertAccessible(page, 'consolidated invoices');
      await picture(page, 'entity-invoices');
      // The same month again makes nothing twice.
      await page.getByRole('button', { name: 'Invoice a month …' }).click();
      await dialog.getByRole('button', { name: 'Make the drafts' }).click();
      await page.getByText('The invoices of this month are there already.').waitFor();
      assert.equal((await ask('GET', `/entities/${top}/invoices`)).invoices.length, 2);
      await page.getByRole('link', { name: 'Overview' }).click();
      const group = page.getByRole('list', { name: 'The group from here down' });
      await group.getByText('INR 9,007,199,254,740.99').first().waitFor();
      await assertAccessible(page, 'entity');
      await picture(page, 'entity');
      await page.getByRole('link', { name: 'Subscriptions' }).click();
      await page.getByText('No subscription belongs to it.').waitFor();
      await page.getByRole('button', { name: 'Assign a subscription …' }).click();
      await dialog.getByLabel("Subscription's id").fill('sub_nothing');
      await dialog.getByRole('button', { name: 'Assign it' }).click();
      await dialog.getByRole('alert').getByText('SUBSCRIPTION_NOT_FOUND').waitFor();
      assert.equal(await dialog.getByLabel("Subscription's id").getAttribute('aria-invalid'), 'true');
      await assertAccessible(page, 'assign a subscription');
    });
    const { key } = await createKey(given.edge, 'reader', ['enterprise:read'], { tenant_id: id });
    await open({ key, path: '/entities', allowed: [/404/] }, async (page) => {
      await page.getByRole('link', { name: 'Acme South' }).click();
      await page.getByText('on its invoices').waitFor();
      for (const view of ['Charges', 'Invoices', 'Subscriptions']) {
        await page.getByRole('navigation', { name: 'Views of the entity' }).getByRole('link', { name: view }).click();
        assert.equal(await page.getByRole('button', { name: /…$/ }).filter({ hasNotText: 'Go to' }).count(), 0);
      }
      await page.goto(`${given.edge.url}/console/entities/ent_nothing`);
      await page.getByRole('alert').getByText('ENTITY_NOT_FOUND').first().waitFor();
    });
  });

  test('a long list is read page by page, and stays with its age when the edge fails', async () => {
    const { of, ask } = await company(given.edge, 'long-lists');
    const { id } = await ask('POST', '/entities', { name: 'Acme', currency: 'INR' });
    await ask('POST', `/entities/${id}/charges`, { description: 'the first of all', amount: '1.00', currency: 'INR' });
    await Promise.all(Array.from({ length: 50 }, (_, at) => ask('POST', `/entities/${id}/charges`, { description: `charge ${at}`, amount: '2.00', currency: 'INR' })));
    await open({ path: of(`/entities/${id}/charges`), allowed: [/503/] }, async (page) => {
      await page.getByRole('row').nth(50).waitFor();
      assert.equal(await page.getByText('the first of all').count(), 0);
      await page.getByRole('button', { name: 'Older charges' }).click();
      await page.getByText('the first of all').waitFor();
      await page.getByRole('button', { name: 'Older charges' }).waitFor({ state: 'detached' });
      const problem = { type: 'about:blank', title: 'Unavailable', status: 503, code: 'STORE_UNAVAILABLE', detail: 'Charges are being taken over.' };
      await page.route('**/charges?*', (route) => route.fulfill({ status: 503, headers: { 'Retry-After': '1' }, json: problem }));
      await page.getByRole('alert').getByText('Charges are being taken over.').waitFor();
      await page.getByText('Shown is what was known at').waitFor();
      await page.getByText('the first of all').waitFor();
      await page.unroute('**/charges?*');
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByText('Charges are being taken over.').waitFor({ state: 'detached' });
    });
  });
}
