//! An approval request. It knows no store and no clock: an action gives the request after it, or the reason why it does not
//! count.

use edge_capabilities::Timestamp;
use edge_money::{Currency, Money};
use edge_rulebook::Decision;
use edge_rulebook::contract::ApprovalOutcome;
use edge_tenants::Party;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::level::Level;
use crate::error::{ActionError, UseError};

/// What is bought. An approval holds for exactly this purchase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purchase {
    /// The kind of purchase: `checkout`.
    pub kind: String,
    /// The price, in the currency's smallest unit.
    pub minor: i64,
    /// The ISO 4217 code of the currency.
    pub currency: String,
    /// The plan that is bought.
    #[serde(default)]
    pub plan: Option<String>,
}

impl Purchase {
    /// The price; None: the currency is unknown.
    pub fn amount(&self) -> Option<Money> {
        Some(Money { minor: self.minor, currency: Currency::parse(&self.currency).ok()? })
    }
}

/// The decision of the rule `approval` that a request follows, even if the rule is changed later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ApprovalDecision)]
pub struct DecisionRef {
    /// The decision's id.
    pub decision_id: String,
    /// The version of the rule that made the decision.
    pub version: i64,
    /// The SHA-256 of that version.
    pub sha256: String,
    /// The reason that the rule gave.
    pub reason: String,
}

impl From<&Decision<ApprovalOutcome>> for DecisionRef {
    fn from(decision: &Decision<ApprovalOutcome>) -> Self {
        Self {
            decision_id: decision.id.clone(),
            version: decision.version,
            sha256: decision.sha256.to_string(),
            reason: decision.outcome.reason.clone(),
        }
    }
}

/// The status of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ApprovalStatus)]
pub enum Status {
    /// People have to approve it.
    Pending,
    /// All levels approved it, and it may be used.
    Approved,
    /// A person or the rule rejected it.
    Rejected,
    /// It was used, and cannot be used again.
    Used,
    /// It was not approved in time, or not used in time.
    Expired,
}

impl Status {
    /// All statuses.
    pub const ALL: [Self; 5] = [Self::Pending, Self::Approved, Self::Rejected, Self::Used, Self::Expired];

    /// The status as text: `pending`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Used => "used",
            Self::Expired => "expired",
        }
    }

    /// The status with this text.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

/// An approval or a rejection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ApprovalVerdict)]
pub enum Verdict {
    /// The person approves.
    Approve,
    /// The person rejects. One rejection is enough.
    Reject,
}

/// An approval or rejection that counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// The person who acted.
    pub person: String,
    /// The root of the person's key, where its chain of issuing began; None: it was not stored, or the platform acted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
    /// The person on whose behalf they acted; None: on their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<String>,
    /// The root of that person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of_root: Option<String>,
    /// Whether they approved.
    pub verdict: Verdict,
    /// The index of the level, from 0.
    pub level: usize,
    /// The person's comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// When they acted.
    pub at: Timestamp,
}

/// A role that a person has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldRole {
    /// The role.
    pub role: String,
    /// The root of the caller who gave it to them; None: it is from their token, or from the platform or the edge.
    pub given_by: Option<String>,
}

/// A person who delegated to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delegator {
    /// The person.
    pub person: String,
    /// The root of the person's key; None: they are the platform.
    pub root: Option<String>,
    /// Their roles.
    pub roles: Vec<HeldRole>,
}

/// The requester, as far as it determines who may approve.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requester {
    /// The root of their key; None: they are the platform.
    pub root: Option<String>,
    /// The requester and the people whom they appointed.
    pub party: Party,
}

/// A caller who approves or rejects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approver {
    /// The person: the same for all names that one person has.
    pub person: String,
    /// The root of their key; None: they are the platform.
    pub root: Option<String>,
    /// All names by which a level can ask them.
    pub names: Vec<String>,
    /// Their roles.
    pub roles: Vec<HeldRole>,
    /// The people on whose behalf they may act now.
    pub delegators: Vec<Delegator>,
}

/// A request to approve a purchase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// `apr_…`.
    pub id: String,
    /// The tenant's id.
    pub tenant: String,
    /// The submitter's reference: one reference gives one request.
    pub reference: String,
    /// The purchase to approve.
    pub purchase: Purchase,
    /// The department that pays.
    #[serde(default)]
    pub department: Option<String>,
    /// The contract that covers the purchase.
    #[serde(default)]
    pub contract: Option<String>,
    /// A description for the approvers.
    #[serde(default)]
    pub description: Option<String>,
    /// The person who requests the approval.
    pub requester: String,
    /// The rule's decision that the request follows.
    #[serde(rename = "ruled")]
    pub decision: DecisionRef,
    /// The levels, in the order in which they are asked.
    pub levels: Vec<Level>,
    /// When the request was created.
    pub created_at: Timestamp,
    /// Until when a pending request can be approved, and an approved one used.
    pub expires_at: Timestamp,
    /// How long a request may be pending, and again how long it may stay approved, in milliseconds.
    pub lifetime_ms: i64,
    /// The status after the last action. It does not expire by itself: see [`Request::status`].
    pub(crate) state: Status,
    /// The reference of the purchase that it was used for.
    #[serde(default)]
    pub used_for: Option<String>,
    /// The approvals and rejections, oldest first.
    pub actions: Vec<Action>,
    /// Problems that were found when the request was created.
    #[serde(default)]
    pub warnings: Vec<String>,
    /// The number of changes in the database.
    #[serde(skip)]
    pub(crate) revision: i64,
}

impl Request {
    /// The status at `now`.
    pub fn status(&self, now: Timestamp) -> Status {
        match self.state {
            Status::Pending | Status::Approved if now >= self.expires_at => Status::Expired,
            state => state,
        }
    }

    /// The number of levels that have their quorum, from the first on.
    pub fn levels_done(&self) -> usize {
        let has_quorum = |(index, level): (usize, &Level)| self.approvals(index) >= level.quorum;
        self.levels.iter().enumerate().take_while(|level| has_quorum(*level)).count()
    }

    /// The number of approvals on the level `index`.
    pub fn approvals(&self, index: usize) -> u32 {
        let counted = |action: &&Action| action.level == index && action.verdict == Verdict::Approve;
        u32::try_from(self.actions.iter().filter(counted).count()).unwrap_or(u32::MAX)
    }

    /// When the level `index` was reached, which is when the level before it was done.
    pub fn reached(&self, index: usize) -> Timestamp {
        let before = self.actions.iter().rev().find(|action| action.level < index);
        before.map_or(self.created_at, |action| action.at)
    }

    /// Whether `person`, or another person with the same root, has acted, or a delegate on their behalf.
    fn has_counted(&self, person: &str, root: Option<&str>) -> bool {
        let is_theirs = |of: Option<&str>| root.is_some() && of == root;
        self.actions.iter().any(|action| {
            action.person == person
                || action.on_behalf_of.as_deref() == Some(person)
                || is_theirs(action.root.as_deref())
                || is_theirs(action.on_behalf_of_root.as_deref())
        })
    }

    /// Whether a level asks `approver`, now or later.
    pub fn ever_asks(&self, approver: &Approver) -> bool {
        let nobody = Party::default();
        let asks = |level: &Level| {
            level.asks(&approver.names, &approver.roles, &nobody, true)
                || approver
                    .delegators
                    .iter()
                    .any(|other| level.asks(std::slice::from_ref(&other.person), &other.roles, &nobody, true))
        };
        self.levels.iter().any(asks)
    }

    /// The request after `approver` approved or rejected it.
    ///
    /// INVARIANT: among the people in its actions, both those who acted and those on whose behalf they acted, nobody is there
    /// twice, and nobody is the requester, has the requester's root, or acted by a role that the requester's party gave.
    pub fn record(
        &self,
        approver: &Approver,
        requester: &Requester,
        verdict: Verdict,
        comment: Option<String>,
        now: Timestamp,
    ) -> Result<Self, ActionError> {
        match self.status(now) {
            Status::Pending => {}
            status => return Err(ActionError::RequestClosed(status)),
        }
        let is_theirs = |root: &Option<String>| root.is_some() && *root == requester.root;
        if approver.person == self.requester || approver.names.contains(&self.requester) || is_theirs(&approver.root) {
            return Err(ActionError::OwnRequest);
        }
        if self.has_counted(&approver.person, approver.root.as_deref()) {
            return Err(ActionError::AlreadyCounted);
        }
        // A delegate of the requester may not approve, whatever the reason why a level asks them.
        if approver.delegators.iter().any(|other| other.person == self.requester || is_theirs(&other.root)) {
            return Err(ActionError::NotAnApprover);
        }
        let index = self.levels_done();
        let level = self.levels.get(index).ok_or(ActionError::NotAnApprover)?;
        let is_escalated = level.escalates_at(self.reached(index)).is_some_and(|at| now >= at);
        let party = &requester.party;
        let other = if level.asks(&approver.names, &approver.roles, party, is_escalated) {
            None
        } else {
            let may_be = |other: &&Delegator| {
                other.person != approver.person
                    && (other.root.is_none() || other.root != approver.root)
                    && !self.has_counted(&other.person, other.root.as_deref())
                    && level.asks(std::slice::from_ref(&other.person), &other.roles, party, is_escalated)
            };
            Some(approver.delegators.iter().find(may_be).ok_or(ActionError::NotAnApprover)?)
        };
        let mut after = self.clone();
        after.actions.push(Action {
            person: approver.person.clone(),
            root: approver.root.clone(),
            on_behalf_of: other.map(|other| other.person.clone()),
            on_behalf_of_root: other.and_then(|other| other.root.clone()),
            verdict,
            level: index,
            comment,
            at: now,
        });
        if verdict == Verdict::Reject {
            after.state = Status::Rejected;
        } else if after.levels_done() == after.levels.len() {
            after.state = Status::Approved;
            after.expires_at = Timestamp::from_millis(now.as_millis().saturating_add(self.lifetime_ms));
        }
        Ok(after)
    }

    /// The request after it was used for `purchase` with the reference `used_for`. Repeating this changes nothing.
    pub fn use_for(&self, used_for: &str, purchase: &Purchase, now: Timestamp) -> Result<Self, UseError> {
        if self.purchase != *purchase {
            return Err(UseError::DifferentPurchase);
        }
        match self.status(now) {
            Status::Used if self.used_for.as_deref() == Some(used_for) => Ok(self.clone()),
            Status::Approved => Ok(Self { state: Status::Used, used_for: Some(used_for.to_owned()), ..self.clone() }),
            status => Err(UseError::Status(status)),
        }
    }

    /// The request after the purchase with the reference `used_for` came to nothing: it may be used again. Unchanged where it
    /// was not used for that.
    pub fn release(&self, used_for: &str) -> Self {
        if self.state == Status::Used && self.used_for.as_deref() == Some(used_for) {
            Self { state: Status::Approved, used_for: None, ..self.clone() }
        } else {
            self.clone()
        }
    }
}
