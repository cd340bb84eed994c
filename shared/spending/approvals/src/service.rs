//! Submitting approval requests, recording approvals and rejections, and using approved requests.

use std::collections::HashMap;
use std::time::Duration;

use edge_capabilities::database::DatabaseError;
use edge_capabilities::{Capabilities, Timestamp, random};
use edge_database::{Db, retry_on_conflict};
use edge_rulebook::contract::{self, ApprovalDecision, ApprovalInput, ApprovalLevel};
use edge_rulebook::{Context, RuleError, Rulebook};

use crate::error::ApprovalError;
use crate::notice::Notices;
use crate::people::People;
use crate::request::{
    Approver, DecisionRef, Level, Purchase, Request, Requester, Requests, Status, Terms, Verdict, shortage,
};
use crate::rule::{ApprovalRules, effective_for};

/// How often a change of a request is tried again after somebody else was faster.
const MAX_ATTEMPTS: u32 = 100;

/// How long who changed a request has to tell people of it.
const GRACE: Duration = Duration::from_secs(10);

/// A request to submit.
#[derive(Clone, Debug)]
pub struct NewApprovalRequest {
    /// The tenant's id.
    pub tenant: String,
    /// The submitter's reference: one reference gives one request.
    pub reference: String,
    /// The purchase to approve.
    pub purchase: Purchase,
    /// The department that pays.
    pub department: Option<String>,
    /// The contract that covers the purchase.
    pub contract: Option<String>,
    /// A description for the approvers.
    pub description: Option<String>,
    /// The requester's caller id.
    pub requester: String,
    /// The requester's role.
    pub role: String,
    /// The id of the HTTP request that this is part of.
    pub request_id: String,
}

impl NewApprovalRequest {
    /// The input of the rule `approval`.
    pub fn rule_input(&self) -> Result<ApprovalInput, RuleError> {
        let no_currency = || RuleError::Input { field: "amount".into(), message: "has no currency".into() };
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

/// What a purchase requires, by the rule and by the tenant's own approval rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Requirement {
    /// No approval is required.
    None,
    /// Approval is required on these terms.
    Approval(Terms),
    /// The purchase is rejected.
    Rejected,
}

/// The rule's decision on a purchase, and what follows from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluation {
    /// The rule's decision.
    pub decision: DecisionRef,
    /// What follows.
    pub requirement: Requirement,
}

/// Whom a change of a request concerns.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Telling {
    People,
    Nobody,
}

/// When another instance tells people of a change that is made at `now`.
fn tell_due(now: Timestamp) -> Timestamp {
    now.plus(GRACE)
}

/// Submits requests, records approvals and uses approved requests.
#[derive(Clone)]
pub struct ApprovalService {
    capabilities: Capabilities,
    notices: Notices,
    people: People,
    requests: Requests,
    rulebook: Rulebook,
    rules: ApprovalRules,
}

impl ApprovalService {
    /// Keeps requests in `db`.
    pub fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self {
            notices: Notices::new(db),
            people: People::new(db),
            requests: Requests::new(db.clone()),
            rulebook: Rulebook::new(capabilities, db),
            rules: ApprovalRules::new(db.clone()),
            capabilities: capabilities.clone(),
        }
    }

    /// The people.
    pub fn people(&self) -> &People {
        &self.people
    }

    /// The requests.
    pub fn requests(&self) -> &Requests {
        &self.requests
    }

    /// The tenants' own approval rules.
    pub fn rules(&self) -> &ApprovalRules {
        &self.rules
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.capabilities.clock.now()
    }

    /// Has the active rule decide, and adds what the tenant's approval rules require.
    pub async fn evaluate(&self, new: &NewApprovalRequest) -> Result<Evaluation, ApprovalError> {
        let context = Context {
            tenant: Some(new.tenant.clone()),
            actor: new.requester.clone(),
            request_id: new.request_id.clone(),
        };
        let made = self.rulebook.decide(&new.rule_input()?, &context).await?;
        let decision = DecisionRef::from(&made);
        match made.outcome.outcome {
            ApprovalDecision::Approve | ApprovalDecision::Require => {}
            ApprovalDecision::Reject => return Ok(Evaluation { decision, requirement: Requirement::Rejected }),
        }
        let terms = self.terms(new, made.outcome.levels).await?;
        let requirement = if terms.levels.is_empty() { Requirement::None } else { Requirement::Approval(terms) };
        Ok(Evaluation { decision, requirement })
    }

    /// The terms of a request for which the rule decided on `levels`, with what the tenant's approval rules require.
    pub async fn terms(&self, new: &NewApprovalRequest, levels: Vec<ApprovalLevel>) -> Result<Terms, DatabaseError> {
        let all = self.rules.all(&new.tenant).await?;
        let mut rules = Vec::new();
        if !all.is_empty() {
            let party = self.requester(&new.tenant, &new.requester).await?.party;
            let actors = all.iter().flat_map(|rule| &rule.history).map(|change| change.actor.as_str());
            let roots = self.people.parties().roots(actors).await?;
            for rule in &all {
                rules.extend(effective_for(rule, &party, &roots)?);
            }
        }
        rules.retain(|rule| rule.applies_to(&new.purchase, new.department.as_deref()));
        Ok(Terms::of(levels.into_iter().map(Level::from).collect(), &rules))
    }

    /// Submits a request. Repeating this with the same reference gives the same request.
    pub async fn submit(&self, new: &NewApprovalRequest) -> Result<Request, ApprovalError> {
        if let Some(existing) = self.requests.by_reference(&new.tenant, &new.reference).await? {
            return self.existing(new, existing).await;
        }
        let evaluation = self.evaluate(new).await?;
        self.submit_evaluated(new, evaluation).await
    }

    /// Like [`Self::submit`], of a request that was evaluated already.
    pub async fn submit_evaluated(
        &self,
        new: &NewApprovalRequest,
        evaluation: Evaluation,
    ) -> Result<Request, ApprovalError> {
        let now = self.now();
        let (state, terms) = match evaluation.requirement {
            Requirement::None => (Status::Approved, Terms::of(Vec::new(), &[])),
            Requirement::Approval(terms) => (Status::Pending, terms),
            Requirement::Rejected => (Status::Rejected, Terms::of(Vec::new(), &[])),
        };
        let requester = self.people.person(&new.requester).await?;
        let warnings = self.warnings(new, &requester, &terms.levels).await?;
        let request = Request {
            id: format!("apr_{}", random::hex::<12>(&*self.capabilities.random)),
            tenant: new.tenant.clone(),
            reference: new.reference.clone(),
            purchase: new.purchase.clone(),
            department: new.department.clone(),
            contract: new.contract.clone(),
            description: new.description.clone(),
            requester,
            decision: evaluation.decision,
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
        if self.requests.insert(&request, tell_due(now)).await? {
            self.tell(&request).await?;
            return Ok(request);
        }
        let existing = self.requests.by_reference(&new.tenant, &new.reference).await?.ok_or(ApprovalError::Busy)?;
        self.existing(new, existing).await
    }

    /// Warnings about levels for which too few people are known who could approve.
    async fn warnings(
        &self,
        new: &NewApprovalRequest,
        person: &str,
        levels: &[Level],
    ) -> Result<Vec<String>, DatabaseError> {
        if levels.is_empty() {
            return Ok(Vec::new());
        }
        let requester = self.requester(&new.tenant, &new.requester).await?;
        let holders = self.people.holders(&new.tenant, &shortage::roles(levels)).await?;
        let named = shortage::named(levels);
        let people = holders.iter().map(|holder| holder.person.as_str()).chain(named.iter().map(String::as_str));
        let roots = self.people.parties().roots(people).await?;
        Ok(shortage::warnings(levels, &holders, &roots, &requester, person))
    }

    /// The answer to a submission whose reference has a request already.
    async fn existing(&self, new: &NewApprovalRequest, existing: Request) -> Result<Request, ApprovalError> {
        let requester = self.people.person(&new.requester).await?;
        if existing.purchase == new.purchase && existing.requester == requester {
            // Whoever made it may have died before people were told.
            self.tell(&existing).await?;
            Ok(existing)
        } else {
            Err(ApprovalError::ReferenceTaken)
        }
    }

    /// Records that `approver` approves or rejects the request `id`.
    pub async fn process(
        &self,
        tenant: &str,
        id: &str,
        approver: &Approver,
        verdict: Verdict,
        comment: Option<&str>,
    ) -> Result<Request, ApprovalError> {
        let request = self.requests.find(tenant, id).await?.ok_or(ApprovalError::RequestNotFound)?;
        let requester = self.requester(tenant, &request.requester).await?;
        let comment = || comment.map(ToOwned::to_owned);
        let record = |request: &Request, now| Ok(request.record(approver, &requester, verdict, comment(), now)?);
        let request = self.change(tenant, id, Telling::People, record).await?;
        self.tell(&request).await?;
        Ok(request)
    }

    /// Those of `requests` that `approver` can approve or reject now.
    pub(crate) async fn those_that_ask(
        &self,
        tenant: &str,
        requests: Vec<Request>,
        approver: &Approver,
        now: Timestamp,
    ) -> Result<Vec<Request>, DatabaseError> {
        let mut requesters: HashMap<String, Requester> = HashMap::new();
        let mut asking = Vec::new();
        for request in requests {
            // Most requests ask somebody else, whoever the requester is.
            if request.record(approver, &Requester::default(), Verdict::Approve, None, now).is_err() {
                continue;
            }
            if !requesters.contains_key(&request.requester) {
                let requester = self.requester(tenant, &request.requester).await?;
                requesters.insert(request.requester.clone(), requester);
            }
            let asks = |requester| request.record(approver, requester, Verdict::Approve, None, now).is_ok();
            if requesters.get(&request.requester).is_some_and(asks) {
                asking.push(request);
            }
        }
        Ok(asking)
    }

    /// The requester with the caller id `requester`.
    async fn requester(&self, tenant: &str, requester: &str) -> Result<Requester, DatabaseError> {
        let parties = self.people.parties();
        let root = parties.roots([requester]).await?.remove(requester);
        Ok(Requester { party: parties.of(tenant, root.as_deref()).await?, root })
    }

    /// Uses the request `id` for `purchase`, with the reference `used_for`: once, and only for the purchase that was approved.
    pub async fn use_for(
        &self,
        tenant: &str,
        id: &str,
        used_for: &str,
        purchase: &Purchase,
    ) -> Result<Request, ApprovalError> {
        self.change(tenant, id, Telling::Nobody, |request, now| Ok(request.use_for(used_for, purchase, now)?)).await
    }

    /// Releases the request `id` after the purchase with the reference `used_for` came to nothing: it may be used again until
    /// it expires. Unchanged where it was not used for that.
    pub async fn release(&self, tenant: &str, id: &str, used_for: &str) -> Result<Request, ApprovalError> {
        self.change(tenant, id, Telling::Nobody, |request, _| Ok(request.release(used_for))).await
    }

    /// Tells people of `request` as it is stored, and notes that. Each step may be repeated.
    pub(crate) async fn tell(&self, request: &Request) -> Result<(), DatabaseError> {
        self.notices.tell(request, &self.people, self.now()).await?;
        self.requests.note_told(request).await
    }

    async fn change(
        &self,
        tenant: &str,
        id: &str,
        telling: Telling,
        change: impl Fn(&Request, Timestamp) -> Result<Request, ApprovalError>,
    ) -> Result<Request, ApprovalError> {
        let attempt = || async {
            let before = self.requests.find(tenant, id).await?.ok_or(ApprovalError::RequestNotFound)?;
            let after = change(&before, self.now())?;
            if after == before {
                return Ok::<_, ApprovalError>(Some(after));
            }
            let due = (telling == Telling::People).then(|| tell_due(self.now()));
            let is_done = self.requests.replace(&after, due).await?;
            let stored = Request { revision: after.revision.saturating_add(1), ..after };
            Ok(is_done.then_some(stored))
        };
        retry_on_conflict(MAX_ATTEMPTS, attempt).await?.ok_or(ApprovalError::Busy)
    }
}
