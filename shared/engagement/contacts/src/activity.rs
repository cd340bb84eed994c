//! What people did with messages: replies and clicks, bounces and complaints.

mod model;
mod store;

pub use model::{Activity, ActivityKind};
pub use store::Activities;
