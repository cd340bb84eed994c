//! Consolidated invoices in responses.

use edge_capabilities::Timestamp;
use edge_invoices::InvoiceResponse;
use edge_money::DecimalAmount;
use edge_time_zones::Zone;
use serde::Serialize;
use utoipa::ToSchema;

use super::service::{ConsolidatedInvoice, Section};
use crate::charge::Charge;

/// An invoice of an entity for a month.
#[derive(Serialize, ToSchema)]
#[schema(as = ConsolidatedInvoice)]
pub(crate) struct ConsolidatedInvoiceResponse {
    #[serde(flatten)]
    invoice: InvoiceResponse,
    /// The entity whose invoice it is.
    entity_id: String,
    /// The month.
    period: String,
    /// How many days after its date it is due.
    terms_days: u32,
    /// What is invoiced, entity by entity: the payer itself first, then by name.
    sections: Vec<SectionResponse>,
}

/// What is invoiced of one entity.
#[derive(Serialize, ToSchema)]
#[schema(as = InvoiceSection)]
struct SectionResponse {
    entity_id: String,
    name: String,
    /// The sum of its charges.
    #[schema(value_type = f64)]
    amount: DecimalAmount,
    charges: Vec<SectionChargeResponse>,
}

/// A charge on an invoice.
#[derive(Serialize, ToSchema)]
#[schema(as = InvoicedCharge)]
struct SectionChargeResponse {
    id: String,
    description: String,
    #[schema(value_type = f64)]
    amount: DecimalAmount,
    #[schema(format = Date)]
    date: String,
}

/// The invoices of an entity.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConsolidatedInvoices {
    invoices: Vec<ConsolidatedInvoiceResponse>,
}

impl ConsolidatedInvoices {
    /// `invoices` as they are at `now` in `zone`.
    pub(super) fn new(invoices: Vec<ConsolidatedInvoice>, zone: &Zone, now: Timestamp) -> Self {
        let response = |one: ConsolidatedInvoice| ConsolidatedInvoiceResponse {
            invoice: InvoiceResponse::new(&one.invoice, zone, now),
            sections: one.sections.iter().map(|section| SectionResponse::new(&one.invoice, section)).collect(),
            entity_id: one.entity_id,
            period: one.period,
            terms_days: one.terms_days,
        };
        Self { invoices: invoices.into_iter().map(response).collect() }
    }
}

impl SectionResponse {
    fn new(invoice: &edge_invoices::Invoice, section: &Section) -> Self {
        let charge = |charge: &Charge| SectionChargeResponse {
            id: charge.id.clone(),
            description: charge.description.clone(),
            amount: DecimalAmount(charge.money()),
            date: charge.date.to_string(),
        };
        Self {
            entity_id: section.entity_id.clone(),
            name: section.name.clone(),
            amount: DecimalAmount(invoice.money(section.amount)),
            charges: section.charges.iter().map(charge).collect(),
        }
    }
}
