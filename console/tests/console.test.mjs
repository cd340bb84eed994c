// Each page's main task, end to end, in a real browser against a running edge.
import { after, before, describe } from 'node:test';
import { apiPage } from './api-page.mjs';
import { approvals } from './approvals.mjs';
import { startBrowser } from './browser.mjs';
import { budgets } from './budgets.mjs';
import { campaigns } from './campaigns.mjs';
import { contacts } from './contacts.mjs';
import { contracts } from './contracts.mjs';
import { departments } from './departments.mjs';
import { disputes } from './disputes.mjs';
import { startEdge } from './edge.mjs';
import { entities } from './entities.mjs';
import { hardCases } from './hard-cases.mjs';
import { health } from './health.mjs';
import { integrations } from './integrations.mjs';
import { invoices } from './invoices.mjs';
import { messages } from './messages.mjs';
import { money } from './money.mjs';
import { orders } from './orders.mjs';
import { people } from './people.mjs';
import { reports } from './reports.mjs';
import { rules } from './rules.mjs';
import { seats } from './seats.mjs';
import { signIn } from './sign-in.mjs';
import { subscriptions } from './subscriptions.mjs';
import { tenants } from './tenants.mjs';
import { webhooks } from './webhooks.mjs';

const given = { edge: null, browser: null, hasIssuer: process.env.CONSOLE_NO_ISSUER === undefined };

/** One after the other, where time is measured or pictures are made; else three at once: most of a test is waiting. */
const isAlone = Boolean(process.env.CONSOLE_BARS || process.env.UPDATE_PICTURES);

/** Those of a lane never run at once: they would change the same rules, or what the ERP answers. */
const LANES = {
  'rules and the browser': { 'signing in': signIn, 'the page of the API': apiPage, rules, 'hard cases': hardCases },
  'the ERP and what is bought': { seats, webhooks, people, health, subscriptions, money, budgets, approvals, disputes },
  'what tenants do': { tenants, messages, invoices, orders, contacts, campaigns, entities, departments, contracts, integrations, reports },
};

describe('the console', { timeout: 900_000, concurrency: isAlone ? 1 : Object.keys(LANES).length }, () => {
  before(async () => {
    given.edge = await startEdge();
    given.browser = await startBrowser();
  });
  after(async () => {
    await given.browser?.close();
    await given.edge?.stop();
  });
  for (const [lane, pages] of Object.entries(LANES)) {
    describe(lane, { concurrency: 1 }, () => {
      for (const [page, tests] of Object.entries(pages)) describe(page, () => tests(given));
    });
  }
});
