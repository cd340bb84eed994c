import assert from 'node:assert/strict';
import { test } from 'node:test';
import { activate, call, createKey, eventually } from './api.mjs';
import { assertAccessible, assertTook, picture, withPage } from './browser.mjs';
import { ADMIN } from './edge.mjs';

export function rules(given) {
  const open = (options, work) => withPage(given.browser, given.edge, { key: ADMIN, ...options }, work);
  const script = (page, rule) => page.getByRole('textbox', { name: `Script of the rule ${rule}` });
  const inForce = async (rule) => (await call(given.edge, 'GET', `/api/v1/rules/${rule}`)).data;
  const purchase = (amount) => ({ kind: 'checkout', amount: Number(amount), currency: 'INR', tenantId: 't1', requester: { id: 'u1', role: 'MEMBER' } });

  /** Replaces the first `from` in the editor, as a person does: by searching for it and writing. */
  async function replace(page, rule, from, to) {
    await script(page, rule).click();
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('Control+f');
    await page.getByRole('textbox', { name: 'Find' }).waitFor();
    await page.keyboard.type(from);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await page.keyboard.type(to);
  }

  /** Everything in the dialog of an activation is there: what arrives moves its buttons. */
  async function settled(dialog) {
    await dialog.getByText(/The script compiles/).waitFor();
    await dialog.getByText(/decisions would change|No decision is recorded/).first().waitFor();
  }

  async function confirm(page) {
    const dialog = page.getByRole('dialog');
    await settled(dialog);
    await dialog.getByRole('button', { name: 'Activate' }).click();
  }

  test('the list shows what is in force, and by keyboard leads to a rule', () =>
    open({ path: '/rules' }, async (page) => {
      for (const rule of ['approval', 'budget', 'role_mapping', 'seat_access']) await page.getByRole('link', { name: rule, exact: true }).waitFor();
      await picture(page, 'rules');
      await assertAccessible(page, 'rules');
      await page.getByRole('link', { name: 'approval', exact: true }).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Rule approval' }).waitFor();
    }));

  test('a threshold is changed, tested, backtested and activated, and takes effect; and is rolled back in two clicks', async () => {
    const before = await inForce('approval');
    for (const amount of ['60000.00', '70000.00', '600000.00']) {
      await call(given.edge, 'POST', '/api/v1/rules/approval/evaluate', { input: purchase(amount) });
    }
    await open({ path: '/rules/approval' }, async (page) => {
      await page.getByText(/all \d+ pass/).waitFor();
      await picture(page, 'rule-1-open');
      await replace(page, 'approval', '50_000.00', '75_000.00');
      await page.getByText('your change is a draft').waitFor();
      await page.getByText(/of \d+ fail/).waitFor();
      await picture(page, 'rule-2-tests');
      await assertAccessible(page, 'rule with failing tests');
      // The tests that say what the former limit did say now what the new one does.
      for (let left = 20; left > 0; left--) {
        const accept = page.getByRole('button', { name: 'Expect what came out' }).first();
        if ((await accept.count()) === 0) break;
        const failing = await page.getByText(/\d+ of \d+ fail/).first().textContent({ timeout: 1000 }).catch(() => null);
        if (failing === null) break;
        await accept.click();
        await page.getByText(failing.trim(), { exact: true }).waitFor({ state: 'detached', timeout: 2000 }).catch(() => {});
      }
      await page.getByText(/all \d+ pass/).waitFor();
      await page.getByRole('button', { name: 'Backtest' }).click();
      await page.getByText(/of the last \d+ decisions would change|No decision is recorded yet/).waitFor();
      await picture(page, 'rule-3-backtest');

      await page.getByRole('button', { name: 'Activate …' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText(/The script compiles, and all \d+ tests pass./).waitFor();
      await dialog.getByText(/decisions would change|No decision is recorded/).first().waitFor();
      await dialog.getByText('INR: #{ alone: 75_000.00', { exact: false }).first().waitFor();
      await assertAccessible(page, 'activation');
      await dialog.getByLabel(/Note/).fill('Purchases up to 75,000 need nobody');
      await picture(page, 'rule-4-activate');
      await confirm(page);
      await dialog.waitFor({ state: 'detached' });
      await page.getByText(/Version \d+ of approval is in force\./).waitFor();
      const after = await inForce('approval');
      assert.notEqual(after.version, before.version);
      assert.equal(after.note, 'Purchases up to 75,000 need nobody');
      const { data } = await call(given.edge, 'POST', '/api/v1/rules/approval/evaluate', { input: purchase('60000.00') });
      assert.equal(data.outcome.outcome, 'approve');

      await page.getByRole('button', { name: 'Roll back …' }).click();
      await page.getByRole('dialog').getByText('which was in force before').waitFor();
      await assertAccessible(page, 'roll back');
      await picture(page, 'rule-5-roll-back');
      await page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click();
      await page.getByText(`Version ${before.version} of approval is in force again.`).waitFor();
    });
    assert.equal((await inForce('approval')).version, before.version);
  });

  test('a mistake is underlined, and the problem leads to its place', () =>
    open({ path: '/rules/budget' }, async (page) => {
      await page.getByText('compiles').waitFor();
      await script(page, 'budget').click();
      await page.keyboard.press('Control+End');
      // As the browser sees it: from the last key to the first underline.
      await page.evaluate(() => {
        document.addEventListener('keydown', () => (window.typed = performance.now()), true);
        new MutationObserver((_, observer) => {
          if (!document.querySelector('.cm-lintRange-error')) return;
          window.underlined = performance.now();
          observer.disconnect();
        }).observe(document.querySelector('.cm-content'), { subtree: true, childList: true });
      });
      await page.keyboard.insertText('fn oops( ');
      await page.keyboard.press('{');
      await page.locator('.cm-lintRange-error').first().waitFor();
      assertTook('a mistake underlined', Math.round(await page.evaluate(() => window.underlined - window.typed)), 300);
      await page.getByRole('list', { name: 'Problems' }).getByRole('button').first().click();
      assert.ok(await page.evaluate(() => document.activeElement.classList.contains('cm-content')));
      await page.keyboard.press('Tab');
      assert.ok(!(await page.evaluate(() => document.activeElement.classList.contains('cm-content'))), 'Tab leaves the editor');
      await page.getByRole('button', { name: 'Activate …' }).click();
      await page.getByRole('dialog').getByText('The change cannot be activated yet.').waitFor();
      assert.ok(await page.getByRole('dialog').getByRole('button', { name: 'Activate' }).isDisabled());
      await page.keyboard.press('Escape');
    }));

  test('inputs and functions are completed, with what they are', () =>
    open({ path: '/rules/approval' }, async (page) => {
      await page.getByText('compiles').waitFor();
      await script(page, 'approval').click();
      await page.keyboard.press('Control+End');
      await page.keyboard.type('fn more(input) { input.requester.r');
      const options = page.getByRole('listbox', { name: 'Completions' });
      await options.getByRole('option', { name: /^role/ }).waitFor();
      await page.getByText("The requester's role.").waitFor();
      await page.keyboard.press('Escape');
      await page.keyboard.type('ole.contains_w');
      await options.getByRole('option', { name: 'contains_word' }).waitFor();
      await page.getByText('Whether a text contains a word').waitFor();
    }));

  test('a draft outlives a reload, and can be discarded', () =>
    open({ path: '/rules/seat_access' }, async (page) => {
      await page.getByText('compiles').waitFor();
      await script(page, 'seat_access').click();
      await page.keyboard.press('Control+Home');
      await page.keyboard.type('// kept over a reload\n');
      await page.getByText('your change is a draft').waitFor();
      await page.waitForTimeout(400);
      await page.reload();
      await page.getByText('Your draft from before is restored.').waitFor();
      await page.getByText('// kept over a reload').waitFor();
      await page.getByRole('button', { name: 'Discard it' }).click();
      await page.getByText('// kept over a reload').waitFor({ state: 'detached' });
    }));

  test('numbers of tests keep their digits', () =>
    open({ path: '/rules/approval' }, async (page) => {
      await page.getByText(/all \d+ pass/).waitFor();
      assert.equal(await page.getByText('your change is a draft').count(), 0, 'nothing is changed by opening');
      await page.getByText('a small purchase goes through').click();
      const input = page.locator('details[open]').getByLabel('Input');
      assert.match(await input.inputValue(), /499\.00/);
      await input.fill((await input.inputValue()).replace('499.00', '123456789012345678.10'));
      const sent = page.waitForRequest((request) => request.url().endsWith('/check'));
      await page.locator('details[open]').getByLabel('Name').fill('many digits');
      const bodies = [(await sent).postData()];
      await eventually(async () => {
        const next = await page.waitForRequest((request) => request.url().endsWith('/check'), { timeout: 200 }).catch(() => null);
        if (next) bodies.push(next.postData());
        assert.ok(bodies.some((body) => body.includes('123456789012345678.10')), bodies.at(-1).slice(0, 300));
      }, 3);
    }));

  test('when somebody was faster it says what they changed, keeps the draft, and puts it on top if wanted', async () => {
    const rule = 'role_mapping';
    await open({ path: `/rules/${rule}`, allowed: [/412/] }, async (page) => {
      await page.getByText('compiles').waitFor();
      await replace(page, rule, '"head"', '"head", "chief"');
      await page.getByText('your change is a draft').waitFor();
      await page.getByRole('button', { name: 'Activate …' }).click();
      const dialog = page.getByRole('dialog');
      await settled(dialog);
      await activate(given.edge, rule, (script) => script.replace('"senior"', '"senior", "principal"'), 'Principals are managers');
      await dialog.getByRole('button', { name: 'Activate' }).click();
      await page.getByRole('heading', { name: 'Somebody was faster' }).waitFor();
      await dialog.getByText('Principals are managers').waitFor();
      await dialog.getByText('"principal"').first().waitFor();
      await picture(page, 'rule-6-conflict');
      await assertAccessible(page, 'conflict');
      await dialog.getByRole('button', { name: 'Go on writing' }).click();
      await page.getByText('Somebody was faster:').waitFor();
      await page.getByText('"chief"').first().waitFor();
      await page.getByRole('button', { name: 'See what they changed …' }).click();
      await page.getByRole('button', { name: 'Put mine in place of theirs …' }).click();
      await confirm(page);
      await page.getByText(/Version \d+ of role_mapping is in force\./).waitFor();
    });
    assert.match((await inForce(rule)).script, /"chief"/);
  });

  test('two tabs of one admin: the other follows, or keeps its draft and says so', () =>
    open({ path: '/rules/budget' }, async (page, context) => {
      await page.getByText('compiles').waitFor();
      const stamp = Date.now();
      const other = await context.newPage();
      await other.goto(page.url());
      await other.getByText('compiles').waitFor();
      await script(page, 'budget').click();
      await page.keyboard.press('Control+Home');
      await page.keyboard.type(`// by the first tab, ${stamp}\n`);
      await page.getByText('your change is a draft').waitFor();
      await page.getByRole('button', { name: 'Activate …' }).click();
      await confirm(page);
      await page.getByText(/Version \d+ of budget is in force\./).waitFor();
      await other.getByText(`// by the first tab, ${stamp}`).waitFor();
      await other.getByText(`version ${(await inForce('budget')).version} in force`).waitFor();
    }));

  test('an answer that is lost while activating is looked up, not guessed', () =>
    open({ path: '/rules/budget', allowed: [/ERR_/] }, async (page) => {
      await page.getByText('compiles').waitFor();
      await script(page, 'budget').click();
      await page.keyboard.press('Control+Home');
      await page.keyboard.type('// the answer is lost\n');
      await page.getByText('your change is a draft').waitFor();
      await page.route('**/activate', async (route) => {
        await route.fetch();
        await route.abort('connectionreset');
      });
      await page.getByRole('button', { name: 'Activate …' }).click();
      await confirm(page);
      await page.getByText(/Version \d+ of budget is in force\./).waitFor();
      assert.match((await inForce('budget')).script, /the answer is lost/);

      await page.unroute('**/activate');
      await page.route('**/activate', (route) => route.abort('connectionreset'));
      await script(page, 'budget').click();
      await page.keyboard.press('Control+Home');
      await page.keyboard.type('// never arrives\n');
      await page.getByText('your change is a draft').waitFor();
      await page.getByRole('button', { name: 'Activate …' }).click();
      await confirm(page);
      await page.getByRole('alert').getByText('nothing was changed. Try again.').waitFor();
      await page.getByRole('dialog').getByRole('button', { name: 'Not now' }).click();
      await page.getByText('// never arrives').waitFor();
    }));

  test('decisions are filtered in the address, opened, and tried in the editor', async () => {
    const { data: made } = await call(given.edge, 'POST', '/api/v1/rules/approval/evaluate', { input: purchase('60000.00') });
    assert.equal(made.outcome.outcome, 'require');
    await open({ path: '/rules/approval/decisions' }, async (page) => {
      await page.getByRole('heading', { name: 'Decisions of approval' }).waitFor();
      await page.getByLabel('Outcome').selectOption('reject');
      assert.match(page.url(), /outcome=reject/);
      await page.getByText('No decision matches these filters.').waitFor();
      await page.getByRole('button', { name: 'All decisions' }).click();
      await page.getByRole('row').filter({ hasText: 'require' }).first().getByRole('button', { name: 'Open' }).click();
      assert.match(page.url(), /open=/);
      await page.getByText('lines that ran are marked').waitFor();
      const ran = await page.locator('li.ran').allTextContents();
      assert.ok(ran.some((line) => line.includes('limits.finance')), 'the branch that decided ran');
      await page.getByText('"amount": 60000').first().waitFor();
      await picture(page, 'decision');
      await assertAccessible(page, 'decisions');
      await page.getByRole('button', { name: 'Try in editor' }).click();
      await page.getByText('The decision is the last of the tests.').waitFor();
      const test = page.locator('details').last();
      await test.getByText('decision dec_').waitFor();
      await test.getByText('passes').waitFor();
      await page.getByText('your change is a draft').waitFor();
    });
  });

  test('any two versions are compared, and an old one is edited from', () =>
    open({ path: '/rules/role_mapping/versions' }, async (page) => {
      await page.getByRole('button', { name: /What it changed/ }).first().click();
      assert.match(page.url(), /before=\d+&after=\d+/);
      await page.getByRole('heading', { name: /Script, version \d+ to \d+/ }).waitFor();
      await page.getByText('"chief"').first().waitFor();
      await picture(page, 'versions');
      await assertAccessible(page, 'versions');
      await page.getByRole('link', { name: /Edit from it/ }).last().click();
      await page.getByText(/The text of version \d+ is in the editor\./).waitFor();
      await page.getByText('your change is a draft').waitFor();
    }));

  test('who changed what is told', () =>
    open({ path: '/rules/role_mapping/changes' }, async (page) => {
      await page.getByText('Principals are managers').first().waitFor();
      await picture(page, 'changes');
      await assertAccessible(page, 'changes');
    }));

  test('who may only read sees the script and can change nothing', async () => {
    const { key } = await createKey(given.edge, 'reader', ['rules:read']);
    await open({ key, path: '/rules/approval' }, async (page) => {
      await page.getByText('may read rules but not change them').waitFor();
      await script(page, 'approval').click();
      await page.keyboard.type('x');
      assert.equal(await page.getByRole('button', { name: 'Activate …' }).count(), 0);
      assert.equal(await page.getByText('your change is a draft').count(), 0);
      await assertAccessible(page, 'rule to read');
    });
  });

  test('markup in a rule, its note and its tests stays text', async () => {
    const rule = 'seat_access';
    await activate(given.edge, rule, (script) => `// <img src=x onerror="window.pwned=1"> \u202e evil\n${script}`, '<script>window.pwned=1</script>\u202e');
    await open({ path: `/rules/${rule}` }, async (page) => {
      await page.getByText('<script>window.pwned=1</script>⟨U+202E⟩').first().waitFor();
      await page.getByText('onerror="window.pwned=1"').first().waitFor();
      assert.equal(await page.evaluate(() => window.pwned), undefined);
      assert.equal(await page.locator('main img[src]').count(), 0);
      await page.getByRole('button', { name: 'Roll back …' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click();
      await page.getByText(/is in force again/).waitFor();
    });
  });
}
