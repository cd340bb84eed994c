//! What the providers differ in.

use crate::books::Books;
use crate::call::{Call, Reply};
use crate::fault::FaultKind;

/// A provider: what the frame must know of it.
pub(crate) struct Spec {
    /// Its name in paths.
    pub name: &'static str,
    /// Id and name of its company at the beginning.
    pub company: (&'static str, &'static str),
    /// Answers a call. The books' `now` is the time of the call.
    pub answer: fn(&mut Books, &Call) -> Reply,
    /// What the provider says when this happens: `Throttled`, `Unauthorized`, `Status`, `Duplicate`, `PeriodClosed`,
    /// `Invalid`. The others are the frame's.
    pub refuse: fn(&FaultKind, &Call) -> Reply,
}

/// All of them.
pub(crate) const ALL: &[&Spec] = &[
    &crate::dynamics365::SPEC,
    &crate::netsuite::SPEC,
    &crate::quickbooks::SPEC,
    &crate::sage::SPEC,
    &crate::sap::SPEC,
    &crate::xero::SPEC,
];
