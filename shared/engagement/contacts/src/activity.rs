//! What people did with messages: replies and clicks, bounces and complaints.

mod feedback;
mod model;
mod store;

pub use feedback::{ActivityListener, Feedback, FeedbackReceiver};
pub use model::{Activity, ActivityKind};
pub use store::Activities;
