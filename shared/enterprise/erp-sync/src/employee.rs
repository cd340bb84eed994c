//! Employees: how they are parsed, and how their changes are applied to members of the tenant.

pub(crate) mod deferred;
mod model;
pub(crate) mod role;
pub(crate) mod sync;
mod welcome;

pub(crate) use model::Employee;
