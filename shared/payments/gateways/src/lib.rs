//! Webhooks: proven genuine over the bytes that arrived, then read into the edge's own events. Knows nothing of routes,
//! stores or tenants.
//!
//! * [`Provider`]: who posts; each has one definition of how it signs and what its bodies mean.
//! * [`Secrets`]: what a provider's variable holds.
//! * [`verify`]: is this genuine, and which event is it? ([`Identity`])
//! * [`read`]: what does it say? ([`GatewayEvent`]) Only ever called with a body that was verified.
//! * [`sign`]: the same from the sender's side, for tests and for people who integrate.

mod claim;
mod definition;
mod identity;
mod json;
mod provider;
mod providers;
mod reading;
mod rejection;
mod secrets;
mod signing;
mod verification;

pub use identity::Identity;
pub use provider::Provider;
pub use reading::{GatewayEvent, Kind, Unreadable, read};
pub use rejection::Rejection;
pub use secrets::Secrets;
pub use signing::{Unsignable, sign};
pub use verification::{TOLERANCE, Verified, is_set_up_ping, verify};
