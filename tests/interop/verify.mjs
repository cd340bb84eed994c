// Has the providers' own libraries for Node verify what the edge signed: lines of JSON on standard input.

import '@shopify/shopify-api/adapters/node';
import { readFileSync } from 'node:fs';
import { ApiVersion, shopifyApi } from '@shopify/shopify-api';
import Razorpay from 'razorpay';
import Stripe from 'stripe';

const shopify = (secret) =>
  shopifyApi({
    apiKey: 'key',
    apiSecretKey: secret,
    hostName: 'localhost',
    apiVersion: Object.values(ApiVersion)[0],
    isEmbeddedApp: false,
    logger: { level: 0 },
  });

async function accepts({ provider, secret, headers }, body) {
  if (provider === 'stripe') {
    try {
      return Stripe.webhooks.signature.verifyHeader(body, headers['stripe-signature'], secret, 300);
    } catch (error) {
      if (error.type === 'StripeSignatureVerificationError') return false;
      throw error;
    }
  }
  if (provider === 'razorpay') return Razorpay.validateWebhookSignature(body, headers['x-razorpay-signature'], secret);
  const rawRequest = {
    method: 'POST',
    url: '/',
    headers: {
      ...headers,
      'x-shopify-topic': 'orders/paid',
      'x-shopify-shop-domain': 'shop.myshopify.com',
      'x-shopify-api-version': '2024-01',
      'x-shopify-webhook-id': '1',
    },
  };
  return (await shopify(secret).webhooks.validate({ rawBody: body, rawRequest, rawResponse: {} })).valid;
}

let verified = 0;
for (const line of readFileSync(0, 'utf8').trim().split('\n')) {
  const event = JSON.parse(line);
  if (!['stripe', 'razorpay', 'shopify'].includes(event.provider)) continue;
  for (const [body, genuine] of [[event.body, true], [event.body + ' ', false]]) {
    const accepted = await accepts(event, body);
    if (accepted !== genuine) throw new Error(`accepted ${accepted}, genuine ${genuine}: ${line}`);
    verified += accepted;
  }
}
if (verified === 0) throw new Error('nothing was verified');
console.log(`Node's libraries believe ${verified} events`);
