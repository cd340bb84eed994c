//! What the next invoice of the entity that a dispute concerns says of it: a credit or an adjustment is a negative charge, which
//! it takes off; a refund, which the payer has back already, is a charge of nothing.

use edge_entities::{ChargeSource, EntityError, NewCharge, zone_of};
use edge_money::Money;
use edge_time_zones::{Date, Zone};

use super::model::{Resolution, ResolutionKind};
use super::resolver::Resolver;
use crate::dispute::{Dispute, DisputeStatus, Notice, SubjectKind};
use crate::error::DisputesError;
use crate::keeper::{edge, task};
use crate::refund::Refund;

/// Of one dispute there is one charge, however often it is posted.
const SOURCE: &str = "dispute";

/// Of one refund there is one charge.
const REFUND_SOURCE: &str = "dispute_refund";

/// How many characters of the reason stand on an invoice.
const MAX_REASON: usize = 30;

impl Resolver {
    /// The entity that `dispute` concerns: its own, or that of the charge.
    pub(super) async fn entity_of(&self, dispute: &Dispute) -> Result<Option<String>, DisputesError> {
        if dispute.entity_id.is_some() || dispute.subject_kind != SubjectKind::Charge {
            return Ok(dispute.entity_id.clone());
        }
        let charge = self.charges.find(&dispute.tenant, &dispute.subject_id).await?;
        Ok(charge.map(|charge| charge.entity_id))
    }

    /// The charge `id` of `tenant`: its entity and its amount.
    pub(crate) async fn charge(&self, tenant: &str, id: &str) -> Result<(String, Money), DisputesError> {
        let charge = self.charges.find(tenant, id).await?.ok_or(EntityError::ChargeNotFound)?;
        Ok((charge.entity_id, Money { minor: charge.amount, currency: charge.currency }))
    }

    /// An error if `tenant` has no entity `id`.
    pub(crate) async fn check_entity(&self, tenant: &str, id: &str) -> Result<(), DisputesError> {
        let found = self.entities.find(tenant, id).await?;
        Ok(found.map(drop).ok_or(EntityError::NotFound)?)
    }

    /// Posts the credit of `dispute`, and ends it.
    pub(super) async fn credit(&self, dispute: &Dispute, resolution: &Resolution) -> Result<Dispute, DisputesError> {
        let now = self.now();
        let entity_id = self.entity_of(dispute).await?.ok_or(DisputesError::NoEntity)?;
        let what = if resolution.kind == ResolutionKind::Credit { "Credit" } else { "Adjustment" };
        let reason: String =
            resolution.reason.chars().map(|char| if char.is_control() { ' ' } else { char }).take(MAX_REASON).collect();
        let amount = resolution.amount.unwrap_or(0);
        let charge = NewCharge {
            service: None,
            entity_id,
            description: format!("{what} for {}: {reason}", dispute.written_number()),
            amount: dispute.money(amount.saturating_neg()),
            date: self.today(dispute).await?,
            terms_days: None,
            source: Some(ChargeSource { kind: SOURCE.to_owned(), id: dispute.id.clone() }),
        };
        let charge = self.charges.post(&dispute.tenant, charge).await?;
        let change = |dispute: &mut Dispute| {
            let before = dispute.clone();
            let is_it = |it: &&mut Resolution| it.attempt == resolution.attempt;
            let Some(it) = dispute.resolution.as_mut().filter(is_it) else { return Ok(None) };
            it.charge = Some(charge.id.clone());
            if dispute.status != DisputeStatus::Resolving {
                return Ok(None);
            }
            dispute.become_status(DisputeStatus::Resolved, now);
            Ok(Some(task(&before, dispute, "dispute.resolved", &edge(), Some(Notice::Decided), now)))
        };
        let dispute = self.keeper.disputes.change(&dispute.tenant, &dispute.id, now, change).await?;
        self.keeper.flush(dispute).await
    }

    /// Has the next invoice of the entity that `dispute` concerns say what was refunded.
    pub(super) async fn show_refund(&self, dispute: &Dispute, refund: &Refund) -> Result<(), DisputesError> {
        let Some(entity_id) = self.entity_of(dispute).await? else { return Ok(()) };
        let (currency, amount) = (dispute.currency, dispute.money(refund.amount).to_decimal());
        let charge = NewCharge {
            service: None,
            entity_id,
            description: format!("{currency} {amount} of a payment refunded for {}", dispute.written_number()),
            amount: dispute.money(0),
            date: self.today(dispute).await?,
            terms_days: None,
            source: Some(ChargeSource { kind: REFUND_SOURCE.to_owned(), id: refund.id.clone() }),
        };
        self.charges.post(&dispute.tenant, charge).await?;
        Ok(())
    }

    /// Today where the tenant of `dispute` is.
    async fn today(&self, dispute: &Dispute) -> Result<Date, DisputesError> {
        let tenant = self.keeper.tenants.find(&dispute.tenant).await?;
        let zone = tenant.as_ref().map_or(Zone::UTC, zone_of);
        Ok(Date::of(self.now(), &zone))
    }
}
