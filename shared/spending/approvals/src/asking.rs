//! Asking people, counting what they say, and using what they approved.

use edge_capabilities::database::DatabaseError;
use edge_capabilities::{Capabilities, Timestamp, random};
use edge_database::Db;
use edge_http::{Code, Problem};
use edge_rulebook::contract::{self, ApprovalDecision, ApprovalInput, ApprovalLevel};
use edge_rulebook::{Context, RuleFailed, Rulebook};

use crate::level::Level;
use crate::loosening::held_for;
use crate::people::People;
use crate::request::{Purchase, Refusal, Request, Requester, Ruled, Status, Unusable, Verdict, Voter};
use crate::requests::Requests;
use crate::rules::ApprovalRules;
use crate::shortage;
use crate::terms::Terms;

/// How often a word is counted again when somebody else was faster.
const ROUNDS: u32 = 100;

/// What is asked about.
#[derive(Clone, Debug)]
pub struct Submission {
    /// Whose purchase it is.
    pub tenant: String,
    /// What whoever asks calls it: it is asked about once.
    pub reference: String,
    /// What is to be bought.
    pub purchase: Purchase,
    /// The department that pays.
    pub department: Option<String>,
    /// The contract it falls under.
    pub contract: Option<String>,
    /// For people.
    pub description: Option<String>,
    /// Who asks: a caller's id.
    pub requester: String,
    /// What they are.
    pub role: String,
    /// The request this is part of.
    pub request_id: String,
}

impl Submission {
    /// The input of the rule `approval`.
    pub fn rule_input(&self) -> Result<ApprovalInput, RuleFailed> {
        let no_currency = || RuleFailed::Input { field: "amount".into(), message: "has no currency".into() };
        Ok(ApprovalInput {
            kind: self.purchase.kind.clone(),
            amount: self.purchase.amount().ok_or_else(no_currency)?.into(),
            currency: self.purchase.currency.clone(),
            tenant_id: self.tenant.clone(),
            department_id: self.department.clone(),
            requester: contract::Requester { id: self.requester.clone(), role: self.role.clone() },
            contract_id: self.contract.clone(),
        })
    }
}

/// What is said of a purchase: by the rule, and by what the tenant asks for beyond.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opinion {
    /// Nobody has to be asked.
    Fine,
    /// These people have to be asked.
    Ask(Terms),
    /// It may not be.
    Never,
}

/// What the rule decided, and what follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The rule's decision.
    pub ruled: Ruled,
    /// What follows.
    pub opinion: Opinion,
}

/// Why nothing was asked, counted or used.
#[derive(Debug, thiserror::Error)]
pub enum ApprovalError {
    /// There is no such request.
    #[error("there is no such request")]
    Unknown,
    /// The word does not count.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It cannot be used.
    #[error(transparent)]
    Unusable(#[from] Unusable),
    /// Something else was asked about under this reference.
    #[error("something else was asked about under this reference")]
    Taken,
    /// Too many say something at once.
    #[error("too many say something at once")]
    Busy,
    /// The rule gave no decision.
    #[error(transparent)]
    Rule(#[from] RuleFailed),
    /// The database says no.
    #[error(transparent)]
    Db(#[from] DatabaseError),
}

/// Asks people.
#[derive(Clone)]
pub struct ApprovalService {
    capabilities: Capabilities,
    people: People,
    requests: Requests,
    rulebook: Rulebook,
    rules: ApprovalRules,
}

impl ApprovalService {
    /// Keeps requests in `db`.
    pub fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self {
            people: People::new(db),
            requests: Requests::new(db.clone()),
            rulebook: Rulebook::new(capabilities, db),
            rules: ApprovalRules::new(db.clone()),
            capabilities: capabilities.clone(),
        }
    }

    /// Who people are.
    pub fn people(&self) -> &People {
        &self.people
    }

    /// The requests.
    pub fn requests(&self) -> &Requests {
        &self.requests
    }

    /// The tenants' own rules.
    pub fn rules(&self) -> &ApprovalRules {
        &self.rules
    }

    fn now(&self) -> Timestamp {
        self.capabilities.clock.now()
    }

    /// What the rule in force says of it, and what the tenant asks for beyond.
    pub async fn decide(&self, asked: &Submission) -> Result<Decided, ApprovalError> {
        let context = Context {
            tenant: Some(asked.tenant.clone()),
            actor: asked.requester.clone(),
            request_id: asked.request_id.clone(),
        };
        let decision = self.rulebook.decide(&asked.rule_input()?, &context).await?;
        let ruled = Ruled::from(&decision);
        match decision.outcome.outcome {
            ApprovalDecision::Approve | ApprovalDecision::Require => {}
            ApprovalDecision::Reject => return Ok(Decided { ruled, opinion: Opinion::Never }),
        }
        let terms = self.terms(asked, decision.outcome.levels).await?;
        let opinion = if terms.levels.is_empty() { Opinion::Fine } else { Opinion::Ask(terms) };
        Ok(Decided { ruled, opinion })
    }

    /// Who is asked where the rule asks `levels`, with what the tenant asks for beyond.
    pub async fn terms(&self, asked: &Submission, levels: Vec<ApprovalLevel>) -> Result<Terms, DatabaseError> {
        let all = self.rules.all(&asked.tenant).await?;
        let mut rules = Vec::new();
        if !all.is_empty() {
            let party = self.requester(&asked.tenant, &asked.requester).await?.party;
            let actors = all.iter().flat_map(|rule| &rule.history).map(|change| change.actor.as_str());
            let roots = self.people.parties().roots(actors).await?;
            for rule in &all {
                rules.extend(held_for(rule, &party, &roots)?);
            }
        }
        rules.retain(|rule| rule.is_about(&asked.purchase, asked.department.as_deref()));
        Ok(Terms::of(levels.into_iter().map(Level::from).collect(), &rules))
    }

    /// Asks about a purchase, once for each reference.
    pub async fn ask(&self, asked: &Submission) -> Result<Request, ApprovalError> {
        if let Some(known) = self.requests.of_reference(&asked.tenant, &asked.reference).await? {
            return self.known(asked, known).await;
        }
        let decided = self.decide(asked).await?;
        self.ask_as(asked, decided).await
    }

    /// Like [`Self::ask`], as it was decided already.
    pub async fn ask_as(&self, asked: &Submission, decided: Decided) -> Result<Request, ApprovalError> {
        let now = self.now();
        let (state, terms) = match decided.opinion {
            Opinion::Fine => (Status::Approved, Terms::of(Vec::new(), &[])),
            Opinion::Ask(terms) => (Status::Pending, terms),
            Opinion::Never => (Status::Rejected, Terms::of(Vec::new(), &[])),
        };
        let requester = self.people.person(&asked.requester).await?;
        let warnings = self.warnings(asked, &requester, &terms.levels).await?;
        let request = Request {
            id: format!("apr_{}", random::hex::<12>(&*self.capabilities.random)),
            tenant: asked.tenant.clone(),
            reference: asked.reference.clone(),
            purchase: asked.purchase.clone(),
            department: asked.department.clone(),
            contract: asked.contract.clone(),
            description: asked.description.clone(),
            requester,
            ruled: decided.ruled,
            levels: terms.levels,
            created_at: now,
            expires_at: Timestamp::from_millis(now.as_millis().saturating_add(terms.lifetime_ms)),
            lifetime_ms: terms.lifetime_ms,
            state,
            used_for: None,
            actions: Vec::new(),
            warnings,
            revision: 1,
        };
        if self.requests.insert(&request).await? {
            return Ok(request);
        }
        let known = self.requests.of_reference(&asked.tenant, &asked.reference).await?.ok_or(ApprovalError::Busy)?;
        self.known(asked, known).await
    }

    /// What is amiss with `levels`: whether there are people enough who can approve, as far as that is known here.
    async fn warnings(&self, asked: &Submission, person: &str, levels: &[Level]) -> Result<Vec<String>, DatabaseError> {
        if levels.is_empty() {
            return Ok(Vec::new());
        }
        let requester = self.requester(&asked.tenant, &asked.requester).await?;
        let holders = self.people.holders(&asked.tenant, &shortage::roles(levels)).await?;
        let named = shortage::named(levels);
        let people = holders.iter().map(|holder| holder.person.as_str()).chain(named.iter().map(String::as_str));
        let roots = self.people.parties().roots(people).await?;
        Ok(shortage::warnings(levels, &holders, &roots, &requester, person))
    }

    async fn known(&self, asked: &Submission, known: Request) -> Result<Request, ApprovalError> {
        let requester = self.people.person(&asked.requester).await?;
        if known.purchase == asked.purchase && known.requester == requester {
            Ok(known)
        } else {
            Err(ApprovalError::Taken)
        }
    }

    /// Counts what `voter` says to the request `id`.
    pub async fn process(
        &self,
        tenant: &str,
        id: &str,
        voter: &Voter,
        verdict: Verdict,
        comment: Option<&str>,
    ) -> Result<Request, ApprovalError> {
        let request = self.requests.find(tenant, id).await?.ok_or(ApprovalError::Unknown)?;
        let requester = self.requester(tenant, &request.requester).await?;
        let comment = || comment.map(ToOwned::to_owned);
        self.change(tenant, id, |request, now| Ok(request.act(voter, &requester, verdict, comment(), now)?)).await
    }

    /// Who asks, where `requester` is their id.
    async fn requester(&self, tenant: &str, requester: &str) -> Result<Requester, DatabaseError> {
        let parties = self.people.parties();
        let root = parties.roots([requester]).await?.remove(requester);
        Ok(Requester { party: parties.of(tenant, root.as_deref()).await?, root })
    }

    /// Uses the request `id` for `what`, which costs and buys `purchase`: once, and for nothing but what was approved.
    pub async fn use_for(
        &self,
        tenant: &str,
        id: &str,
        what: &str,
        purchase: &Purchase,
    ) -> Result<Request, ApprovalError> {
        self.change(tenant, id, |request, now| Ok(request.use_for(what, purchase, now)?)).await
    }

    /// Gives the request `id` back where it was used for `what`, which came to nothing: it may be used again, as long as
    /// it could have been. Where it was used for something else, or not at all, it stays as it is.
    pub async fn give_back(&self, tenant: &str, id: &str, what: &str) -> Result<Request, ApprovalError> {
        self.change(tenant, id, |request, _| Ok(request.give_back(what))).await
    }

    async fn change(
        &self,
        tenant: &str,
        id: &str,
        change: impl Fn(&Request, Timestamp) -> Result<Request, ApprovalError>,
    ) -> Result<Request, ApprovalError> {
        for _ in 0..ROUNDS {
            let before = self.requests.find(tenant, id).await?.ok_or(ApprovalError::Unknown)?;
            let after = change(&before, self.now())?;
            if after == before || self.requests.replace(&after).await? {
                return Ok(after);
            }
        }
        Err(ApprovalError::Busy)
    }
}

impl From<ApprovalError> for Problem {
    fn from(failed: ApprovalError) -> Self {
        match failed {
            ApprovalError::Unknown => Self::new(Code::ApprovalRequestNotFound, "There is no such approval request."),
            ApprovalError::Refused(refusal) => refusal.into(),
            ApprovalError::Unusable(unusable) => {
                Self::new(Code::RequestClosed, "The request cannot be used for this.").because(unusable)
            }
            ApprovalError::Taken => {
                Self::new(Code::AlreadyExists, "Something else was asked about under this reference.")
            }
            ApprovalError::Busy => {
                Self::new(Code::StoreUnavailable, "Too many say something to this request at once.").retry_after(1)
            }
            ApprovalError::Rule(failed) => failed.into(),
            ApprovalError::Db(error) => error.into(),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Closed(status) => Self::new(
                Code::RequestClosed,
                format!("The request is {}: nothing can be said to it.", status.as_str()),
            ),
            Refusal::Own => Self::new(Code::OwnRequest, "Nobody approves or rejects a request of their own."),
            Refusal::Counted => Self::new(Code::AlreadyCounted, "This person was counted for this request already."),
            Refusal::NotAsked => Self::new(Code::NotAnApprover, "The request does not ask this person now."),
        }
    }
}
