import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withPage } from './browser.mjs';

export function apiPage(given) {
  test('the API is described at /docs, and a call can be tried out', () =>
    withPage(given.browser, given.edge, { path: '/../docs' }, async (page) => {
      // The description is more than a megabyte: on a busy machine it takes its time until it is shown.
      const open = (tag) => page.locator(`#operations-tag-${tag}`).click({ timeout: 120_000 });
      await open('Operations');
      const operation = page.locator('.opblock').filter({ has: page.locator('[data-path="/healthz"]') });
      await operation.locator('.opblock-summary-control').click();
      await operation.getByRole('button', { name: 'Try it out' }).click();
      await operation.getByRole('button', { name: 'Execute' }).click();
      const answered = operation.locator('.live-responses-table');
      await answered.getByText('"ok"').waitFor();
      assert.match(await answered.locator('.response-col_status').last().textContent(), /^200/);
      // An operation whose body and errors are shapes of their own.
      await open('Seats');
      const check = page.locator('.opblock').filter({ has: page.locator('[data-path="/verify-seat"]') });
      await check.locator('.opblock-summary-control').click();
      await check.getByText('externalOrgId').first().waitFor();
    }));
}
