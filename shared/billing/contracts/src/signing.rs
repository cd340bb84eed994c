//! Signing contracts and agreeing on amendments: at once, or once people approved.

use edge_approvals::{ApprovalError, Request, Requirement, Status};
use edge_audit::Actor;
use edge_tenants::Tenant;
use edge_time_zones::Date;

use crate::amendment::AmendmentStatus;
use crate::approval::{Asker, Submission};
use crate::contract::{Content, Contract, ContractStatus, MAX_ATTEMPTS};
use crate::error::ContractError;
use crate::service::{ContractService, edge};
use crate::timeline::{EventKind, Moment};

/// What came of asking for something that may have to be approved.
pub(crate) enum Asked {
    /// It is done.
    Done(Box<Contract>),
    /// People have to approve it.
    Waits(Box<Contract>, Box<Request>),
}

/// What became of an approval request.
enum Outcome {
    Waits(Box<Request>),
    Approved,
    Rejected,
}

impl ContractService {
    /// Activates the contract `id`: it is signed, or waits for approval. One that is in force stays as it is.
    pub(crate) async fn activate(
        &self,
        tenant: &Tenant,
        id: &str,
        asker: &Asker,
        actor: &Actor,
    ) -> Result<Asked, ContractError> {
        for _ in 0..MAX_ATTEMPTS {
            let contract = self.current(tenant, id).await?;
            match contract.status {
                ContractStatus::Draft => {}
                ContractStatus::PendingApproval => return self.waiting(tenant, contract).await,
                ContractStatus::Active | ContractStatus::Renewed => return Ok(Asked::Done(Box::new(contract))),
                status => return Err(ContractError::NotDraft(status)),
            }
            self.check_entity(tenant, &contract.entity_id).await?;
            let attempt = contract.events.iter().filter(|event| event.kind == EventKind::Submitted).count();
            let reference = format!("{}.{}", contract.id, attempt.saturating_add(1));
            let title = contract.content_on(contract.start())?.title;
            let submission = Submission::new(reference, asker, contract.value()?.total, format!("Contract: {title}"));
            let request = submission.request(&contract);
            let evaluation = self.approvals.evaluate(&request).await?;
            match evaluation.requirement {
                Requirement::None => {
                    if let Some(signed) = self.sign(tenant, &contract, actor).await? {
                        return Ok(Asked::Done(Box::new(signed)));
                    }
                }
                Requirement::Rejected => return Err(ContractError::Rejected),
                Requirement::Approval(_) => {
                    let occasion = self.occasion(tenant, &actor.id);
                    let mut after = contract.clone();
                    after.status = ContractStatus::PendingApproval;
                    after.submission = Some(submission);
                    after.happened(EventKind::Submitted, occasion.today, occasion.moment());
                    after.audit(Some(&contract), actor, occasion.now)?;
                    if self.replace(after, &occasion).await?.is_some() {
                        // Whoever dies here leaves it to those who look at the contract next.
                        let submitted = self.approvals.submit_evaluated(&request, evaluation).await?;
                        let contract = self.note_request(tenant, id, &submitted).await?;
                        return Ok(Asked::Waits(Box::new(contract), Box::new(submitted)));
                    }
                }
            }
        }
        Err(ContractError::Busy)
    }

    /// An error if there is no such entity that can be charged.
    pub(crate) async fn check_entity(&self, tenant: &Tenant, entity: &str) -> Result<(), ContractError> {
        match self.book().entity(&tenant.id, entity).await? {
            None => Err(ContractError::field("entity_id", "must be an entity of the tenant")),
            Some(entity) if !entity.is_active => Err(ContractError::field("entity_id", "must be an active entity")),
            Some(_) => Ok(()),
        }
    }

    /// The answer for a contract that waits, and its approval request.
    async fn waiting(&self, tenant: &Tenant, contract: Contract) -> Result<Asked, ContractError> {
        let id = contract.submission.as_ref().and_then(|one| one.request_id.as_deref());
        let found = match id {
            Some(id) => self.approvals.requests().find(&tenant.id, id).await?,
            None => None,
        };
        found.map(|request| Asked::Waits(Box::new(contract), Box::new(request))).ok_or(ContractError::Busy)
    }

    /// Amends the contract `id` from `date` on as `change` says, which gives what holds with the amendment.
    #[expect(clippy::too_many_arguments, reason = "who, what, from when, why")]
    pub(crate) async fn amend(
        &self,
        tenant: &Tenant,
        id: &str,
        date: Date,
        reason: &str,
        change: impl Fn(&Contract, Content) -> Result<Content, ContractError>,
        asker: &Asker,
        actor: &Actor,
    ) -> Result<Asked, ContractError> {
        for _ in 0..MAX_ATTEMPTS {
            let found = self.current(tenant, id).await?;
            let occasion = self.occasion(tenant, &actor.id);
            let (contract, has_more) = self.advance(&found, &occasion)?;
            if has_more {
                if let Some(stored) = self.replace(contract, &occasion).await? {
                    self.settle(tenant, stored).await?;
                }
                continue;
            }
            let content = change(&contract, contract.amendable_on(date)?)?;
            let mut amendment = contract.draft_amendment(date, content, reason.to_owned(), occasion.moment())?;
            let number = amendment.number;
            // It is approved as the contract that it makes: else a contract grew past its approvers in small steps.
            let minor = amendment.preview.tcv_before.max(amendment.preview.tcv_after);
            let reference = format!("{}.amendment.{number}", contract.id);
            let submission = Submission::new(reference, asker, minor, format!("Amendment: {reason}"));
            let request = submission.request(&contract);
            let evaluation = self.approvals.evaluate(&request).await?;
            let is_pending = match evaluation.requirement {
                Requirement::None => false,
                Requirement::Rejected => return Err(ContractError::Rejected),
                Requirement::Approval(_) => true,
            };
            let mut after = contract.clone();
            if is_pending {
                amendment.submission = Some(submission);
                after.amendments.push(amendment);
                let event = after.happened(EventKind::AmendmentSubmitted, date, occasion.moment());
                event.amendment = Some(number);
            } else {
                after.amendments.push(amendment);
                after.agree_on(number, occasion.moment())?;
            }
            after.audit(Some(&contract), actor, occasion.now)?;
            let Some(stored) = self.replace(after, &occasion).await? else { continue };
            if !is_pending {
                return Ok(Asked::Done(Box::new(self.settle(tenant, stored).await?)));
            }
            let submitted = self.approvals.submit_evaluated(&request, evaluation).await?;
            let contract = self.note_request(tenant, id, &submitted).await?;
            return Ok(Asked::Waits(Box::new(contract), Box::new(submitted)));
        }
        Err(ContractError::Busy)
    }

    /// Notes the id of an approval request where it was asked for.
    async fn note_request(&self, tenant: &Tenant, id: &str, request: &Request) -> Result<Contract, ContractError> {
        let note = |contract: &mut Contract, _: Moment<'_>| {
            let amendments = contract.amendments.iter_mut().filter_map(|one| one.submission.as_mut());
            for submission in contract.submission.iter_mut().chain(amendments) {
                if submission.reference == request.reference && submission.request_id.is_none() {
                    submission.request_id = Some(request.id.clone());
                }
            }
            Ok(())
        };
        self.change(tenant, id, &edge(), note).await.map(|(contract, ())| contract)
    }

    /// `contract` after what was decided of its approval requests.
    pub(crate) async fn decide(&self, tenant: &Tenant, contract: Contract) -> Result<Contract, ContractError> {
        if contract.status == ContractStatus::PendingApproval
            && let Some(submission) = &contract.submission
        {
            return match self.outcome(tenant, &contract, submission).await? {
                Outcome::Waits(request) if submission.request_id.is_none() => {
                    self.note_request(tenant, &contract.id, &request).await
                }
                Outcome::Waits(_) => Ok(contract),
                Outcome::Approved => self.sign_approved(tenant, contract).await,
                Outcome::Rejected => self.reopen(tenant, &contract).await,
            };
        }
        let Some(amendment) = contract.pending_amendment() else { return Ok(contract) };
        let number = amendment.number;
        let Some(submission) = &amendment.submission else { return Ok(contract) };
        let is_approved = match self.outcome(tenant, &contract, submission).await? {
            Outcome::Waits(request) if submission.request_id.is_none() => {
                return self.note_request(tenant, &contract.id, &request).await;
            }
            Outcome::Waits(_) => return Ok(contract),
            Outcome::Approved => true,
            Outcome::Rejected => false,
        };
        let decide = |contract: &mut Contract, moment: Moment<'_>| {
            let is_pending = |one: &&crate::amendment::Amendment| one.number == number;
            let found = contract.amendments.iter().find(is_pending);
            match found.map(|one| one.status) {
                Some(AmendmentStatus::PendingApproval) if is_approved => contract.agree_on(number, moment),
                Some(AmendmentStatus::PendingApproval) => contract.reject(number, moment),
                _ => Ok(()),
            }
        };
        self.change(tenant, &contract.id, &edge(), decide).await.map(|(contract, ())| contract)
    }

    /// Signs `contract`, whose signing was approved.
    async fn sign_approved(&self, tenant: &Tenant, contract: Contract) -> Result<Contract, ContractError> {
        let mut contract = contract;
        for _ in 0..MAX_ATTEMPTS {
            if let Some(signed) = self.sign(tenant, &contract, &edge()).await? {
                return Ok(signed);
            }
            contract = self.contracts().find(&tenant.id, &contract.id).await?.ok_or(ContractError::NotFound)?;
            if contract.status != ContractStatus::PendingApproval {
                return Ok(contract);
            }
        }
        Err(ContractError::Busy)
    }

    /// Makes `contract`, which was not approved, a draft again.
    async fn reopen(&self, tenant: &Tenant, contract: &Contract) -> Result<Contract, ContractError> {
        let reopen = |contract: &mut Contract, moment: Moment<'_>| {
            if contract.status == ContractStatus::PendingApproval {
                contract.status = ContractStatus::Draft;
                contract.submission = None;
                contract.happened(EventKind::Rejected, moment.today, moment);
            }
            Ok(())
        };
        self.change(tenant, &contract.id, &edge(), reopen).await.map(|(contract, ())| contract)
    }

    /// What became of the approval request of `submission`. One that is approved is used up.
    async fn outcome(
        &self,
        tenant: &Tenant,
        contract: &Contract,
        submission: &Submission,
    ) -> Result<Outcome, ContractError> {
        let found = match &submission.request_id {
            Some(id) => self.approvals.requests().find(&tenant.id, id).await?,
            None => Some(self.approvals.submit(&submission.request(contract)).await?),
        };
        let Some(request) = found else { return Ok(Outcome::Rejected) };
        match request.status(self.now()) {
            Status::Pending => Ok(Outcome::Waits(Box::new(request))),
            Status::Rejected | Status::Expired => Ok(Outcome::Rejected),
            Status::Approved | Status::Used => {
                let purchase = submission.purchase(contract);
                match self.approvals.use_for(&tenant.id, &request.id, &submission.reference, &purchase).await {
                    Ok(_) => Ok(Outcome::Approved),
                    Err(ApprovalError::Use(_)) => Ok(Outcome::Rejected),
                    Err(error) => Err(error.into()),
                }
            }
        }
    }
}
