import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, createKey } from './api.mjs';
import { assertAccessible, picture, withPage } from './browser.mjs';
import { ADMIN } from './edge.mjs';
import { organization, subscribed } from './subscribed.mjs';

export function subscriptions(given) {
  const open = (options, work) => withPage(given.browser, given.edge, { key: ADMIN, ...options }, work);
  const plain = async (locator) => (await locator.textContent()).replaceAll('\u00a0', ' ');
  const verify = async ({ application, external }, userId) =>
    (await call(given.edge, 'POST', '/verify-seat', { userId, applicationSlug: application, externalOrgId: external })).data;

  test('an organization subscribes, sees what a change costs before it is made, cancels and resumes, by keyboard', async () => {
    const { application } = await subscribed(given.edge);
    const buyer = await organization(given.edge, 'Riverside');
    await open({ path: '/seats/organizations' }, async (page) => {
      await page.getByRole('link', { name: 'Riverside' }).first().waitFor();
      await assertAccessible(page, 'organizations');
      await page.keyboard.press('/');
      await page.keyboard.type(buyer);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Riverside' }).waitFor();
      await page.getByText('The organization has subscribed to nothing.').waitFor();
      await page.getByRole('button', { name: 'Subscribe …' }).focus();
      await page.keyboard.press('Enter');
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Application').selectOption(application);
      await dialog.getByLabel('Plan').selectOption('team');
      await dialog.getByRole('spinbutton', { name: 'Seats' }).fill('7');
      await dialog.getByText('7 × INR 10.00 = INR 70.00 a month').waitFor();
      await assertAccessible(page, 'subscribe dialog');
      await picture(page, 'subscribe');
      await dialog.getByRole('button', { name: 'Subscribe' }).click();
      await page.getByRole('heading', { name: `Subscription to ${application}` }).waitFor();
      await page.getByText('0 assigned, 0 offered, 7 free of 7').waitFor();

      await page.getByRole('button', { name: 'Change …' }).click();
      await dialog.getByText('Nothing is changed.').waitFor();
      await dialog.getByLabel('Seats, 7 now').fill('9');
      await dialog.getByRole('row', { name: /Due now/ }).waitFor();
      assert.match(await plain(dialog.getByRole('row', { name: /Due now/ })), /INR (19\.\d\d|20\.00)/);
      await assertAccessible(page, 'change dialog');
      await picture(page, 'change');
      await dialog.getByRole('button', { name: 'Change it' }).click();
      await page.getByText('9 free of 9').waitFor();
      await dialog.waitFor({ state: 'detached' });
      assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Change …', 'the focus is back');

      await page.getByRole('button', { name: 'Cancel …' }).click();
      await dialog.getByLabel('Why').fill('too many');
      await assertAccessible(page, 'cancel dialog');
      await dialog.getByRole('button', { name: 'Cancel with the period' }).click();
      await page.getByText('ends with its period').first().waitFor();
      await page.getByRole('button', { name: 'Resume' }).click();
      await page.getByText('The subscription goes on.').waitFor();
      await page.getByRole('button', { name: 'Resume' }).waitFor({ state: 'detached' });
    });
    const { data } = await call(given.edge, 'GET', `/subscriptions?organizationId=${buyer}`);
    assert.deepEqual([data.data.length, data.data[0].seats.purchased, data.data[0].cancelAtPeriodEnd], [1, 9, false]);
  });

  test('seats are assigned and offered, several at once with what became of each, and revoked', async () => {
    const made = await subscribed(given.edge, { seats: 2 });
    await open({ path: `/seats/subscriptions/${made.subscription}` }, async (page) => {
      await page.getByText('No seat is assigned yet.').waitFor();
      await page.getByLabel(/^Users, or e-mail addresses/).fill('asha\nravi@clinic.example\n<img src=x onerror=alert(1)>');
      await page.getByText('2 seats are free; you name 3').waitFor();
      await page.getByRole('button', { name: 'Assign', exact: true }).click();
      await page.getByRole('alert').getByText('<img src=x onerror=alert(1)>').waitFor();
      const row = (name) => page.getByRole('row').filter({ hasText: name });
      await row('asha').getByText('ACTIVE').waitFor();
      await row('ravi@clinic.example').getByText('PENDING').waitFor();
      await assertAccessible(page, 'subscription');
      await picture(page, 'subscription');
      assert.equal((await verify(made, 'asha')).hasAccess, true);
      await row('asha').getByRole('button', { name: /Revoke …/ }).click();
      await assertAccessible(page, 'revoke dialog');
      await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
      await row('asha').getByText('REVOKED').waitFor();
      assert.equal((await verify(made, 'asha')).reason, 'SEAT_REVOKED');
      await page.getByLabel('State').selectOption('PENDING');
      assert.match(page.url(), /state=PENDING/);
      await row('asha').waitFor({ state: 'detached' });
      // What somebody else does is seen without reloading.
      await page.getByLabel('State').selectOption('');
      await call(given.edge, 'POST', `/subscriptions/${made.subscription}/seats`, { userId: 'from-elsewhere' });
      await row('from-elsewhere').waitFor();
    });
  });

  test('of two admins who change a subscription, the second is told and keeps what was chosen', async () => {
    const { subscription } = await subscribed(given.edge);
    await open({ path: `/seats/subscriptions/${subscription}`, allowed: [/412/] }, async (page) => {
      await page.getByRole('button', { name: 'Change …' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Seats, 5 now').fill('8');
      await dialog.getByRole('row', { name: /Due now/ }).waitFor();
      await call(given.edge, 'PATCH', `/subscriptions/${subscription}`, { seats: 6 });
      await dialog.getByRole('button', { name: 'Change it' }).click({ timeout: 2000 }).catch(() => {});
      await dialog.getByText('Somebody was faster.').waitFor();
      await dialog.getByText('There are now 6 seats').waitFor();
      await assertAccessible(page, 'conflict of a subscription');
      await dialog.getByRole('button', { name: 'Go on from there' }).click();
      assert.equal(await dialog.getByLabel('Seats, 6 now').inputValue(), '8');
      await dialog.getByRole('button', { name: 'Change it' }).click();
      await page.getByText('8 free of 8').waitFor();
    });
  });

  test('an answer that is lost while subscribing buys nothing twice', async () => {
    const { application } = await subscribed(given.edge);
    const buyer = await organization(given.edge, 'Lost answer');
    await open({ path: `/seats/organizations/${buyer}`, allowed: [/ERR_/] }, async (page) => {
      await page.getByRole('button', { name: 'Subscribe …' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Application').selectOption(application);
      await dialog.getByText('1 × INR 25.50').waitFor();
      let isLost = false;
      await page.route('**/subscriptions', async (route) => {
        if (isLost || route.request().method() !== 'POST') return route.continue();
        isLost = true;
        await route.fetch();
        return route.abort('connectionreset');
      });
      await dialog.getByRole('button', { name: 'Subscribe' }).click();
      await dialog.getByText('if it was done, nothing is bought twice').waitFor();
      await dialog.getByRole('button', { name: 'Subscribe' }).click();
      await page.getByRole('heading', { name: `Subscription to ${application}` }).waitFor();
    });
    assert.equal((await call(given.edge, 'GET', `/subscriptions?organizationId=${buyer}`)).data.data.length, 1);
  });

  test('long, right-to-left and hidden names of organizations keep the page whole, and who may only read changes nothing', async () => {
    const names = ['x'.repeat(200), 'عيادة المدينة', '\u202eevil\u202c <b>bold</b>'];
    const made = [];
    for (const name of names) made.push(await subscribed(given.edge, { name }));
    const { key } = await createKey(given.edge, 'reader', ['organizations:read', 'subscriptions:read']);
    await open({ key, path: '/seats' }, async (page) => {
      await page.getByText('⟨U+202E⟩evil').first().waitFor();
      await assertAccessible(page, 'organizations with such names');
      for (const { organization: id } of made) {
        await page.goto(`${given.edge.url}/console/seats/organizations/${id}`);
        await page.getByRole('row').nth(1).waitFor();
        assert.equal(await page.getByRole('button', { name: 'Subscribe …' }).count(), 0);
      }
      await page.getByRole('link', { name: /^seats-/ }).click();
      await page.getByText('5 free of 5').waitFor();
      for (const name of ['Change …', 'Cancel …', 'Assign']) assert.equal(await page.getByRole('button', { name, exact: true }).count(), 0, name);
    });
  });
}
