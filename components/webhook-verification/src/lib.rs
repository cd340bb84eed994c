//! The component `webhook-verification`: what gateways and the ERP post comes in and takes effect. Everything it decides
//! is in `shared/payments/webhooks`.

spin_capabilities::component!(edge_webhooks::router);
