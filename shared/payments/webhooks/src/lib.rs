//! Webhooks: verified, stored before they are acknowledged, and taken into effect once.
//!
//! * [`router`]: the HTTP API; it begins in `router/receiver.rs`, where webhooks come in.
//! * [`event`], [`inbox`]: the events that gateways sent; each is stored once.
//! * [`action`]: what an event asks for; [`order`]: the order that it names; [`owner`]: the tenant that it is about.
//! * [`seats`]: events about subscriptions of seats, which the edge keeps itself.
//! * [`processor`]: from a stored event to its effect; [`messages`]: the messages to people.
//! * [`response`]: the answers to gateways.
//! * [`drain`]: the jobs: retries, leftovers, retention.
//! * [`refunds`]: events about refunds and card disputes; [`disputes`]: who keeps those.
//! * [`endpoints`]: addresses of single organisations; [`shops`]: those of shops, and who takes what they send.
//! * [`payments`]: the payments that gateways reported, for crates that hold books against them.
//! * [`metrics`]: the numbers for operators.

mod action;
mod disputes;
mod drain;
mod endpoints;
mod error;
mod event;
mod inbox;
mod memberships;
mod messages;
mod metrics;
mod order;
mod owner;
mod payments;
mod processor;
mod refunds;
mod response;
mod router;
mod seats;
mod settings;
mod shops;

pub use disputes::{CardDisputeReport, DisputeError, DisputeOutcome, NotedRefund, PaymentDisputes, RefundReport};
pub use metrics::{count_waiting_events, delivery_counters, rejection_counters};
pub use payments::{Payment, PaymentRefund, PaymentReport, Payments, ReceivedReport, ReportKind};
pub use router::{ApiDoc, Keepers, router, router_with};
pub use shops::{ShopError, ShopEvent, ShopOutcome, ShopSecrets, Shops};
