//! The component `subscriptions`: subscriptions and seats in the edge's own record. All of its logic is in
//! `shared/entitlement/subscriptions`.

use edge_subscriptions::Gateways;
use spin_capabilities::Capabilities;

spin_capabilities::component!(|capabilities: Capabilities| {
    let gateways = Gateways::manual(&capabilities);
    edge_subscriptions::router(capabilities, gateways)
});
