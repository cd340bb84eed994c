import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, createKey, eventually } from './api.mjs';
import { assertAccessible, picture, withPage } from './browser.mjs';
import { ADMIN } from './edge.mjs';

const NOTIFICATIONS = '/api/v1/notifications';

export function messages(given) {
  const open = (options, work) => withPage(given.browser, given.edge, { key: ADMIN, ...options }, work);
  const hostile = '<img src=x onerror=alert(1)>\u202eevil';

  async function clinic() {
    const { data } = await call(given.edge, 'POST', '/api/v1/tenants', { name: 'City Clinic', slug: `messages-${Date.now()}`, owner_email: 'o@clinic.example' });
    const ask = (method, path, body) => call(given.edge, method, `${NOTIFICATIONS}${path}`, body, { headers: { 'X-Tenant-Id': data.id } }).then(({ data }) => data);
    const invite = (meeting_name) =>
      ask('POST', '/events', {
        event_type: 'WORKSPACE_MEETING_STARTED', recipients: [{ user_id: 'ana' }], data: { meeting_name, meeting_url: 'https://meet.example/1' },
      });
    return { id: data.id, of: (path) => `${path}${path.includes('?') ? '&' : '?'}tenant=${data.id}`, ask, invite };
  }

  test('an event is sent by hand, what becomes of its messages is seen, and a mapping changes what is sent', async () => {
    const { of, ask } = await clinic();
    await open({ path: of('/messages') }, async (page) => {
      await page.getByText('Nothing has been sent to anybody yet.').waitFor();
      await page.keyboard.press('Control+k');
      await page.keyboard.type('send an event');
      await page.keyboard.press('Enter');
      await page.getByLabel('Type of the event').selectOption('WORKSPACE_MEETING_INVITE');
      for (const [variable, value] of Object.entries({ meeting_name: 'Review', host_name: 'Asha', meeting_url: 'https://meet.example/1', scheduled_time: '15:00' })) {
        await page.getByLabel(variable, { exact: true }).fill(value);
      }
      const send = page.getByRole('button', { name: 'Send', exact: true });
      assert.ok(await send.isDisabled(), 'somebody must be told');
      const first = page.getByRole('group', { name: 'Recipient 1' });
      await first.getByLabel("User's id").fill('ana');
      await first.getByLabel('E-mail').fill('ana@clinic.example');
      await first.getByLabel('Phone').fill('+919876543210');
      await page.getByRole('button', { name: 'Add a recipient' }).click();
      const second = page.getByRole('group', { name: 'Recipient 2' });
      await second.getByLabel('E-mail').fill('ben@clinic.example');
      await second.getByLabel('Name').fill(hostile);
      await assertAccessible(page, 'send an event');
      await picture(page, 'messages-send');
      await send.click();
      await page.getByText('4 messages are queued').waitFor();
      await page.getByRole('link', { name: 'See what becomes of them' }).click();
      await page.getByRole('heading', { name: 'Messages' }).waitFor();
      await eventually(async () => assert.equal(await page.getByRole('cell', { name: 'delivered', exact: true }).count(), 3), 25);
      const row = page.getByRole('row').filter({ hasText: 'NO_ADDRESS' });
      await row.getByText('there is no address for this channel').waitFor();
      await row.getByText('<img src=x onerror=alert(1)>⟨U+202E⟩evil').waitFor();
      assert.equal(await page.locator('main img').count(), 0, 'markup is text');
      await row.getByRole('button', { name: 'Open' }).click();
      await page.getByText('suppressed: was not wanted').waitFor();
      await assertAccessible(page, 'messages');
      await picture(page, 'messages');
      await row.getByRole('button', { name: 'Send again …' }).click();
      const dialog = page.getByRole('dialog');
      await assertAccessible(page, 'send a message again');
      await dialog.getByRole('button', { name: 'Send it again' }).click();
      await page.getByText('The message is queued again.').waitFor();
      await page.getByLabel('State').selectOption('dead');
      await page.getByText('No message matches these filters.').waitFor();
      assert.match(page.url(), /event_id=evt_.*state=dead|state=dead.*event_id=evt_/);

      await page.getByRole('link', { name: 'Mappings' }).click();
      await page.getByText('There is no mapping').waitFor();
      await page.getByRole('button', { name: 'Set a mapping …' }).click();
      await dialog.getByRole('combobox').first().selectOption('WORKSPACE_MEETING_INVITE');
      await dialog.getByLabel("Template's name at Notify").fill('clinic_invite');
      await dialog.getByRole('button', { name: 'Add a variable' }).click();
      await dialog.getByLabel('Name', { exact: true }).fill('what');
      await dialog.getByLabel('Path').fill('data.meeting_name');
      await assertAccessible(page, 'set a mapping');
      await dialog.getByRole('button', { name: 'Set it' }).click();
      const mapping = page.getByRole('row').filter({ hasText: 'clinic_invite' });
      await mapping.getByText('what').waitFor();
      assert.deepEqual((await ask('GET', '/mappings/WORKSPACE_MEETING_INVITE/EMAIL')).variable_mapping, { what: 'data.meeting_name' });
      await assertAccessible(page, 'mappings');
      await picture(page, 'mappings');
      await mapping.getByRole('button', { name: 'Remove …' }).click();
      await dialog.getByRole('button', { name: 'Remove' }).click();
      await page.getByText('There is no mapping').waitFor();
    });
  });

  test('what a user wants is set, and the feed is live; who may only read changes nothing', async () => {
    const { id, of, ask, invite } = await clinic();
    await open({ path: of('/messages/preferences?user=ana'), allowed: [/400/] }, async (page) => {
      await page.getByRole('checkbox', { name: 'Meetings by text message' }).uncheck();
      await page.getByLabel(/Quiet hours/).check();
      await page.getByLabel('From').fill('21:30');
      await page.getByLabel('Time zone').fill('Nowhere/City');
      const refused = page.waitForResponse((response) => response.status() === 400);
      await page.getByRole('button', { name: 'Keep these preferences' }).click();
      await refused;
      await page.getByRole('alert').getByText('timezone').waitFor();
      await page.getByLabel('Time zone').fill('Asia/Kolkata');
      await page.getByRole('button', { name: 'Keep these preferences' }).click();
      await page.getByText('The preferences are kept.').waitFor();
      await assertAccessible(page, 'preferences');
      await picture(page, 'preferences');
      const kept = await ask('GET', '/preferences/ana');
      assert.deepEqual([kept.categories.meeting.SMS, kept.quiet_hours, kept.timezone], [false, { from: '21:30', to: '07:00' }, 'Asia/Kolkata']);

      await page.getByRole('link', { name: 'Feed' }).click();
      await page.getByText('Name a user.').waitFor();
      await page.getByLabel("User's id").fill('ana');
      await page.keyboard.press('Enter');
      await page.getByText('The feed is empty.').waitFor();
      await invite(hostile);
      const entry = page.getByRole('listitem').filter({ hasText: 'Meeting has started' });
      await entry.getByText('<img src=x onerror=alert(1)>⟨U+202E⟩evil').waitFor();
      assert.equal(await page.locator('main img').count(), 0, 'markup is text');
      await page.getByText('1 not read.').waitFor();
      await assertAccessible(page, 'feed');
      await picture(page, 'feed');
      await entry.getByRole('button', { name: 'Mark as read' }).click();
      await page.getByText('Everything is read.').waitFor();
      await invite('Second');
      await page.getByText('1 not read.').waitFor();
      await page.getByRole('button', { name: 'Mark all as read' }).click();
      await page.getByText('Everything is read.').waitFor();
      assert.equal((await ask('GET', '/feed?user_id=ana')).unread, 0);
    });
    const { key } = await createKey(given.edge, 'reader', ['messages:read'], { tenant_id: id });
    await open({ key, path: '/messages', allowed: [/503/] }, async (page) => {
      await page.getByRole('row').nth(1).waitFor();
      assert.deepEqual(await page.getByRole('navigation', { name: 'Views of messages' }).getByRole('link').allTextContents(), ['Outbox', 'Mappings', 'Preferences', 'Feed']);
      assert.equal(await page.getByRole('button', { name: 'Send again …' }).count(), 0);
      const problem = { type: 'about:blank', title: 'Unavailable', status: 503, code: 'STORE_UNAVAILABLE', detail: 'The store cannot be reached.' };
      await page.route('**/notifications/messages?*', (route) => route.fulfill({ status: 503, headers: { 'Retry-After': '1' }, json: problem }));
      await page.getByRole('alert').getByText('The store cannot be reached.').waitFor();
      await page.getByText('Shown is what was known at').waitFor();
      await assertAccessible(page, 'messages that cannot be known');
    });
  });
}
