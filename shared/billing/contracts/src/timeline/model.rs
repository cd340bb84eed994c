//! An event in the life of a contract. Events are added and never changed.

use edge_capabilities::Timestamp;
use edge_time_zones::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::contract::Contract;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ContractEventKind)]
pub enum EventKind {
    /// The contract was created.
    Created,
    /// People were asked to approve it.
    Submitted,
    /// It was not approved, and is a draft again.
    Rejected,
    /// It was signed.
    Signed,
    /// It was given up before it was signed.
    Cancelled,
    /// An amendment waits for approval.
    AmendmentSubmitted,
    /// An amendment was not approved, or came too late.
    AmendmentRejected,
    /// An amendment was agreed on.
    Amended,
    /// Another term was agreed on.
    Renewed,
    /// Notice was given.
    NoticeGiven,
    /// It was ended early.
    Terminated,
    /// Its last term is over.
    Expired,
    /// A service level was reported.
    SlaReported,
    /// Usage was reported.
    UsageReported,
}

impl EventKind {
    /// The kind as text: `notice_given`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Submitted => "submitted",
            Self::Rejected => "rejected",
            Self::Signed => "signed",
            Self::Cancelled => "cancelled",
            Self::AmendmentSubmitted => "amendment_submitted",
            Self::AmendmentRejected => "amendment_rejected",
            Self::Amended => "amended",
            Self::Renewed => "renewed",
            Self::NoticeGiven => "notice_given",
            Self::Terminated => "terminated",
            Self::Expired => "expired",
            Self::SlaReported => "sla_reported",
            Self::UsageReported => "usage_reported",
        }
    }
}

/// An event in the life of a contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Its number, from 1.
    pub number: u32,
    /// What happened.
    pub kind: EventKind,
    /// From which day it counts.
    pub date: Date,
    /// When it happened.
    pub at: Timestamp,
    /// Who did it.
    pub actor: String,
    /// The number of the term that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term: Option<u32>,
    /// The number of the amendment that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amendment: Option<u32>,
    /// The amount that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
    /// More about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// Who does something, and when.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// The caller's id, or the edge's.
    pub actor: &'a str,
    /// When.
    pub now: Timestamp,
    /// The day that it is where the tenant is.
    pub today: Date,
}

/// The actor of what the edge does by itself.
pub const EDGE: &str = "edge";

impl<'a> Moment<'a> {
    /// The moment, for what the edge does by itself.
    #[must_use]
    pub const fn by_itself(self) -> Moment<'static> {
        Moment { actor: EDGE, now: self.now, today: self.today }
    }
}

impl Contract {
    /// Adds an event; gives it, for what else is to be said of it.
    pub(crate) fn happened(&mut self, kind: EventKind, date: Date, moment: Moment<'_>) -> &mut Event {
        let number = u32::try_from(self.events.len()).unwrap_or(u32::MAX).saturating_add(1);
        let event = Event {
            number,
            kind,
            date,
            at: moment.now,
            actor: moment.actor.to_owned(),
            term: None,
            amendment: None,
            amount: None,
            detail: None,
        };
        self.events.push_mut(event)
    }
}
