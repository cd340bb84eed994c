//! A purchase that people are asked about. Knows no store and no clock: what somebody does gives the request as it is
//! then, or the reason why not.

use edge_capabilities::Timestamp;
use edge_money::{Currency, Money};
use edge_rulebook::Decision;
use edge_rulebook::contract::ApprovalOutcome;
use edge_tenants::Party;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::level::Level;

/// What is to be bought: exactly this is approved, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purchase {
    /// What kind: `checkout`.
    pub kind: String,
    /// What it costs, in the currency's smallest unit.
    pub minor: i64,
    /// ISO 4217.
    pub currency: String,
    /// What is bought.
    #[serde(default)]
    pub plan: Option<String>,
}

impl Purchase {
    /// What it costs.
    pub fn amount(&self) -> Option<Money> {
        Some(Money { minor: self.minor, currency: Currency::parse(&self.currency).ok()? })
    }
}

/// What the rule decided, and which version did: whatever becomes of the rule later, the request goes by this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ApprovalDecision)]
pub struct Ruled {
    /// The decision's id.
    pub decision_id: String,
    /// The version that made it.
    pub version: i64,
    /// Its SHA-256.
    pub sha256: String,
    /// Why, for people.
    pub reason: String,
}

impl From<&Decision<ApprovalOutcome>> for Ruled {
    fn from(decision: &Decision<ApprovalOutcome>) -> Self {
        Self {
            decision_id: decision.id.clone(),
            version: decision.version,
            sha256: decision.sha256.to_string(),
            reason: decision.outcome.reason.clone(),
        }
    }
}

/// How a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ApprovalStatus)]
pub enum Status {
    /// People are asked.
    Pending,
    /// All levels approved it: it may be used.
    Approved,
    /// Somebody rejected it, or the rule did.
    Rejected,
    /// It was used, and cannot be again.
    Used,
    /// Nobody came to an end with it in time, or nobody used it in time.
    Expired,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Pending, Self::Approved, Self::Rejected, Self::Used, Self::Expired];

    /// As it is written: `pending`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Used => "used",
            Self::Expired => "expired",
        }
    }

    /// Reads one as it is written.
    pub fn parse(written: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == written)
    }
}

/// What somebody says to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ApprovalVerdict)]
pub enum Verdict {
    /// Yes.
    Approve,
    /// No: one is enough.
    Reject,
}

/// What somebody said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// Who.
    pub person: String,
    /// Whom the chain of issuing of their key began with; None: it was not kept, or they are the platform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
    /// In whose place; None: their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<String>,
    /// The same of that one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of_root: Option<String>,
    /// What.
    pub verdict: Verdict,
    /// On which level, from 0.
    pub level: usize,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// A role that somebody has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Which.
    pub role: String,
    /// The root of who gave it to them; None: their token says so, or it was the platform or the edge.
    pub given_by: Option<String>,
}

/// Somebody for whom another stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delegator {
    /// Who.
    pub person: String,
    /// Whom the chain of issuing of their key began with; None: they are the platform.
    pub root: Option<String>,
    /// What they are.
    pub roles: Vec<Held>,
}

/// Whoever asks, as far as it matters who answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requester {
    /// Whom the chain of issuing of their key began with; None: they are the platform.
    pub root: Option<String>,
    /// They, and whom they put in charge.
    pub party: Party,
}

/// Somebody who says something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voter {
    /// Who: of all names that one person has, always the same.
    pub person: String,
    /// Whom the chain of issuing of their key began with; None: they are the platform.
    pub root: Option<String>,
    /// All names by which they may be asked.
    pub names: Vec<String>,
    /// What they are.
    pub roles: Vec<Held>,
    /// For whom they stand now.
    pub stands_for: Vec<Delegator>,
}

/// A purchase that people are asked about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// `apr_…`.
    pub id: String,
    /// Whose purchase it is.
    pub tenant: String,
    /// What whoever asks calls it: it is asked about once.
    pub reference: String,
    /// What is to be bought.
    pub purchase: Purchase,
    /// The department that pays.
    #[serde(default)]
    pub department: Option<String>,
    /// The contract it falls under.
    #[serde(default)]
    pub contract: Option<String>,
    /// For people.
    #[serde(default)]
    pub description: Option<String>,
    /// Who asks.
    pub requester: String,
    /// What decided who is asked.
    pub ruled: Ruled,
    /// Who is asked, in this order.
    pub levels: Vec<Level>,
    /// When.
    pub created_at: Timestamp,
    /// When it is over: for a pending one, being asked; for an approved one, being used.
    pub expires_at: Timestamp,
    /// How long each of both may take, milliseconds.
    pub lifetime_ms: i64,
    /// As it was when somebody did something last: see [`Request::status`].
    pub(crate) state: Status,
    /// What it was used for.
    #[serde(default)]
    pub used_for: Option<String>,
    /// What people said, oldest first.
    pub actions: Vec<Action>,
    /// What was amiss when it was made, for people.
    #[serde(default)]
    pub warnings: Vec<String>,
    /// Counts changes in the database.
    #[serde(skip)]
    pub(crate) revision: i64,
}

/// Why somebody's word does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is over.
    #[error("the request is {}", .0.as_str())]
    Closed(Status),
    /// It is their own.
    #[error("nobody approves their own request")]
    Own,
    /// They were counted before, by themselves or by who stands for them.
    #[error("this person was counted already")]
    Counted,
    /// The level that is asked now does not ask them.
    #[error("the request does not ask this person now")]
    NotAsked,
}

/// Why it cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// It is not approved, or not any more.
    #[error("the request is {}", .0.as_str())]
    Status(Status),
    /// Something else was approved.
    #[error("something else was approved")]
    Other,
}

impl Request {
    /// How it stands at `now`.
    pub fn status(&self, now: Timestamp) -> Status {
        match self.state {
            Status::Pending | Status::Approved if now >= self.expires_at => Status::Expired,
            state => state,
        }
    }

    /// How many levels have all the approvals they take, from the first on.
    pub fn levels_done(&self) -> usize {
        let has_quorum = |(index, level): (usize, &Level)| self.approvals(index) >= level.quorum;
        self.levels.iter().enumerate().take_while(|level| has_quorum(*level)).count()
    }

    /// How many have approved on the level `index`.
    pub fn approvals(&self, index: usize) -> u32 {
        let counted = |action: &&Action| action.level == index && action.verdict == Verdict::Approve;
        u32::try_from(self.actions.iter().filter(counted).count()).unwrap_or(u32::MAX)
    }

    /// When the level `index` was reached.
    pub fn reached(&self, index: usize) -> Timestamp {
        let before = self.actions.iter().rev().find(|action| action.level < index);
        before.map_or(self.created_at, |action| action.at)
    }

    /// Whether `person`, or another with their root, has said something, or somebody in their place.
    fn has_counted(&self, person: &str, root: Option<&str>) -> bool {
        let is_theirs = |of: Option<&str>| root.is_some() && of == root;
        self.actions.iter().any(|action| {
            action.person == person
                || action.on_behalf_of.as_deref() == Some(person)
                || is_theirs(action.root.as_deref())
                || is_theirs(action.on_behalf_of_root.as_deref())
        })
    }

    /// Whether any of its levels asks `voter`, now or later.
    pub fn ever_asks(&self, voter: &Voter) -> bool {
        let nobody = Party::default();
        let asks = |level: &Level| {
            level.asks(&voter.names, &voter.roles, &nobody, true)
                || voter
                    .stands_for
                    .iter()
                    .any(|other| level.asks(std::slice::from_ref(&other.person), &other.roles, &nobody, true))
        };
        self.levels.iter().any(asks)
    }

    /// The request after `voter` said `verdict`.
    ///
    /// INVARIANT: of all who are named in its actions, as who spoke or as whom they spoke for, nobody is named twice, and
    /// nobody is the requester, nor has the same root, nor a role that the requester's party gave.
    pub fn act(
        &self,
        voter: &Voter,
        requester: &Requester,
        verdict: Verdict,
        comment: Option<String>,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        match self.status(now) {
            Status::Pending => {}
            status => return Err(Refusal::Closed(status)),
        }
        let is_theirs = |root: &Option<String>| root.is_some() && *root == requester.root;
        if voter.person == self.requester || voter.names.contains(&self.requester) || is_theirs(&voter.root) {
            return Err(Refusal::Own);
        }
        if self.has_counted(&voter.person, voter.root.as_deref()) {
            return Err(Refusal::Counted);
        }
        // Whoever stands for the requester does their will, on whatever ground.
        if voter.stands_for.iter().any(|other| other.person == self.requester || is_theirs(&other.root)) {
            return Err(Refusal::NotAsked);
        }
        let index = self.levels_done();
        let level = self.levels.get(index).ok_or(Refusal::NotAsked)?;
        let is_escalated = level.escalates_at(self.reached(index)).is_some_and(|at| now >= at);
        let party = &requester.party;
        let other = if level.asks(&voter.names, &voter.roles, party, is_escalated) {
            None
        } else {
            let may_be = |other: &&Delegator| {
                other.person != voter.person
                    && (other.root.is_none() || other.root != voter.root)
                    && !self.has_counted(&other.person, other.root.as_deref())
                    && level.asks(std::slice::from_ref(&other.person), &other.roles, party, is_escalated)
            };
            Some(voter.stands_for.iter().find(may_be).ok_or(Refusal::NotAsked)?)
        };
        let mut after = self.clone();
        after.actions.push(Action {
            person: voter.person.clone(),
            root: voter.root.clone(),
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

    /// The request after it was used for `what`, which costs and buys `purchase`. Again for the same, it is as it was.
    pub fn use_for(&self, what: &str, purchase: &Purchase, now: Timestamp) -> Result<Self, Unusable> {
        if self.purchase != *purchase {
            return Err(Unusable::Other);
        }
        match self.status(now) {
            Status::Used if self.used_for.as_deref() == Some(what) => Ok(self.clone()),
            Status::Approved => Ok(Self { state: Status::Used, used_for: Some(what.to_owned()), ..self.clone() }),
            status => Err(Unusable::Status(status)),
        }
    }

    /// The request where what it was used for, `what`, came to nothing.
    pub fn give_back(&self, what: &str) -> Self {
        if self.state == Status::Used && self.used_for.as_deref() == Some(what) {
            Self { state: Status::Approved, used_for: None, ..self.clone() }
        } else {
            self.clone()
        }
    }
}
