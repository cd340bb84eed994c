// A real Chromium. A page fails its test by an error in the console, an exception or a violation of the policy.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { mkdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const pictures = fileURLToPath(new URL('../../docs/console/', import.meta.url));

export const startBrowser = () =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-dev-shm-usage'] });

/**
 * Says how long something took, in milliseconds. With CONSOLE_BARS=1 it must not be longer than `bar`; else, as the machine may
 * be doing other things, not twenty times as long.
 */
export function assertTook(what, took, bar) {
  console.log(`# ${what}: ${took} ms; the bar is ${bar} ms`);
  assert.ok(took <= (process.env.CONSOLE_BARS ? bar : 20 * bar), `${what}: ${took} ms`);
}

/** Runs `work` with a page of its own; `key`: the API key of whoever is signed in. */
export async function withPage(browser, edge, { key, path = '/', width = 1280, scheme = 'light', allowed = [] }, work) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, locale: 'en-GB', timezoneId: 'Asia/Kolkata', reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const faults = [];
  page.on('pageerror', (error) => faults.push(`exception: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && !allowed.some((pattern) => pattern.test(message.text()))) faults.push(`console: ${message.text()}`);
  });
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
    // Pages ask again five times as often as they do for people: tests wait for news, too.
    const { setInterval } = window;
    window.setInterval = (work, wait, ...rest) => setInterval(work, wait >= 1000 ? wait / 5 : wait, ...rest);
  });
  if (key) {
    // The other tabs of the same person have it, too.
    await context.addInitScript((key) => {
      if (!sessionStorage.getItem('console.tested')) sessionStorage.setItem('console.key', key);
      sessionStorage.setItem('console.tested', 'yes');
    }, key);
  }
  try {
    await page.goto(`${edge.url}/console${path}`);
    await work(page, context);
    assert.deepEqual(faults, []);
  } catch (error) {
    const failed = join(tmpdir(), 'console-failed', `${Date.now()}.png`);
    await page.screenshot({ path: failed, fullPage: true }).catch(() => {});
    error.message += `\n${faults.join('\n')}\nat ${page.url()}, shown in ${failed}`;
    throw error;
  } finally {
    // A request may still be under way through one of the test's routes: it is given up with the page.
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await context.close();
  }
}

/** No serious finding of axe, in light and dark, wide and at 360 px; what is the same in all three is looked at once. */
export async function assertAccessible(page, what) {
  const size = page.viewportSize();
  const contrast = 'color-contrast';
  const all = { rules: {} };
  const dark = { runOnly: [contrast] };
  const narrow = { rules: { [contrast]: { enabled: false } } };
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
  for (const [scheme, width, rules] of [['light', size.width, all], ['dark', size.width, dark], ['light', 360, narrow]]) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize({ width, height: size.height });
    const found = await page.evaluate((rules) => window.axe.run(document, { ...rules, resultTypes: ['violations'], preload: false }), rules);
    const serious = found.violations.filter((it) => ['serious', 'critical'].includes(it.impact));
    const told = serious.map((it) => `${it.id}: ${it.help}\n  ${it.nodes.slice(0, 3).map((node) => `${node.target} ${node.failureSummary}`).join('\n  ')}`);
    assert.deepEqual(told, [], `${what}, ${scheme}, ${width} px`);
    const wide = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      if (scrollWidth - clientWidth <= 1) return [];
      const sticksOut = (it) => it.getBoundingClientRect().right > clientWidth + 1 && !it.closest('.scroll, .cm-scroller');
      return [...document.querySelectorAll('body *')].filter(sticksOut).map((it) => it.outerHTML.slice(0, 120));
    });
    assert.deepEqual(wide, [], `${what} is wider than ${width} px`);
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(size);
}

/** Pictures for docs/console.md, if UPDATE_PICTURES is set. */
export async function picture(page, name) {
  if (!process.env.UPDATE_PICTURES) return;
  mkdirSync(pictures, { recursive: true });
  for (const scheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.screenshot({ path: `${pictures}${name}-${scheme}.png` });
  }
  await page.emulateMedia({ colorScheme: 'light' });
}
