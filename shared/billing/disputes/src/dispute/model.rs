//! A dispute. It knows no store and no clock.

use edge_audit::AuditEntry;
use edge_capabilities::Timestamp;
use edge_database::{json_column, record, text_column};
use edge_money::{Currency, Money};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::DisputesError;
use crate::refund::CardStatus;
use crate::resolution::Resolution;

/// What a dispute is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DisputeSubjectKind)]
pub enum SubjectKind {
    /// A payment, by the gateway's id.
    Payment,
    /// An invoice, by its id or its number.
    Invoice,
    /// A charge of an entity, by its id.
    Charge,
}

impl SubjectKind {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Payment => "payment",
            Self::Invoice => "invoice",
            Self::Charge => "charge",
        }
    }

    /// The kind of that name.
    pub fn parse(written: &str) -> Option<Self> {
        [Self::Payment, Self::Invoice, Self::Charge].into_iter().find(|kind| kind.as_str() == written)
    }
}

/// The thing that is disputed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = DisputeSubject)]
pub struct Subject {
    /// What it is.
    #[schema(inline)]
    pub kind: SubjectKind,
    /// Its id: 1 to 256 bytes.
    pub id: String,
}

/// Why something is disputed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DisputeReason {
    /// It was paid or charged twice.
    Duplicate,
    /// The amount is wrong.
    IncorrectAmount,
    /// What was paid for was not provided.
    ServiceNotProvided,
    /// Nobody allowed it.
    Unauthorized,
    /// Something else.
    Other,
}

impl DisputeReason {
    const ALL: [Self; 5] =
        [Self::Duplicate, Self::IncorrectAmount, Self::ServiceNotProvided, Self::Unauthorized, Self::Other];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Duplicate => "duplicate",
            Self::IncorrectAmount => "incorrect_amount",
            Self::ServiceNotProvided => "service_not_provided",
            Self::Unauthorized => "unauthorized",
            Self::Other => "other",
        }
    }

    /// The reason of that name.
    pub fn parse(written: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == written)
    }

    /// The reason that a gateway's words for why a payer disputes a payment come closest to.
    pub fn of_card(words: Option<&str>) -> Self {
        let words = words.unwrap_or_default().to_ascii_lowercase();
        let has = |part: &str| words.contains(part);
        if has("duplicate") {
            Self::Duplicate
        } else if has("fraud") || has("unrecognized") || has("unauthori") {
            Self::Unauthorized
        } else if has("not_received") || has("not_provided") || has("unacceptable") || has("not_as_described") {
            Self::ServiceNotProvided
        } else if has("incorrect_amount") || has("amount_differs") {
            Self::IncorrectAmount
        } else {
            Self::Other
        }
    }
}

/// Where a dispute stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DisputeStatus {
    /// Nobody works on it.
    Open,
    /// Somebody works on it.
    UnderReview,
    /// The customer has to say something first.
    AwaitingCustomer,
    /// It is decided, and what was decided is on its way.
    Resolving,
    /// It is resolved in the customer's favour, in part at least.
    Resolved,
    /// It is resolved against the customer.
    Rejected,
    /// Whoever disputed does not any more.
    Withdrawn,
}

impl DisputeStatus {
    /// All statuses.
    pub const ALL: [Self; 7] = [
        Self::Open,
        Self::UnderReview,
        Self::AwaitingCustomer,
        Self::Resolving,
        Self::Resolved,
        Self::Rejected,
        Self::Withdrawn,
    ];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::UnderReview => "under_review",
            Self::AwaitingCustomer => "awaiting_customer",
            Self::Resolving => "resolving",
            Self::Resolved => "resolved",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The status of that name.
    pub fn parse(written: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == written)
    }

    /// Whether the dispute waits for people.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Open | Self::UnderReview | Self::AwaitingCustomer)
    }

    /// Whether the dispute has ended.
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Resolved | Self::Rejected | Self::Withdrawn)
    }
}

/// A piece of evidence. A text alone is its description.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = DisputeEvidence)]
#[serde(from = "WrittenEvidence")]
pub struct Evidence {
    /// What it is: up to 256 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it says or shows: up to 4000 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where it is: an `https` URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The SHA-256 of what is there, in hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// A piece of evidence as callers write it.
#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenEvidence {
    Text(String),
    Piece {
        #[serde(default)]
        name: Option<String>,
        #[serde(default)]
        description: Option<String>,
        #[serde(default)]
        url: Option<String>,
        #[serde(default)]
        sha256: Option<String>,
    },
}

impl From<WrittenEvidence> for Evidence {
    fn from(written: WrittenEvidence) -> Self {
        match written {
            WrittenEvidence::Text(text) => Self { description: Some(text), ..Self::default() },
            WrittenEvidence::Piece { name, description, url, sha256 } => Self { name, description, url, sha256 },
        }
    }
}

/// The card dispute that opened a dispute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = DisputeCardCase)]
pub struct CardCase {
    /// The gateway.
    pub provider: String,
    /// Its id there.
    pub id: String,
    /// What became of it.
    #[schema(inline)]
    pub status: CardStatus,
    /// Why, in the gateway's words.
    pub reason: Option<String>,
}

/// What people are told of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Notice {
    /// It is opened.
    Opened,
    /// It is decided, and what was decided is done.
    Decided,
}

/// What is still to be done about a change that is made: an entry of the audit log, and what people are told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Task {
    pub(crate) entry: AuditEntry,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) notice: Option<Notice>,
}

/// A dispute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispute {
    /// `dsp_…`.
    pub id: String,
    /// The tenant's id.
    pub tenant: String,
    /// Its number, from 1 within the tenant.
    pub number: i64,
    /// The entity that is concerned.
    pub entity_id: Option<String>,
    /// What kind of thing is disputed.
    pub subject_kind: SubjectKind,
    /// Its id.
    pub subject_id: String,
    /// The payment that is disputed, once it is known.
    pub payment: Option<String>,
    /// How much is disputed, in the currency's smallest unit.
    pub amount: i64,
    /// The currency.
    pub currency: Currency,
    /// Why.
    pub reason: DisputeReason,
    /// Why, in words.
    pub description: Option<String>,
    /// Where it stands.
    pub status: DisputeStatus,
    /// Until when it is to be decided.
    pub due_at: Option<Timestamp>,
    /// The evidence.
    pub evidence: Vec<Evidence>,
    /// The last resolution.
    pub resolution: Option<Resolution>,
    /// How many resolutions there were.
    pub attempts: i64,
    /// The card dispute that opened it.
    pub card: Option<CardCase>,
    /// Who opened it.
    pub opened_by: String,
    /// The root of who opened it. None: the platform, or a gateway.
    pub opened_root: Option<String>,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it ended.
    pub closed_at: Option<Timestamp>,
    pub(crate) tasks: Vec<Task>,
    pub(crate) revision: i64,
}

text_column!(SubjectKind, DisputeReason, DisputeStatus);
json_column!(CardCase, Resolution);
record! {
    Dispute in "disputes" {
        id, tenant: "tenant_id", number, entity_id, subject_kind, subject_id, payment, amount, currency, reason, description,
        status, due_at, evidence, resolution, attempts, card, opened_by, opened_root, created_at, updated_at, closed_at,
        tasks, revision,
    }
}

impl Dispute {
    /// Its number as people write it: `DSP-00042`.
    pub fn written_number(&self) -> String {
        format!("DSP-{:05}", self.number)
    }

    /// Whether it is to be decided since before `now`. It is only flagged: nothing is decided by itself.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        !self.status.is_closed() && self.due_at.is_some_and(|due| due < now)
    }

    /// An amount in its currency.
    pub fn money(&self, minor: i64) -> Money {
        Money { minor, currency: self.currency }
    }

    /// Whether `root` or the caller `id` opened it.
    pub fn is_opened_by(&self, id: &str, root: Option<&str>) -> bool {
        self.opened_by == id || root.is_some() && self.opened_root.as_deref() == root
    }

    /// Sets it to `status`, which people may set.
    pub(crate) fn set_status(&mut self, status: DisputeStatus, now: Timestamp) -> Result<(), DisputesError> {
        if !self.status.is_open() {
            return Err(DisputesError::Closed(self.status));
        }
        self.status = status;
        self.closed_at = status.is_closed().then_some(now);
        Ok(())
    }

    /// Ends it, or opens it again.
    pub(crate) fn become_status(&mut self, status: DisputeStatus, now: Timestamp) {
        self.status = status;
        self.closed_at = status.is_closed().then_some(now);
    }
}
