//! The applications whose seats are sold (HealOS, PowerDialer, …), and their plans.
//!
//! * [`application`]: an application, and where its seats live: in the ERP or in the edge's own record.
//! * [`plan`]: a plan of an application. Its versions never change; a subscription keeps the version that it was sold
//!   under, so a new price does not reach it by itself.
//! * [`router`]: the HTTP routes.

mod application;
mod plan;
mod router;

pub use application::model::{Application, SeatSource};
pub use application::store::Applications;
pub use edge_plans::Cycle;
pub use plan::model::ApplicationPlan;
pub use plan::store::Plans;
pub use router::{ApiDoc, router, routes};
