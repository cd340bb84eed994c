//! How the invoices of an entity and a month are made: the charges of the months before are posted where subscriptions have
//! them, all unbilled charges get their lines, and each currency and terms gets its draft. Each step may be repeated; a job
//! repeats them where an instance died.

use std::collections::BTreeMap;

use edge_audit::{Actor, AuditEntry, AuditLog};
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::{DatabaseError, Db, retry_on_conflict};
use edge_invoices::{Customer, DraftLine, Invoice, InvoiceService, NewDraft};
use edge_jobs::JobQueue;
use edge_money::Currency;
use edge_tenants::Tenant;
use serde_json::json;

use super::chain::days;
use super::job::invoices_job;
use super::store::{InvoicedCharges, Lines};
use crate::charge::Charge;
use crate::entity::{Entities, Entity};
use crate::error::EntityError;
use crate::period::Month;
use crate::subscription::SubscriptionCharges;

/// How often charges are claimed anew because another consolidation was faster.
const MAX_ATTEMPTS: u32 = 100;

/// What is invoiced of one entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The entity's id.
    pub entity_id: String,
    /// Its name on invoices.
    pub name: String,
    /// The sum of the charges, in the currency's smallest unit.
    pub amount: i64,
    /// The charges.
    pub charges: Vec<Charge>,
}

/// An invoice of an entity for a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsolidatedInvoice {
    /// The invoice.
    pub invoice: Invoice,
    /// The entity whose invoice it is.
    pub entity_id: String,
    /// The month: `2026-11`.
    pub period: String,
    /// How many days after its date it is due.
    pub terms_days: u32,
    /// What is invoiced, entity by entity: the payer itself first, then by name.
    pub sections: Vec<Section>,
    /// Whether it was made just now.
    pub is_new: bool,
}

/// Makes consolidated invoices.
#[derive(Clone)]
pub struct Consolidation {
    audit: AuditLog,
    capabilities: Capabilities,
    entities: Entities,
    invoices: InvoiceService,
    lines: Lines,
    queue: JobQueue,
    subscriptions: SubscriptionCharges,
}

impl Consolidation {
    /// Makes invoices in `db`.
    pub fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self {
            audit: AuditLog::new(db.clone()),
            capabilities: capabilities.clone(),
            entities: Entities::new(capabilities, db),
            invoices: InvoiceService::new(capabilities, db),
            lines: Lines::new(db.clone()),
            queue: JobQueue::new(capabilities, db),
            subscriptions: SubscriptionCharges::new(capabilities, db),
        }
    }

    /// Whether the invoice `id` of `tenant` is one of the charges of the entity `payer` and those below it.
    pub async fn is_of_charges(&self, tenant: &str, payer: &str, id: &str) -> Result<bool, DatabaseError> {
        let known = self.lines.invoices(tenant, Some(payer)).await?;
        Ok(known.iter().any(|charges| charges.invoice_id(tenant) == id))
    }

    /// The ids of the invoices of charges of `tenant` that the entities `payers` pay.
    pub async fn invoices_of(&self, tenant: &str, payers: &[String]) -> Result<Vec<String>, DatabaseError> {
        let all = self.lines.invoices(tenant, None).await?;
        let own = all.iter().filter(|charges| payers.contains(&charges.payer));
        Ok(own.map(|charges| charges.invoice_id(tenant)).collect())
    }

    fn now(&self) -> Timestamp {
        self.capabilities.clock.now()
    }

    /// Makes the invoices of the entity `payer` of `tenant` for `period`, which are the same however often they are made.
    pub(crate) async fn invoice(
        &self,
        tenant: &Tenant,
        payer: &Entity,
        period: Month,
        actor: &Actor,
    ) -> Result<Vec<ConsolidatedInvoice>, EntityError> {
        if self.lines.charges(&tenant.id, &payer.id, period).await?.is_empty() {
            // Before the charges are claimed: an instance that dies right after that leaves nothing undone.
            self.queue.enqueue(invoices_job(&tenant.id, &payer.id, period, actor, self.now())).await?;
            self.claim(tenant, payer, period).await?;
        }
        self.make_invoices(tenant, payer, period, actor).await
    }

    async fn claim(&self, tenant: &Tenant, payer: &Entity, period: Month) -> Result<(), EntityError> {
        let claim = async || {
            let entities = self.entities.of_tenant(&tenant.id).await?;
            let days = days(&entities, &payer.id, period);
            let below: Vec<&str> = days.iter().map(|days| days.entity.as_str()).collect();
            self.subscriptions.post(tenant, &below, period).await?;
            let is_done = self.lines.claim(&tenant.id, &payer.id, period, days, self.now()).await?;
            Ok::<_, EntityError>(is_done.then_some(()))
        };
        retry_on_conflict(MAX_ATTEMPTS, claim).await?.ok_or(EntityError::Busy)
    }

    /// Makes the drafts of what is claimed.
    pub(super) async fn make_invoices(
        &self,
        tenant: &Tenant,
        payer: &Entity,
        period: Month,
        actor: &Actor,
    ) -> Result<Vec<ConsolidatedInvoice>, EntityError> {
        let charges = self.lines.charges(&tenant.id, &payer.id, period).await?;
        if charges.is_empty() {
            return Ok(Vec::new());
        }
        let entities = self.entities.of_tenant(&tenant.id).await?;
        let mut made = Vec::new();
        for (group, charges) in grouped(&payer.id, period, charges) {
            let Ok(currency) = Currency::parse(&group.currency) else { continue };
            let id = group.invoice_id(&tenant.id);
            let sections = sections(&entities, payer, charges);
            let draft = draft(id, payer, period, currency, group.terms_days, &sections);
            let (invoice, is_new) = self.invoices.draft_once(tenant, draft).await?;
            self.note_invoice(tenant, &invoice, payer, period, actor).await?;
            made.push(ConsolidatedInvoice {
                entity_id: payer.id.clone(),
                period: period.to_string(),
                terms_days: group.terms_days,
                invoice,
                sections,
                is_new,
            });
        }
        Ok(made)
    }

    /// The invoices of `payer` that are there, newest month first; only those for `period` where one is given.
    pub(crate) async fn list(
        &self,
        tenant: &Tenant,
        payer: &Entity,
        period: Option<Month>,
    ) -> Result<Vec<ConsolidatedInvoice>, EntityError> {
        let groups = self.lines.invoices(&tenant.id, Some(&payer.id)).await?;
        let mut months: Vec<Month> = groups.iter().map(|group| group.period).collect();
        months.dedup();
        months.retain(|month| period.is_none_or(|period| period == *month));
        let entities = self.entities.of_tenant(&tenant.id).await?;
        let mut found = Vec::new();
        for month in months.into_iter().rev() {
            let charges = self.lines.charges(&tenant.id, &payer.id, month).await?;
            for (group, charges) in grouped(&payer.id, month, charges) {
                let invoice = self.invoices.invoices().find(&tenant.id, &group.invoice_id(&tenant.id)).await?;
                // Whoever claimed the charges has died, and the job comes soon.
                let Some(invoice) = invoice else { continue };
                found.push(ConsolidatedInvoice {
                    entity_id: payer.id.clone(),
                    period: month.to_string(),
                    terms_days: group.terms_days,
                    invoice,
                    sections: sections(&entities, payer, charges),
                    is_new: false,
                });
            }
        }
        Ok(found)
    }

    async fn note_invoice(
        &self,
        tenant: &Tenant,
        invoice: &Invoice,
        payer: &Entity,
        period: Month,
        actor: &Actor,
    ) -> Result<(), DatabaseError> {
        let total = invoice.money(invoice.total).to_decimal();
        let after = json!({"total": total, "currency": invoice.currency.as_str(), "lines": invoice.items.len()});
        let detail = json!({"invoice_id": invoice.id, "entity_id": payer.id, "period": period, "before": null,
            "after": after});
        let id = format!("{}.created", invoice.id);
        let entry = AuditEntry::with_id(id, "invoice.created", &detail, actor, invoice.created_at);
        self.audit.append(&tenant.id, &entry).await
    }
}

/// `charges` of an entity's month, by currency and terms.
fn grouped(payer: &str, period: Month, charges: Vec<Charge>) -> BTreeMap<InvoicedCharges, Vec<Charge>> {
    let mut groups: BTreeMap<InvoicedCharges, Vec<Charge>> = BTreeMap::new();
    for charge in charges {
        let group = InvoicedCharges {
            period,
            payer: payer.to_owned(),
            currency: charge.currency.to_string(),
            terms_days: charge.terms_days,
        };
        groups.entry(group).or_default().push(charge);
    }
    groups
}

/// `charges` entity by entity.
fn sections(entities: &[Entity], payer: &Entity, charges: Vec<Charge>) -> Vec<Section> {
    let mut by_entity: BTreeMap<String, Vec<Charge>> = BTreeMap::new();
    for charge in charges {
        by_entity.entry(charge.entity_id.clone()).or_default().push(charge);
    }
    let section = |(entity_id, charges): (String, Vec<Charge>)| {
        let entity = entities.iter().find(|entity| entity.id == entity_id);
        let name = entity.map_or(entity_id.as_str(), Entity::invoice_name).to_owned();
        let amount = charges.iter().fold(0_i64, |sum, charge| sum.saturating_add(charge.amount));
        Section { name, amount, charges, entity_id }
    };
    let mut sections: Vec<Section> = by_entity.into_iter().map(section).collect();
    sections.sort_by_key(|section| (section.entity_id != payer.id, section.name.clone(), section.entity_id.clone()));
    sections
}

fn draft(
    id: String,
    payer: &Entity,
    period: Month,
    currency: Currency,
    terms_days: u32,
    sections: &[Section],
) -> NewDraft {
    let line = |section: &Section, charge: &Charge| DraftLine {
        section: Some(section.name.clone()),
        description: charge.description.clone(),
        amount: charge.amount,
    };
    let customer = Customer {
        id: Some(payer.id.clone()),
        name: Some(payer.invoice_name().to_owned()),
        email: payer.billing_email.clone(),
        address: payer.address.clone(),
        tax_id: payer.tax_id.clone(),
        ..Customer::default()
    };
    let lines = sections.iter().flat_map(|section| section.charges.iter().map(move |charge| line(section, charge)));
    NewDraft {
        id,
        customer,
        currency,
        lines: lines.collect(),
        due_days: Some(terms_days),
        notes: Some(format!("Charges until the end of {period}.")),
    }
}
