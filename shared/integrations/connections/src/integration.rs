//! Integrations: what a tenant configured, and how it stands.

pub(crate) mod api;
mod model;
mod request;
mod response;
mod settings;
mod store;

pub use model::{Integration, IntegrationStatus};
pub(crate) use model::{Notice, Task};
pub(crate) use request::ConfigureRequest;
pub use response::{IntegrationResponse, LastRun};
pub(crate) use response::{NoRuns, Runs};
pub use settings::IntegrationSettings;
pub(crate) use store::Integrations;
