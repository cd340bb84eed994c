//! Connections of tenants to accounting systems: what a tenant configured, who consented, and tokens that are renewed by one
//! instance at a time.
//!
//! * [`integration`]: integrations, and their API. This crate owns the tables `integrations` and `integration_consents`.
//! * [`consent`]: the provider's page, and who comes back from it.
//! * [`credentials`], [`endpoints`], [`options`]: what each provider needs, from the tenant or the operator.
//! * [`sealed`]: how credentials and tokens are kept.
//! * [`connections`]: signs in and opens connections; [`open_connection`]: a connection that is used by a run, and the
//!   renewal of its tokens.
//! * [`router`]: the routes and jobs.

mod connections;
mod consent;
mod credentials;
mod disconnection;
mod endpoints;
mod error;
mod integration;
mod jobs;
mod open_connection;
mod options;
mod router;
mod sealed;

pub use connections::{Connections, Open};
pub use error::ConnectionError;
pub use integration::{Integration, IntegrationResponse, IntegrationSettings, IntegrationStatus, LastRun};
pub use open_connection::OpenConnection;
pub use router::{ApiDoc, jobs, router, routes};
