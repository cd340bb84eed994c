//! Departments of a tenant's entities.

pub(crate) mod api;
mod model;
mod request;
mod store;

pub use model::{Department, DepartmentStatus, Headcount};
pub use store::Departments;
