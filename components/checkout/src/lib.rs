//! The component `checkout`: what external tenants buy, pay and give up. Everything it decides is in `shared/billing`.

spin_capabilities::component!(edge_billing::router);
