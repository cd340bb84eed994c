//! What goes wrong, to order.

use serde::{Deserialize, Serialize};

use crate::call::Reply;

/// Something that is to go wrong with calls to come.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Fault {
    /// How the calls begin that it happens to, method and path: `POST /api.xro/2.0/Invoices`. Empty: all calls.
    #[serde(default)]
    pub call: String,
    /// What happens.
    #[serde(flatten)]
    pub kind: FaultKind,
    /// How many such calls go well before.
    #[serde(default)]
    pub after: u64,
    /// How many calls it happens to.
    #[serde(default = "once")]
    pub times: u64,
}

const fn once() -> u64 {
    1
}

/// What happens to a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum FaultKind {
    /// It is one too many: nothing is done.
    Throttled {
        /// What `Retry-After` says, seconds. None: there is no such header.
        #[serde(default)]
        retry_after: Option<u64>,
        /// Whether it is the day's allowance that is used up, where the provider says so.
        #[serde(default)]
        daily: bool,
    },
    /// The access token is refused, though it is good.
    Unauthorized,
    /// A status of the provider's or of what stands before it; nothing is done.
    Status {
        /// It.
        status: u16,
    },
    /// It is done, and no answer ever comes.
    Lost,
    /// It is done, and the connection breaks in the middle of the answer.
    Cut,
    /// Nothing is done, and no answer ever comes.
    Unheard,
    /// It is done, and the answer cannot be read.
    Garbage,
    /// Somebody else does the same first: it is done, and the answer is that there is such a document already.
    Duplicate,
    /// The document's period is closed: nothing is done.
    PeriodClosed,
    /// The document is refused: nothing is done.
    Invalid,
}

impl Fault {
    /// `kind`, once, to the next call that begins with `call`.
    pub fn once(call: impl Into<String>, kind: FaultKind) -> Self {
        Self { call: call.into(), kind, after: 0, times: 1 }
    }

    /// The same, after so many calls that go well.
    #[must_use]
    pub const fn after(mut self, calls: u64) -> Self {
        self.after = calls;
        self
    }

    /// The same, so many times.
    #[must_use]
    pub const fn times(mut self, times: u64) -> Self {
        self.times = times;
        self
    }
}

/// The faults to come.
#[derive(Default)]
pub(crate) struct Faults(pub(crate) Vec<Fault>);

impl Faults {
    /// What happens to this call.
    pub(crate) fn next(&mut self, call: &str) -> Option<FaultKind> {
        let mut happens = None;
        for fault in self.0.iter_mut().filter(|fault| call.starts_with(&fault.call)) {
            if fault.after > 0 {
                fault.after = fault.after.saturating_sub(1);
            } else if happens.is_none() && fault.times > 0 {
                fault.times = fault.times.saturating_sub(1);
                happens = Some(fault.kind.clone());
            }
        }
        self.0.retain(|fault| fault.times > 0);
        happens
    }
}

/// A 429 as most providers send it.
pub(crate) fn throttled(retry_after: Option<u64>, reply: Reply) -> Reply {
    match retry_after {
        Some(seconds) => reply.with("Retry-After", seconds),
        None => reply,
    }
}
