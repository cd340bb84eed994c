//! What was billed, as documents.

use std::collections::{BTreeMap, BTreeSet};

use edge_capabilities::Timestamp;
use edge_database::DatabaseError;
use edge_entities::{Charge, zone_of};
use edge_invoices::{Date, Invoice, InvoiceState};
use edge_time_zones::Zone;
use edge_webhooks::{PaymentReport, ReportKind};

use super::Feed;
use crate::allocation::{Source, SourceKind};
use crate::error::AllocationError;
use crate::gl_mapping::GlKind;
use crate::service::Document;

/// The document of a payment.
pub(super) fn payment_name(payment: &str) -> String {
    format!("payment:{payment}")
}

/// The document of an invoice, and what of it was given back in all; None: it is not finalised.
fn invoice_document(invoice: &Invoice, zone: &Zone) -> Option<(Document, i64)> {
    let finalized_at = invoice.finalized_at?;
    let net = (GlKind::Revenue, invoice.amount);
    let tax = Some((GlKind::Tax, invoice.tax)).filter(|(_, tax)| *tax != 0);
    let document = Document {
        name: format!("invoice:{}", invoice.id),
        source: Source::new(SourceKind::Invoice, invoice.id.as_str()),
        amounts: [net].into_iter().chain(tax).collect(),
        currency: invoice.currency,
        date: invoice.issue_date.unwrap_or_else(|| Date::of(finalized_at, zone)),
        plan: None,
        entity: None,
    };
    let back = match invoice.state {
        InvoiceState::Void => document.total(),
        // What was paid beyond the invoice is not of it.
        _ => invoice.amount_refunded().saturating_sub(invoice.credit()).max(0),
    };
    Some((document, back))
}

/// The reason why something was not posted that another attempt may post.
fn unless_final(result: Result<impl Sized, AllocationError>) -> Result<(), AllocationError> {
    match result {
        // A gateway that reports a payment with two amounts keeps no other document waiting.
        Ok(_) | Err(AllocationError::OtherAmount) => Ok(()),
        Err(error) => Err(error),
    }
}

impl Feed {
    /// Those of `tenants` that have departments, with their time zones.
    pub(super) async fn followed(&self, tenants: BTreeSet<&str>) -> Result<BTreeMap<String, Zone>, DatabaseError> {
        let tenants: Vec<&str> = tenants.into_iter().collect();
        let mut zones = BTreeMap::new();
        for tenant in self.service.departments.tenants_with_any(&tenants).await? {
            let zone = self.zone(&tenant).await?;
            zones.insert(tenant, zone);
        }
        Ok(zones)
    }

    /// The time zone of a tenant.
    pub(super) async fn zone(&self, tenant: &str) -> Result<Zone, DatabaseError> {
        let found = self.tenants.find(tenant).await?;
        Ok(found.as_ref().map_or(Zone::UTC, zone_of))
    }

    /// Posts invoices of the tenants `zones`, those that are finalised and not posted yet; gives back those that are voided.
    pub(super) async fn post_invoices(
        &self,
        invoices: &[Invoice],
        zones: &BTreeMap<String, Zone>,
    ) -> Result<(), AllocationError> {
        for (tenant, zone) in zones {
            let of_tenant = invoices.iter().filter(|invoice| invoice.tenant == *tenant);
            let mut documents = Vec::new();
            for invoice in of_tenant {
                if let Some(document) = invoice_document(invoice, zone)
                    && !self.is_of_charges(invoice).await?
                {
                    documents.push(document);
                }
            }
            let names: Vec<String> = documents.iter().map(|(document, _)| document.name.clone()).collect();
            let shared = self.service.lines.shared(tenant, &names).await?;
            for (document, back) in &documents {
                if !shared.contains(&document.name) {
                    unless_final(self.service.post(tenant, document).await)?;
                }
                if *back != 0 {
                    let of = invoices.iter().find(|invoice| invoice.id == document.source.id);
                    let voided_at = of.and_then(|invoice| invoice.voided_at);
                    let last = of.and_then(|invoice| invoice.refunds.iter().map(|refund| refund.at).max());
                    let day = Date::of(voided_at.or(last).unwrap_or_else(|| self.now()), zone);
                    let is_refund = voided_at.is_none();
                    unless_final(self.service.reverse(tenant, &document.name, *back, day, is_refund).await)?;
                }
            }
        }
        Ok(())
    }

    /// Whether an invoice is one of charges, which are posted by themselves.
    async fn is_of_charges(&self, invoice: &Invoice) -> Result<bool, DatabaseError> {
        match &invoice.customer.id {
            Some(payer) => self.consolidation.is_of_charges(&invoice.tenant, payer, &invoice.id).await,
            None => Ok(false),
        }
    }

    /// Posts charges of the tenants `zones`, those that are not posted yet.
    pub(super) async fn post_charges(
        &self,
        charges: &[Charge],
        zones: &BTreeMap<String, Zone>,
    ) -> Result<(), AllocationError> {
        for tenant in zones.keys() {
            let own: Vec<&Charge> = charges.iter().filter(|charge| charge.tenant_id == *tenant).collect();
            let names: Vec<String> = own.iter().map(|charge| format!("charge:{}", charge.id)).collect();
            let shared = self.service.lines.shared(tenant, &names).await?;
            for (charge, name) in own.into_iter().zip(names) {
                if shared.contains(&name) {
                    continue;
                }
                let document = Document {
                    name,
                    source: self.charge_source(tenant, charge).await?,
                    amounts: vec![(GlKind::Revenue, charge.amount)],
                    currency: charge.currency,
                    date: charge.date,
                    plan: None,
                    entity: Some(charge.entity_id.clone()),
                };
                unless_final(self.service.post(tenant, &document).await)?;
            }
        }
        Ok(())
    }

    /// The source of a charge: the charge itself if somebody shares it, else the subscription or contract that it is for.
    async fn charge_source(&self, tenant: &str, charge: &Charge) -> Result<Source, DatabaseError> {
        let own = Source::new(SourceKind::Amount, charge.id.as_str());
        if self.service.sources.find(tenant, &own).await?.is_some() {
            return Ok(own);
        }
        // The id says which of its charges it is, too: `sub_1:2026-11-01`.
        let of = charge.source().and_then(|source| {
            let id = source.id.split(':').next().unwrap_or_default().to_owned();
            match source.kind.as_str() {
                "subscription" => Some(Source::new(SourceKind::Subscription, id)),
                // What a contract credits for its service levels is shared as what it charges.
                "contract" | "sla" => Some(Source::new(SourceKind::Amount, id)),
                _ => None,
            }
        });
        Ok(of.filter(Source::is_valid).unwrap_or(own))
    }

    /// Posts the payments that `reports` tell of, of the tenants `zones`.
    pub(super) async fn post_payments(
        &self,
        reports: &[&PaymentReport],
        zones: &BTreeMap<String, Zone>,
    ) -> Result<(), AllocationError> {
        let is_paid = |report: &&&PaymentReport| report.kind == ReportKind::Paid;
        for (tenant, zone) in zones {
            let is_own = |report: &&&PaymentReport| report.organization.as_deref() == Some(tenant);
            let own: Vec<_> = reports.iter().filter(is_paid).filter(is_own).collect();
            let names: Vec<String> = own.iter().map(|report| payment_name(&report.payment)).collect();
            let shared = self.service.lines.shared(tenant, &names).await?;
            for (report, name) in own.into_iter().zip(names) {
                if shared.contains(&name) {
                    continue;
                }
                if let Some(document) = self.payment_document(tenant, report, name, zone).await? {
                    unless_final(self.service.post(tenant, &document).await)?;
                    // What was given back may have been reported before the payment was.
                    self.give_back(tenant, &report.payment, report.at, zone).await?;
                }
            }
        }
        Ok(())
    }

    /// The document of a payment; None: nobody knows how much was paid, or it is of no subscription.
    async fn payment_document(
        &self,
        tenant: &str,
        report: &PaymentReport,
        name: String,
        zone: &Zone,
    ) -> Result<Option<Document>, DatabaseError> {
        let source = self.payment_source(tenant, report).await?;
        let (Some(amount), Some(source)) = (report.amount, source) else { return Ok(None) };
        Ok(Some(Document {
            name,
            source,
            amounts: vec![(GlKind::Cash, amount.minor)],
            currency: amount.currency,
            date: Date::of(report.at, zone),
            plan: report.plan.clone(),
            entity: None,
        }))
    }

    /// The source of a payment: its subscription, by the one of its names that somebody shares.
    async fn payment_source(&self, tenant: &str, report: &PaymentReport) -> Result<Option<Source>, DatabaseError> {
        let names = [report.edge_subscription.as_deref(), report.subscription.as_deref()];
        let sources: Vec<Source> =
            names.into_iter().flatten().map(|name| Source::new(SourceKind::Subscription, name)).collect();
        for source in &sources {
            if self.service.sources.find(tenant, source).await?.is_some() {
                return Ok(Some(source.clone()));
            }
        }
        Ok(sources.into_iter().find(Source::is_valid))
    }

    /// Posts what was given back of a payment, unless that is posted already or the payment is not.
    pub(super) async fn give_back(
        &self,
        tenant: &str,
        payment: &str,
        at: Timestamp,
        zone: &Zone,
    ) -> Result<(), AllocationError> {
        let refunds = self.refunds.of_payment(tenant, payment).await?;
        if refunds.is_empty() {
            return Ok(());
        }
        let name = payment_name(payment);
        let lines = self.service.lines.of_document(tenant, &name).await?;
        let paid = lines.iter().filter(|line| line.action == crate::line::Action::Post);
        let paid = paid.fold(0, |sum: i64, line| sum.saturating_add(line.amount));
        let currency = lines.first().map(|line| line.currency);
        let refunds = refunds.iter().filter(|refund| refund.amount.is_none_or(|back| Some(back.currency) == currency));
        let back = refunds.fold(0, |back, refund| refund.add_to(back, paid));
        unless_final(self.service.reverse(tenant, &name, back, Date::of(at, zone), true).await)
    }
}
