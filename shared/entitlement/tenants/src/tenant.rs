//! A tenant: an organisation as the edge knows it.
//!
//! * [`model`]: a tenant; [`store`]: tenants in the database; [`change`]: what one event changes, in one step.
//! * [`scoped`]: the tenant that a request acts in.
//! * [`api`]: tenants over HTTP; [`request`], [`response`]: what is sent and answered.

pub(crate) mod api;
mod change;
mod model;
pub(crate) mod request;
pub(crate) mod response;
mod scoped;
mod store;

pub use change::{Change, CommitResult, SubscriptionOutcome, Task};
pub use model::{Mode, Tenant};
pub use scoped::{Scoped, TenantHeader};
pub use store::{TenantState, Tenants};
