import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, createKey } from './api.mjs';
import { assertAccessible, picture, withPage } from './browser.mjs';
import { ADMIN } from './edge.mjs';

export function signIn(given) {
  const open = (options, work) => withPage(given.browser, given.edge, options, work);
  const refused = [/401/];

  test('a key signs in, survives a reload, and is gone after signing out', () =>
    open({}, async (page) => {
      await page.getByRole('heading', { name: 'Sign in to bheem-edge' }).waitFor();
      await assertAccessible(page, 'sign in');
      await picture(page, 'sign-in');
      await page.getByLabel('API key').fill(ADMIN);
      await page.getByRole('button', { name: 'Use this key' }).click();
      await page.getByRole('heading', { name: 'Rules', exact: true }).waitFor();
      await page.reload();
      await page.getByRole('heading', { name: 'Rules', exact: true }).waitFor();
      assert.equal(await page.evaluate(() => JSON.stringify(localStorage)), '{}', 'nothing is kept beyond the tab');
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByLabel('API key').waitFor();
      assert.equal(await page.evaluate(() => sessionStorage.getItem('console.key')), null);
    }));

  test('a key that the edge does not know is refused in words', () =>
    open({ allowed: refused }, async (page) => {
      await page.getByLabel('API key').fill('bhk_nobody_knows');
      await page.getByRole('button', { name: 'Use this key' }).click();
      await page.getByRole('alert').getByText('The edge does not know this credential.').waitFor();
    }));

  test('only what the scopes allow is shown', async () => {
    const { key } = await createKey(given.edge, 'support', ['seats:verify']);
    await open({ key, path: '/rules' }, async (page) => {
      await page.getByText('Your credential does not have the scope rules:read.').waitFor();
      const pages = page.getByRole('navigation', { name: 'Pages' });
      assert.deepEqual(await pages.getByRole('link').allTextContents(), ['Seats']);
    });
  });

  test('a session that ends keeps the page, and goes on after signing in again', async () => {
    const { id, key } = await createKey(given.edge, 'short', ['rules:read', 'rules:write']);
    await open({ key, path: '/rules/role_mapping', allowed: refused }, async (page) => {
      const editor = page.getByRole('textbox', { name: 'Script of the rule role_mapping' });
      await editor.click();
      await page.keyboard.press('Control+Home');
      await page.keyboard.type('// written before the session ended\n');
      await call(given.edge, 'DELETE', `/api/v1/api-keys/${id}`);
      await page.getByText('Your session has ended').waitFor({ timeout: 20_000 });
      await assertAccessible(page, 'session ended');
      const { key: next } = await createKey(given.edge, 'next', ['rules:read', 'rules:write']);
      const again = page.getByRole('dialog');
      await again.getByLabel('API key').fill(next);
      await again.getByRole('button', { name: 'Use this key' }).click();
      await again.waitFor({ state: 'detached' });
      await page.getByText('written before the session ended').waitFor();
    });
  });

  test('a person signs in at the issuer, by code with PKCE', { skip: !given.hasIssuer && 'no issuer' }, () =>
    open({ path: '/webhooks?status=dead', allowed: [...refused, /404/] }, async (page) => {
      await page.getByRole('button', { name: 'Sign in with Passport' }).click();
      await page.getByRole('link', { name: /Asha/ }).click();
      await page.getByRole('heading', { name: 'Webhooks' }).waitFor();
      assert.match(page.url(), /\/console\/webhooks\?status=dead$/, 'back where it began, without the code');
      await page.getByText('Asha').waitFor();
      const kept = await page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }));
      assert.ok(!kept.includes('eyJ'), 'the token is in memory alone');
      // The stand-in keeps no session, so that it asks again after a reload.
      await page.reload();
      await page.getByRole('button', { name: 'Sign in with Passport' }).waitFor();
      assert.match(page.url(), /\/console\/webhooks\?status=dead$/);
    }));

  test('the palette goes everywhere by keyboard, and gives the focus back', () =>
    open({ key: ADMIN, path: '/rules' }, async (page) => {
      await page.getByRole('heading', { name: 'Rules', exact: true }).waitFor();
      assert.equal(await page.evaluate(() => document.activeElement.tagName), 'H1', 'a page begins at its heading');
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: 'Page or command' }).waitFor();
      await assertAccessible(page, 'palette');
      await page.keyboard.type('quarantined');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Webhooks' }).waitFor();
      assert.match(page.url(), /status=quarantined/);
      await page.keyboard.press('Control+k');
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }));

  test('another site can neither frame the console nor run a script in it', async () => {
    const response = await fetch(`${given.edge.url}/console/`, { headers: { Accept: 'text/html' } });
    const policy = response.headers.get('Content-Security-Policy');
    assert.match(policy, /frame-ancestors 'none'/);
    assert.match(policy, /require-trusted-types-for 'script'/);
    await open({ key: ADMIN, path: '/rules', allowed: [/policy: |Content Security Policy|TrustedHTML/] }, async (page) => {
      await page.getByRole('heading', { name: 'Rules', exact: true }).waitFor();
      const ran = await page.evaluate(() => {
        try {
          document.body.innerHTML += '<img src=x onerror="window.pwned = true">';
        } catch (error) {
          return error.name;
        }
        return 'assigned';
      });
      assert.equal(ran, 'TypeError');
    });
  });
}
