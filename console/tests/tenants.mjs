import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, createKey } from './api.mjs';
import { assertAccessible, picture, withPage } from './browser.mjs';
import { ADMIN } from './edge.mjs';

export function tenants(given) {
  const open = (options, work) => withPage(given.browser, given.edge, { key: ADMIN, ...options }, work);
  const hostile = '<img src=x onerror=alert(1)>\u202eevil';
  let count = 0;
  const tenant = async (name) => {
    const slug = `console-${Date.now()}-${++count}`;
    const { data } = await call(given.edge, 'POST', '/api/v1/tenants', { name, slug, owner_email: 'owner@clinic.example' });
    return { id: data.id, slug };
  };
  const status = async (key) => (await fetch(`${given.edge.url}/api/v1/me`, { headers: { Authorization: `Bearer ${key}` } })).status;
  const people = (id) => call(given.edge, 'GET', `/api/v1/tenants/${id}/users`).then(({ data }) => data.data);

  test('a tenant is found, and a member is added, given another role and removed', async () => {
    const { id, slug } = await tenant('City Clinic');
    await call(given.edge, 'POST', `/api/v1/tenants/${id}/users`, { user_id: 'ana', role: 'OWNER', name: 'Ana', email: 'ana@clinic.example' });
    await open({ path: '/tenants' }, async (page) => {
      await page.getByRole('heading', { name: 'Tenants' }).waitFor();
      await page.keyboard.press('/');
      await page.keyboard.type(slug.toUpperCase());
      await page.getByRole('row').nth(2).waitFor({ state: 'detached' });
      assert.match(page.url(), /search=CONSOLE/);
      await assertAccessible(page, 'tenants');
      await page.getByRole('link', { name: 'City Clinic' }).click();
      await page.getByRole('heading', { name: 'City Clinic' }).waitFor();
      await page.getByText('1 OWNER').waitFor();
      await picture(page, 'tenant');
      await assertAccessible(page, 'tenant');
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: 'Page or command' }).fill('members of');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Add a member …' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel("User's id").fill('ben');
      await dialog.getByLabel('Name').fill('Ben');
      await dialog.getByLabel('Role').selectOption('BILLING_ADMIN');
      await assertAccessible(page, 'add a member');
      await page.keyboard.press('Enter');
      await dialog.waitFor({ state: 'detached' });
      const row = page.getByRole('row').filter({ hasText: 'Ben' });
      await row.getByText('BILLING_ADMIN').waitFor();
      assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Add a member …', 'the focus is back');
      await picture(page, 'members');
      await assertAccessible(page, 'members');
      await row.getByRole('button', { name: 'Change …' }).click();
      await dialog.getByLabel('Role').selectOption('MEMBER');
      await dialog.getByText('The role becomes MEMBER').waitFor();
      await dialog.getByRole('button', { name: 'Change' }).click();
      await row.getByText('MEMBER', { exact: true }).waitFor();
      await row.getByRole('button', { name: 'Remove …' }).click();
      await dialog.getByText('This cannot be undone').waitFor();
      await assertAccessible(page, 'remove a member');
      await dialog.getByRole('button', { name: 'Remove' }).click();
      await row.waitFor({ state: 'detached' });
      await dialog.waitFor({ state: 'detached' });
      assert.equal(await page.evaluate(() => document.activeElement.tagName), 'H1', 'the button is gone: the focus is at the heading');
      // What another admin does is seen without reloading.
      await call(given.edge, 'POST', `/api/v1/tenants/${id}/users`, { user_id: 'carl', role: 'ADMIN', name: hostile });
      await page.getByText('<img src=x onerror=alert(1)>⟨U+202E⟩evil').waitFor();
      assert.equal(await page.locator('main img').count(), 0, 'markup is text');
    });
    assert.deepEqual((await people(id)).map((member) => member.user_id).sort(), ['ana', 'carl']);
  });

  test('the last owner cannot be removed, and the dialog says why', async () => {
    const { id } = await tenant('Alone');
    await call(given.edge, 'POST', `/api/v1/tenants/${id}/users`, { user_id: 'ana', role: 'OWNER' });
    await open({ path: `/tenants/${id}/members`, allowed: [/409/] }, async (page) => {
      await page.getByRole('button', { name: 'Remove …' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
      await page.getByRole('alert').getByText('LAST_OWNER').waitFor();
      await assertAccessible(page, 'a member that cannot be removed');
    });
  });

  test('a key is shown once, kept nowhere, and revoked with what descends from it', async () => {
    const { id } = await tenant('Keys');
    let key;
    await open({ path: `/tenants/${id}/keys` }, async (page, context) => {
      await context.grantPermissions(['clipboard-read', 'clipboard-write']);
      await page.getByText('The tenant has no API key that works.').waitFor();
      await page.getByRole('button', { name: 'Create a key …' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Name').fill('HealOS');
      await dialog.getByLabel('tenants:admin').check();
      await dialog.getByLabel('seats:verify').check();
      await assertAccessible(page, 'create a key');
      await dialog.getByRole('button', { name: 'Create', exact: true }).click();
      await dialog.getByRole('heading', { name: 'Keep this key now' }).waitFor();
      await assertAccessible(page, 'a new key');
      await picture(page, 'new-key');
      const close = dialog.getByRole('button', { name: 'Close' }).last();
      assert.ok(await close.isDisabled(), 'it must be kept first');
      await page.keyboard.press('Escape');
      assert.equal(await dialog.getByLabel('Key', { exact: true }).getAttribute('type'), 'password', 'pictures and onlookers do not see it');
      await dialog.getByRole('button', { name: 'Copy' }).click();
      await dialog.getByRole('button', { name: 'Copied' }).waitFor();
      key = await page.evaluate(() => navigator.clipboard.readText());
      assert.equal(await status(key), 200);
      await dialog.getByLabel('I have kept the key').check();
      await close.click();
      const row = page.getByRole('row').filter({ hasText: 'tenants:admin' });
      await row.getByText('seats:verify').waitFor();
      const kept = await page.evaluate(async () => {
        const drafts = await new Promise((done) => {
          const request = indexedDB.open('console', 1);
          request.onupgradeneeded = () => request.result.createObjectStore('drafts');
          request.onsuccess = () => (request.result.transaction('drafts').objectStore('drafts').getAll().onsuccess = (event) => done(event.target.result));
        });
        return JSON.stringify([{ ...sessionStorage }, { ...localStorage }, history.state, location.href, document.documentElement.outerHTML, drafts]);
      });
      assert.ok(!kept.includes(key.split('_').at(-1)), 'the key is kept nowhere');
      const { data: child } = await call(given.edge, 'POST', `/api/v1/tenants/${id}/api-keys`, { name: 'Child', scopes: ['seats:verify'], expires_at: '2099-01-01T00:00:00Z' }, { key });
      await page.getByRole('row').filter({ hasText: 'Child' }).getByText('by HealOS').waitFor();
      await picture(page, 'keys');
      await assertAccessible(page, 'keys');
      await row.getByRole('button', { name: 'Revoke …' }).click();
      await dialog.getByText('These keep working').waitFor();
      await dialog.getByLabel('This key and all that descend from it').check();
      await dialog.getByText('These are revoked too').waitFor();
      await assertAccessible(page, 'revoke a key');
      await dialog.getByRole('button', { name: 'Revoke them' }).click();
      await page.getByText('The tenant has no API key that works.').waitFor();
      assert.deepEqual([await status(key), await status(child.key)], [401, 401]);
    });
  });

  test('the platform sets and removes an external id; a tenant sees its own, and nothing else', async () => {
    const { id } = await tenant('External');
    const other = await tenant('Other');
    const hospital = `hospital_${Date.now()}`;
    await call(given.edge, 'POST', '/applications', { slug: 'healos', name: 'HealOS', externalIdName: 'hospital_id' }).catch(() => {});
    await open({ path: `/tenants/${id}/external-ids` }, async (page) => {
      await page.getByRole('button', { name: 'Set an external id …' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Application').fill('healos');
      await dialog.getByLabel('External id').fill(hospital);
      await assertAccessible(page, 'set an external id');
      await dialog.getByRole('button', { name: 'Set it' }).click();
      await page.getByRole('row').filter({ hasText: hospital }).waitFor();
      await assertAccessible(page, 'external ids');
    });
    const { key } = await createKey(given.edge, 'its admin', ['tenants:admin'], { tenant_id: id });
    await open({ key, path: '/tenants', allowed: [/404/] }, async (page) => {
      await page.getByRole('heading', { name: 'External' }).waitFor();
      assert.equal(page.url(), `${given.edge.url}/console/tenants/${id}`);
      await page.getByRole('link', { name: 'External ids' }).click();
      await page.getByRole('row').filter({ hasText: hospital }).waitFor();
      assert.equal(await page.getByRole('button', { name: /external id …|Remove …/ }).count(), 0);
      await page.goto(`${given.edge.url}/console/tenants/${other.id}`);
      await page.getByRole('alert').getByText('TENANT_NOT_FOUND').waitFor();
      await assertAccessible(page, 'a tenant of others');
    });
    await open({ path: `/tenants/${id}/external-ids` }, async (page) => {
      await page.getByRole('button', { name: 'Remove …' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
      await page.getByText('The tenant has no external id.').waitFor();
    });
  });

  test('the audit tells who did what; its filters are in the address', async () => {
    const { id } = await tenant('Audited');
    const add = (user) => call(given.edge, 'POST', `/api/v1/tenants/${id}/users`, { user_id: user, role: 'MEMBER' });
    await add('ben');
    await open({ path: `/tenants/${id}/audit` }, async (page) => {
      await page.getByText('tenant.created').waitFor();
      await picture(page, 'audit');
      await add(hostile);
      await page.getByText('⟨U+202E⟩evil').waitFor();
      assert.equal(await page.locator('main img').count(), 0, 'markup is text');
      await assertAccessible(page, 'audit');
      await page.getByLabel('About').selectOption('user');
      await page.getByText('tenant.created').waitFor({ state: 'detached' });
      await page.getByText('user.added').first().waitFor();
      assert.match(page.url(), /action=user/);
      await page.getByLabel('Who').fill('key:nobody');
      await page.keyboard.press('Enter');
      await page.getByText('Nothing matches these filters.').waitFor();
      await page.reload();
      assert.equal(await page.getByLabel('Who').inputValue(), 'key:nobody');
      await page.getByRole('button', { name: 'Everything' }).click();
      await page.getByText('tenant.created').waitFor();
    });
  });
}
