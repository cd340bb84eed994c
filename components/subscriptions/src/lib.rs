//! The component `subscriptions`: subscriptions and seats in the edge's own record. All of its logic is in
//! `shared/entitlement/subscriptions`, and for those that a gateway takes the money of in `shared/payments/stripe` and
//! `shared/payments/checkout`.

use std::sync::Arc;

use edge_checkout::BheemPay;
use edge_stripe::Stripe;
use edge_subscriptions::Gateways;
use spin_capabilities::Capabilities;

spin_capabilities::component!(|capabilities: Capabilities| {
    let gateways = Gateways::manual(&capabilities)
        .with_stripe(Arc::new(Stripe::new(&capabilities)))
        .with_bheempay(Arc::new(BheemPay::new(&capabilities)));
    edge_subscriptions::router(capabilities, gateways)
});
