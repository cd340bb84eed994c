// Events signed by the providers' own libraries for Node, and one line of JSON for each.

import '@shopify/shopify-api/adapters/node';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSHA256HMAC } from '@shopify/shopify-api/runtime';
import Razorpay from 'razorpay';
import Stripe from 'stripe';

const AT = 1705312800;
const [bodiesFile] = process.argv.slice(2);
const bodies = JSON.parse(readFileSync(bodiesFile, 'utf8'));
const versions = JSON.parse(readFileSync('package.json', 'utf8')).dependencies;

function event(library, provider, secret, headers, body) {
  console.log(JSON.stringify({ library: `${library} ${versions[library]} for Node`, provider, secret, at: AT, headers, body }));
}

for (const body of bodies) {
  for (const secret of ['whsec_test_secret', 'another secret']) {
    const header = Stripe.webhooks.generateTestHeaderString({ payload: body, secret, timestamp: AT });
    event('stripe', 'stripe', secret, { 'stripe-signature': header }, body);
  }
  for (const secret of ['123456', 'EnLs21M47BllR3X8PSFtjtbd']) {
    // Razorpay's library verifies webhooks and does not sign them: what it accepts is what Razorpay signs.
    const signature = createHmac('sha256', secret).update(body).digest('hex');
    if (!Razorpay.validateWebhookSignature(body, signature, secret)) throw new Error(`razorpay refuses ${body}`);
    event('razorpay', 'razorpay', secret, { 'x-razorpay-signature': signature }, body);
  }
  for (const secret of ['test_secret_key', 'hush']) {
    const signature = await createSHA256HMAC(secret, body);
    event('@shopify/shopify-api', 'shopify', secret, { 'x-shopify-hmac-sha256': signature }, body);
  }
}
