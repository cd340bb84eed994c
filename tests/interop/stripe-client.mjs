// Has Stripe's own library buy and change seats at the stand-in, and verify the events that follow. Takes the stand-in's
// address.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import Stripe from 'stripe';

const [host, port] = process.argv[2].split(':');
const stand = (key) => new Stripe(key, { host, port: Number(port), protocol: 'http', maxNetworkRetries: 0 });
const stripe = stand('sk_test_interop');
const secret = 'whsec_interop';

// Events arrive here, and are believed by Stripe's library or the run fails.
const events = [];
const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    events.push(stripe.webhooks.constructEvent(Buffer.concat(chunks), request.headers['stripe-signature'], secret));
    response.end('{}');
  });
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const control = async (method, what, body = {}) => {
  const answer = await fetch(`http://${host}:${port}/_control/stripe/${what}`, {
    method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
  });
  assert.ok(answer.ok, `${what}: ${answer.status}`);
  return answer.status === 204 ? undefined : answer.json();
};
await control('PUT', 'webhook', { url: `http://127.0.0.1:${server.address().port}/`, secret });

const customer = await stripe.customers.create({ email: 'a@b.example', name: 'Acme', metadata: { organization_id: 'o' } });
const price = await stripe.prices.create({
  currency: 'usd', unit_amount: 1000, recurring: { interval: 'month' }, product_data: { name: 'Seats' }, lookup_key: 'seats',
});
assert.equal((await stripe.prices.list({ lookup_keys: ['seats'] })).data[0].id, price.id);
const order = {
  mode: 'subscription', customer: customer.id, line_items: [{ price: price.id, quantity: 5 }],
  success_url: 'https://edge.example/', subscription_data: { metadata: { a: 'ü & [b]' } },
};
const session = await stripe.checkout.sessions.create(order, { idempotencyKey: 'order' });
assert.equal((await stripe.checkout.sessions.create(order, { idempotencyKey: 'order' })).id, session.id);
await assert.rejects(
  stripe.checkout.sessions.create({ ...order, cancel_url: 'https://edge.example/no' }, { idempotencyKey: 'order' }),
  Stripe.errors.StripeIdempotencyError,
);
await control('POST', `sessions/${session.id}/pay`);
const paid = await stripe.checkout.sessions.retrieve(session.id);
assert.deepEqual([paid.status, paid.payment_status, paid.amount_total], ['complete', 'paid', 5000]);

const subscription = await stripe.subscriptions.retrieve(paid.subscription);
assert.deepEqual([subscription.status, subscription.metadata], ['active', { a: 'ü & [b]' }]);
const [item] = subscription.items.data;
await control('POST', `subscriptions/${subscription.id}/age`, { seconds: 864000 });
const date = Math.floor(Date.now() / 1000);
const change = { items: [{ id: item.id, quantity: 8 }], proration_behavior: 'always_invoice', proration_date: date };
const preview = await stripe.invoices.createPreview({ subscription: subscription.id, subscription_details: change });
const changed = await stripe.subscriptions.update(subscription.id, change);
const invoice = await stripe.invoices.retrieve(changed.latest_invoice);
assert.deepEqual(invoice.lines.data.map((line) => line.amount), preview.lines.data.map((line) => line.amount));
assert.deepEqual([invoice.total, invoice.status, changed.items.data[0].quantity], [preview.total, 'paid', 8]);

await control('POST', `customers/${customer.id}/decline`);
await control('POST', `subscriptions/${subscription.id}/renew`);
const [unpaid] = (await stripe.invoices.list({ subscription: subscription.id, status: 'open' })).data;
await assert.rejects(stripe.invoices.pay(unpaid.id), Stripe.errors.StripeCardError);
assert.equal((await stripe.invoices.voidInvoice(unpaid.id)).status, 'void');
assert.equal((await stripe.subscriptions.update(subscription.id, { pause_collection: { behavior: 'void' } })).pause_collection.behavior, 'void');
assert.equal((await stripe.subscriptions.update(subscription.id, { pause_collection: '' })).pause_collection, null);
assert.equal((await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true })).cancel_at_period_end, true);
assert.equal((await stripe.subscriptions.cancel(subscription.id)).status, 'canceled');
await assert.rejects(stripe.subscriptions.retrieve('sub_x'), Stripe.errors.StripeInvalidRequestError);
await assert.rejects(stand('wrong').customers.list(), Stripe.errors.StripeAuthenticationError);

// What follows from a call is sent beside its answer.
for (let waited = 0; waited < 100 && !events.some((event) => event.type === 'customer.subscription.deleted'); waited += 1) {
  await new Promise((resolve) => setTimeout(resolve, 50));
}
const kinds = new Set(events.map((event) => event.type));
for (const kind of [
  'checkout.session.completed', 'customer.subscription.created', 'customer.subscription.updated', 'customer.subscription.deleted',
  'invoice.paid', 'invoice.payment_failed', 'invoice.voided',
]) {
  assert.ok(kinds.has(kind), kind);
}
console.log(`Stripe's library buys and changes seats at the stand-in, and believes ${events.length} events of ${kinds.size} types`);
server.close();
