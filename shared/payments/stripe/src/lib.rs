//! Stripe as the gateway of subscriptions.
//!
//! * [`Stripe`]: what subscriptions need of a gateway, in Stripe's calls. Each call has an `Idempotency-Key` made of the
//!   edge's own ids, so that Stripe does once what is asked twice.
//! * What Stripe reports comes as webhooks, which `edge-webhooks` receives.

mod api;
mod customer;
mod form;
mod gateway;
mod price;
mod session;
mod subscription;

pub use gateway::Stripe;
