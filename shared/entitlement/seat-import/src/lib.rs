//! Seats that another system has, brought into the edge's own record: read from the ERP or from a CSV file ([`csv`],
//! [`erp`]), and made through the API of a running edge ([`import`]). So nothing that the edge promises can be passed by: no
//! more seats than are purchased, one live subscription, raised fences, an audit.
//!
//! A run may be killed at any call and run again: each call is one whole step, and what to do is read from the edge each time.

mod api;
pub mod csv;
pub mod erp;
mod import;
mod report;

pub use api::{ApiAnswer, EdgeApi, ImportError};
pub use import::{ImportOptions, import};
pub use report::{Progress, Refusal, Report};

use edge_seats::SubscriptionStatus;

/// A seat as another system has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceSeat {
    /// The line of the file that names it.
    pub line: Option<u64>,
    /// The organization's id in the application.
    pub external_org: String,
    /// The user.
    pub user: String,
    /// Its state there.
    pub state: SourceState,
    /// The organization's id at the edge, where the edge may not know the external id yet.
    pub organization: Option<String>,
    /// The plan of the subscription, if it has to be made.
    pub plan: Option<String>,
    /// The number of purchased seats.
    pub seats: Option<i64>,
    /// The subscription there.
    pub subscription: Option<SourceSubscription>,
}

/// The state of a seat in another system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceState {
    /// The user has it.
    Active,
    /// It was taken away.
    Revoked,
    /// There is none, or nobody has accepted it.
    None,
    /// The user is denied for another reason, which may pass.
    Denied(String),
    /// Nothing is known of it.
    Unknown(String),
}

/// A subscription in another system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceSubscription {
    /// Its state.
    pub status: SubscriptionStatus,
    /// When its period ends, RFC 3339; None: it has no end.
    pub period_end: Option<String>,
}
