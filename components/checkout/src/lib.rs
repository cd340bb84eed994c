//! The component `checkout`: what external tenants buy, pay and cancel. All of its logic is in `shared/payments/checkout`.

spin_capabilities::component!(edge_checkout::router);
