//! Calls for all operations of the edge: each module has those of one subject.

// Made from docs/openapi.json: UPDATE_CLIENT=1 cargo test -p bheem-edge-client --test api

mod call;
pub mod allocations;
pub mod analytics;
pub mod api_keys;
pub mod applications;
pub mod approvals;
pub mod billing;
pub mod budgets;
pub mod campaigns;
pub mod contacts;
pub mod contracts;
pub mod departments;
pub mod disputes;
pub mod entities;
pub mod erp;
pub mod erp_sync;
pub mod integrations;
pub mod invoices;
pub mod jobs;
pub mod notifications;
pub mod one_time_codes;
pub mod operations;
pub mod orders;
pub mod organizations;
pub mod plans;
pub mod reports;
pub mod rules;
pub mod schemas;
pub mod scim;
pub mod seats;
pub mod subscriptions;
pub mod tenants;
pub mod webhooks;

pub use call::Api;
