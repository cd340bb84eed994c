//! What is done with contracts.

use std::sync::Arc;
use std::time::Duration;

use edge_approvals::ApprovalService;
use edge_audit::{Actor, AuditLog};
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::Db;
use edge_entities::zone_of;
use edge_notifications::Notifications;
use edge_tenants::Tenant;
use edge_time_zones::{Date, Zone};

use crate::charge::ChargeBook;
use crate::contract::{Contract, ContractStatus, Contracts, MAX_ATTEMPTS};
use crate::error::ContractError;
use crate::message;
use crate::outbox::Outbox;
use crate::timeline::{EDGE, EventKind, Moment};

/// How long who changed a contract has to do what follows from it, before a job does.
pub(crate) const GRACE: Duration = Duration::from_secs(10);

/// For how long it is looked often what approvers decided, and how often after that.
const ANSWERED_SOON: Duration = Duration::from_hours(1);
const ANSWERED_LATER: Duration = Duration::from_mins(1);

/// Charges that are made in one go.
const CHARGES_AT_ONCE: usize = 100;

/// Creates, signs, amends, renews and ends contracts.
#[derive(Clone)]
pub struct ContractService {
    pub(crate) approvals: ApprovalService,
    audit: AuditLog,
    book: Arc<dyn ChargeBook>,
    pub(crate) capabilities: Capabilities,
    contracts: Contracts,
    notifications: Notifications,
}

/// The day that it is where `tenant` is, and who does something there.
pub(crate) struct Occasion {
    actor: String,
    pub(crate) now: Timestamp,
    pub(crate) today: Date,
    zone: Zone,
}

impl Occasion {
    pub(crate) fn moment(&self) -> Moment<'_> {
        Moment { actor: &self.actor, now: self.now, today: self.today }
    }
}

impl ContractService {
    /// Keeps contracts in `db`, and charges in `book`.
    pub(crate) fn new(capabilities: &Capabilities, db: &Db, book: Arc<dyn ChargeBook>) -> Self {
        Self {
            approvals: ApprovalService::new(capabilities, db),
            audit: AuditLog::new(db.clone()),
            book,
            contracts: Contracts::new(db.clone()),
            notifications: Notifications::new(db.clone()),
            capabilities: capabilities.clone(),
        }
    }

    /// The contracts.
    pub fn contracts(&self) -> &Contracts {
        &self.contracts
    }

    pub(crate) fn book(&self) -> &dyn ChargeBook {
        &*self.book
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.capabilities.clock.now()
    }

    /// `actor` does something in `tenant` now.
    pub(crate) fn occasion(&self, tenant: &Tenant, actor: &str) -> Occasion {
        let (now, zone) = (self.now(), zone_of(tenant));
        Occasion { actor: actor.to_owned(), now, today: Date::of(now, &zone), zone }
    }

    /// When a job has to look at `contract`.
    fn due_at(&self, contract: &Contract, occasion: &Occasion) -> Result<Option<Timestamp>, ContractError> {
        let (now, today) = (occasion.now, occasion.today);
        let waits = contract.status == ContractStatus::PendingApproval || contract.pending_amendment().is_some();
        let is_behind = contract.status.is_in_force()
            && contract.billed_until.is_none_or(|billed| billed < today.min(contract.limit().minus_days(1)));
        if is_behind || !contract.outbox.is_empty() {
            return Ok(Some(now.plus(GRACE)));
        }
        if waits {
            // Approvers mostly answer soon, or take their time.
            let is_new = contract.updated_at.plus(ANSWERED_SOON) > now;
            return Ok(Some(now.plus(if is_new { GRACE } else { ANSWERED_LATER })));
        }
        Ok(contract.next_day(today)?.map(|day| day.begins(&occasion.zone)))
    }

    /// Stores a new contract.
    pub(crate) async fn create(
        &self,
        tenant: &Tenant,
        contract: Contract,
        actor: &Actor,
    ) -> Result<Contract, ContractError> {
        let occasion = self.occasion(tenant, &actor.id);
        let mut after = contract;
        after.happened(EventKind::Created, occasion.today, occasion.moment());
        after.audit(None, actor, occasion.now)?;
        self.contracts.insert(&after, self.due_at(&after, &occasion)?).await?;
        self.settle(tenant, after).await
    }

    /// Changes the contract `id` of `tenant` by `change`, which may be called several times, after what fell due meanwhile
    /// is done.
    pub(crate) async fn change<T>(
        &self,
        tenant: &Tenant,
        id: &str,
        actor: &Actor,
        mut change: impl FnMut(&mut Contract, Moment<'_>) -> Result<T, ContractError>,
    ) -> Result<(Contract, T), ContractError> {
        for _ in 0..MAX_ATTEMPTS {
            let before = self.contracts.find(&tenant.id, id).await?.ok_or(ContractError::NotFound)?;
            let occasion = self.occasion(tenant, &actor.id);
            let (advanced, has_more) = self.advance(&before, &occasion)?;
            if has_more {
                // What is left is done first, for it decides what may be changed.
                if let Some(stored) = self.replace(advanced, &occasion).await? {
                    self.settle(tenant, stored).await?;
                }
                continue;
            }
            let mut contract = advanced.clone();
            let result = change(&mut contract, occasion.moment())?;
            contract.audit(Some(&advanced), actor, occasion.now)?;
            if contract == before {
                return Ok((self.settle(tenant, contract).await?, result));
            }
            if let Some(stored) = self.replace(contract, &occasion).await? {
                return Ok((self.settle(tenant, stored).await?, result));
            }
        }
        Err(ContractError::Busy)
    }

    /// `contract` after what fell due meanwhile, and whether there is more, once its charges are made.
    pub(crate) fn advance(&self, contract: &Contract, occasion: &Occasion) -> Result<(Contract, bool), ContractError> {
        let mut after = contract.clone();
        let has_more = after.advance(occasion.moment())?;
        after.audit(Some(contract), &edge(), occasion.now)?;
        Ok((after, has_more))
    }

    /// `contract` after what fell due meanwhile, as far as it is shown.
    pub(crate) fn advanced(&self, contract: &Contract, occasion: &Occasion) -> Result<Contract, ContractError> {
        self.advance(contract, occasion).map(|(after, _)| after)
    }

    /// Stores `contract` unless it was changed since it was read; None: it was.
    pub(crate) async fn replace(
        &self,
        mut contract: Contract,
        occasion: &Occasion,
    ) -> Result<Option<Contract>, ContractError> {
        contract.updated_at = occasion.now;
        if !self.contracts.replace(&contract, self.due_at(&contract, occasion)?).await? {
            return Ok(None);
        }
        contract.revision = contract.revision.saturating_add(1);
        Ok(Some(contract))
    }

    /// Signs `contract`: it gets its number, and what fell due since its first day is done. None: it was changed since it was
    /// read.
    pub(crate) async fn sign(
        &self,
        tenant: &Tenant,
        contract: &Contract,
        actor: &Actor,
    ) -> Result<Option<Contract>, ContractError> {
        let occasion = self.occasion(tenant, &actor.id);
        let mut after = contract.clone();
        after.status = ContractStatus::Active;
        after.signed_on = Some(occasion.today);
        after.updated_at = occasion.now;
        after.happened(EventKind::Signed, occasion.today, occasion.moment());
        after.audit(Some(contract), actor, occasion.now)?;
        let mut after = self.advanced(&after, &occasion)?;
        let Some(number) = self.contracts.sign(&after, self.due_at(&after, &occasion)?).await? else {
            return Ok(None);
        };
        after.number = Some(number);
        after.revision = after.revision.saturating_add(1);
        self.settle(tenant, after).await.map(Some)
    }

    /// Does some of what is still to be done about `contract`. What cannot be done now is left to a job.
    pub(crate) async fn settle(&self, tenant: &Tenant, contract: Contract) -> Result<Contract, ContractError> {
        if contract.outbox.is_empty() {
            return Ok(contract);
        }
        let settled = self.do_some(tenant, &contract).await;
        Ok(settled.unwrap_or(contract))
    }

    /// As [`ContractService::settle`], with the reason why something could not be done.
    pub(crate) async fn do_some(&self, tenant: &Tenant, contract: &Contract) -> Result<Contract, ContractError> {
        let Outbox { charges, audits, messages } = &contract.outbox;
        self.audit.append_all(&tenant.id, audits).await?;
        let charges: Vec<_> = charges.iter().take(CHARGES_AT_ONCE).cloned().collect();
        for charge in &charges {
            self.book.post(&tenant.id, &contract.entity_id, charge, contract.money(charge.amount)).await?;
        }
        for message in messages {
            self.notifications.raise(&message::event(message, tenant), self.now()).await?;
        }
        let done = Outbox { charges, audits: audits.clone(), messages: messages.clone() };
        for _ in 0..MAX_ATTEMPTS {
            let found = self.contracts.find(&tenant.id, &contract.id).await?;
            let mut after = found.ok_or(ContractError::NotFound)?;
            after.outbox.remove(&done);
            let occasion = self.occasion(tenant, EDGE);
            if let Some(stored) = self.replace(after, &occasion).await? {
                return Ok(stored);
            }
        }
        Err(ContractError::Busy)
    }

    /// Does all that is due about the contract `id` of `tenant`; gives whether there is more to do right away.
    pub(crate) async fn follow_up(&self, tenant: &Tenant, id: &str) -> Result<bool, ContractError> {
        let Some(contract) = self.contracts.find(&tenant.id, id).await? else { return Ok(false) };
        let found = self.decide(tenant, contract).await?;
        let occasion = self.occasion(tenant, EDGE);
        let (advanced, has_more) = self.advance(&found, &occasion)?;
        let contract = if advanced == found {
            found
        } else {
            // Whoever was faster did it.
            let Some(stored) = self.replace(advanced, &occasion).await? else { return Ok(true) };
            stored
        };
        if !contract.outbox.is_empty() {
            let contract = self.do_some(tenant, &contract).await?;
            return Ok(has_more || !contract.outbox.is_empty());
        }
        self.contracts.schedule(&contract, self.due_at(&contract, &occasion)?).await?;
        Ok(has_more)
    }

    /// The contract `id` of `tenant`, with what was approved meanwhile.
    pub(crate) async fn current(&self, tenant: &Tenant, id: &str) -> Result<Contract, ContractError> {
        let found = self.contracts.find(&tenant.id, id).await?.ok_or(ContractError::NotFound)?;
        self.decide(tenant, found).await
    }

    /// As [`ContractService::current`], with what fell due meanwhile, which a job may not have come to.
    pub(crate) async fn shown(&self, tenant: &Tenant, id: &str) -> Result<Contract, ContractError> {
        let found = self.current(tenant, id).await?;
        self.advanced(&found, &self.occasion(tenant, EDGE))
    }
}

/// Who does what the edge does by itself.
pub(crate) fn edge() -> Actor {
    Actor { id: EDGE.to_owned(), address: None }
}
