//! The component `subscriptions`: subscriptions and seats in the edge's own record. All of its logic is in
//! `shared/entitlement/subscriptions`, and in `shared/payments/stripe` for those that Stripe takes the money of.

use std::sync::Arc;

use edge_stripe::Stripe;
use edge_subscriptions::Gateways;
use spin_capabilities::Capabilities;

spin_capabilities::component!(|capabilities: Capabilities| {
    let stripe = Arc::new(Stripe::new(&capabilities));
    let gateways = Gateways::manual(&capabilities).with_stripe(stripe);
    edge_subscriptions::router(capabilities, gateways)
});
