//! Webhooks: proven genuine over the bytes that arrived, then read into the edge's own events. Knows nothing of routes,
//! stores or tenants.
//!
//! * [`Provider`]: who posts; each has one definition of how it signs and what its bodies mean.
//! * [`Secrets`]: what a provider's variable holds.
//! * [`verify`]: is this genuine, and which event is it? ([`Identity`])
//! * [`read`]: what does it say? ([`Reading`]) Only ever called with a body that was verified.
//! * [`Money`]: exact; [`Digits`]: as people write it.
//! * [`sign`]: the same from the sender's side, for tests and for people who integrate.

mod bill;
mod claim;
mod definition;
mod digits;
mod identity;
mod json;
mod money;
mod provider;
mod providers;
mod reading;
mod rejection;
mod secrets;
mod signing;
mod verification;

pub use bill::{Bill, Line};
pub use digits::Digits;
pub use identity::Identity;
pub use money::{Currency, InvalidMoney, Money};
pub use provider::Provider;
pub use reading::{Kind, Reading, Unreadable, read};
pub use rejection::Rejection;
pub use secrets::Secrets;
pub use signing::{Unsignable, sign};
pub use verification::{TOLERANCE, Verified, is_set_up_ping, verify};
