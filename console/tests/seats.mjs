import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible, picture, withPage } from './browser.mjs';
import { call, createKey, eventually } from './api.mjs';
import { ADMIN } from './edge.mjs';

export function seats(given) {
  const open = (options, work) => withPage(given.browser, given.edge, { key: ADMIN, ...options }, work);
  const hostile = '<img src=x onerror=alert(1)>\u202eevil';

  const registered = async () => {
    await call(given.edge, 'POST', '/applications', { slug: 'healos', name: 'HealOS', externalIdName: 'hospital_id' }).catch(() => {});
  };

  test('a user is looked up as a product would, and a revoked seat is seen once the cache is forgotten', async () => {
    await registered();
    const seat = (status) =>
      fetch(`${given.edge.upstreams}/_control/seats/healos/hospital_456/user_123`, {
        method: 'PUT', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ seat_status: status }),
      });
    await seat('ACTIVE');
    await open({ path: '/seats' }, async (page) => {
      await page.getByText('Nobody is looked up yet.').waitFor();
      await page.keyboard.press('/');
      await page.keyboard.type('healos');
      await page.getByLabel("Organization's id in the application").fill('hospital_456');
      await page.getByLabel('User', { exact: true }).fill('user_123');
      await page.keyboard.press('Enter');
      await page.getByText('has access').waitFor();
      assert.match(page.url(), /application=healos&organization=hospital_456&user=user_123/);
      await picture(page, 'seats');
      await assertAccessible(page, 'seats');
      await seat('REVOKED');
      await page.getByRole('button', { name: 'Forget what is cached …' }).click();
      await assertAccessible(page, 'forget dialog');
      await page.getByRole('button', { name: 'Forget it' }).click();
      await page.getByText('no access').waitFor();
      await page.getByText('SEAT_REVOKED').waitFor();
      await page.getByText('answers read before it are never served again').waitFor();
    });
    await seat('ACTIVE');
    await call(given.edge, 'POST', '/api/v1/seats/invalidate', { applicationSlug: 'healos', externalOrgId: 'hospital_456' });
  });

  test('who may only look up is not offered to forget', async () => {
    await registered();
    const { key } = await createKey(given.edge, 'support', ['seats:verify']);
    await open({ key, path: '/seats?application=healos&organization=hospital_456&user=user_123' }, async (page) => {
      await page.getByText('has access').waitFor();
      assert.equal(await page.getByRole('button', { name: 'Forget what is cached …' }).count(), 0);
    });
  });

  test('markup and hidden signs in an id are shown as they are', () =>
    open({ path: `/seats?application=healos&organization=hospital_456&user=${encodeURIComponent(hostile)}` }, async (page) => {
      await page.getByRole('heading', { name: /<img src=x onerror=alert\(1\)>⟨U\+202E⟩evil/ }).waitFor();
      assert.equal(await page.locator('main img').count(), 0);
    }));

  test('while the ERP does not answer, the failure says what to do', async () => {
    const fault = (method, body) =>
      fetch(`${given.edge.upstreams}/_control/faults/healos/hospital_456`, { method, headers: { 'Content-Type': 'application/json' }, body });
    await fault('PUT', JSON.stringify({ status: 500 }));
    try {
      await open({ path: `/seats?application=healos&organization=hospital_456&user=somebody_new_${Date.now()}`, allowed: [/503/] }, async (page) => {
        await page.getByRole('alert').getByText('UPSTREAM_UNAVAILABLE').waitFor();
        await assertAccessible(page, 'seats that cannot be known');
        await fault('DELETE');
        await eventually(async () => {
          await page.getByRole('button', { name: 'Try again' }).click({ timeout: 1000 }).catch(() => {});
          await page.getByText('SEAT_NOT_FOUND').waitFor({ timeout: 1000 });
        }, 40);
      });
    } finally {
      await fault('DELETE');
    }
  });
}
