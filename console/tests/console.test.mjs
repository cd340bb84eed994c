// Each page's main task, end to end, in a real browser against a running edge.
import { after, before, describe } from 'node:test';
import { approvals } from './approvals.mjs';
import { startBrowser } from './browser.mjs';
import { budgets } from './budgets.mjs';
import { startEdge } from './edge.mjs';
import { hardCases } from './hard-cases.mjs';
import { health } from './health.mjs';
import { money } from './money.mjs';
import { people } from './people.mjs';
import { rules } from './rules.mjs';
import { seats } from './seats.mjs';
import { signIn } from './sign-in.mjs';
import { subscriptions } from './subscriptions.mjs';
import { tenants } from './tenants.mjs';
import { webhooks } from './webhooks.mjs';

const given = { edge: null, browser: null, hasIssuer: process.env.CONSOLE_NO_ISSUER === undefined };

describe('the console', { timeout: 900_000 }, () => {
  before(async () => {
    given.edge = await startEdge();
    given.browser = await startBrowser();
  });
  after(async () => {
    await given.browser?.close();
    await given.edge?.stop();
  });
  describe('signing in', () => signIn(given));
  describe('rules', () => rules(given));
  describe('webhooks', () => webhooks(given));
  describe('seats', () => seats(given));
  describe('subscriptions', () => subscriptions(given));
  describe('money', () => money(given));
  describe('health', () => health(given));
  describe('tenants', () => tenants(given));
  describe('approvals', () => approvals(given));
  describe('budgets', () => budgets(given));
  describe('people', () => people(given));
  describe('hard cases', () => hardCases(given));
});
