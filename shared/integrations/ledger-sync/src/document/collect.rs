//! Finds documents in the edge's records, and gives each a row.

use std::time::Duration;

use edge_accounting::DocumentKind;
use edge_allocations::{Line, Lines};
use edge_capabilities::Timestamp;
use edge_database::{DatabaseError, Db};
use edge_invoices::{Customer, Invoice, InvoiceState, Invoices};
use edge_time_zones::{Date, Zone};

use super::model::{Seen, digest};
use super::store::Documents;
use crate::books::Integration;

/// Records in one read.
const PAGE: u32 = 200;

/// How far back a collection begins before the end of the one before it: a record may have been written by a node whose
/// clock was behind, or by a statement that ended late.
const OVERLAP: Duration = Duration::from_mins(10);

/// Finds documents in the edge's records.
#[derive(Clone)]
pub(crate) struct Collector {
    db: Db,
    invoices: Invoices,
    lines: Lines,
    documents: Documents,
}

/// Up to where the records were looked through.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Position {
    invoices: (Timestamp, String),
    lines: (Timestamp, String),
}

/// What the customer of an invoice is known by. It names nobody.
pub(super) fn customer_id(customer: &Customer) -> Option<String> {
    if let Some(id) = customer.id.as_deref().filter(|id| !id.is_empty()) {
        return Some(format!("id:{id}"));
    }
    let email = customer.email.as_deref().map(|email| format!("email:{}", email.trim().to_lowercase()));
    let name = || customer.name.as_deref().map(|name| format!("name:{}", name.trim()));
    email.or_else(name).map(|who| format!("who:{}", digest(&[&who], 32)))
}

/// What a step of a posted document is known by.
pub(super) fn step_id(line: &Line) -> String {
    format!("{}#{}", line.document, line.step())
}

impl Collector {
    pub(crate) fn new(db: &Db) -> Self {
        Self {
            invoices: Invoices::new(db.clone()),
            lines: Lines::new(db.clone()),
            documents: Documents::new(db.clone()),
            db: db.clone(),
        }
    }

    /// Gives each document that has none a row, of what was recorded since the last time. `goes_on` is asked between pages:
    /// what was looked through is not looked through again. Gives whether all was.
    pub(crate) async fn collect(
        &self,
        integration: &Integration,
        zone: &Zone,
        now: Timestamp,
        goes_on: &(dyn Fn() -> bool + Send + Sync),
    ) -> Result<bool, DatabaseError> {
        let settings = settings_of(integration);
        let mut position = self.position(integration, &settings).await?;
        let wants = |kind| integration.kinds.contains(&kind);
        let of_invoices = [DocumentKind::Customer, DocumentKind::Invoice, DocumentKind::Payment, DocumentKind::Refund];
        let mut is_done = !of_invoices.into_iter().any(wants);
        while !is_done {
            if !goes_on() {
                return Ok(false);
            }
            let (at, id) = &position.invoices;
            let page = self.invoices.changed_after((*at, id), Some(&integration.tenant), PAGE).await?;
            self.note_invoices(integration, zone, &page, now).await?;
            is_done = page.len() < PAGE as usize;
            if let Some(last) = page.last() {
                position.invoices = (last.updated_at, last.id.clone());
                self.store_position(integration, &settings, &position).await?;
            }
        }
        is_done = !wants(DocumentKind::Journal);
        while !is_done {
            if !goes_on() {
                return Ok(false);
            }
            let (at, id) = &position.lines;
            let page = self.lines.posted_after(&integration.tenant, (*at, id), PAGE).await?;
            self.note_lines(integration, &page, now).await?;
            is_done = page.len() < PAGE as usize;
            if let Some(last) = page.last() {
                position.lines = (last.posted_at, last.id.clone());
                self.store_position(integration, &settings, &position).await?;
            }
        }
        Ok(true)
    }

    async fn note_invoices(
        &self,
        integration: &Integration,
        zone: &Zone,
        invoices: &[Invoice],
        now: Timestamp,
    ) -> Result<(), DatabaseError> {
        let mut seen = Vec::new();
        let mut voided = Vec::new();
        for invoice in invoices {
            if invoice.state == InvoiceState::Void && invoice.number.is_some() {
                voided.push(invoice.id.clone());
            } else {
                documents_of(invoice, integration, zone, &mut seen);
            }
        }
        seen.retain(|seen| integration.kinds.contains(&seen.kind));
        self.documents.add((&integration.tenant, &integration.id), seen, now).await?;
        self.documents.note_voided(&integration.id, &voided, now).await
    }

    async fn note_lines(&self, integration: &Integration, lines: &[Line], now: Timestamp) -> Result<(), DatabaseError> {
        let is_wanted = |line: &&Line| integration.from.is_none_or(|from| line.date >= from);
        let seen = |line: &Line| {
            let local_id = step_id(line);
            Seen {
                kind: DocumentKind::Journal,
                number: format!("J-{}", digest(&[&local_id], 14)),
                source: line.document.clone(),
                date: line.date.to_string(),
                local_id,
            }
        };
        let seen = lines.iter().filter(is_wanted).map(seen).collect();
        self.documents.add((&integration.tenant, &integration.id), seen, now).await
    }

    /// Where the collection begins: before the end of the last, or at the beginning if the settings were others.
    async fn position(&self, integration: &Integration, settings: &str) -> Result<Position, DatabaseError> {
        let statement =
            "SELECT invoices_at, lines_at FROM ledger_positions WHERE integration_id = $1 AND settings = $2";
        let rows = self.db.query(statement, &[integration.id.as_str().into(), settings.into()]).await?;
        let back = i64::try_from(OVERLAP.as_millis()).unwrap_or_default();
        let before = |at: i64| (Timestamp::from_millis(at.saturating_sub(back).max(0)), String::new());
        let (invoices, lines) = match rows.first() {
            None => (0, 0),
            Some(row) => (row.integer(0)?, row.integer(1)?),
        };
        Ok(Position { invoices: before(invoices), lines: before(lines) })
    }

    async fn store_position(
        &self,
        integration: &Integration,
        settings: &str,
        position: &Position,
    ) -> Result<(), DatabaseError> {
        let statement =
            "INSERT INTO ledger_positions (integration_id, settings, invoices_at, invoices_id, lines_at, lines_id)
            VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (integration_id) DO UPDATE SET settings = excluded.settings, invoices_at = excluded.invoices_at,
                invoices_id = excluded.invoices_id, lines_at = excluded.lines_at, lines_id = excluded.lines_id";
        let Position { invoices, lines } = position;
        let values = vec![
            integration.id.as_str().into(),
            settings.into(),
            invoices.0.into(),
            invoices.1.as_str().into(),
            lines.0.into(),
            lines.1.as_str().into(),
        ];
        self.db.query_owned(statement, values).await.map(drop)
    }
}

/// What decides which documents are collected.
fn settings_of(integration: &Integration) -> String {
    let mut kinds: Vec<&str> = integration.kinds.iter().map(|kind| kind.as_str()).collect();
    kinds.sort_unstable();
    let from = integration.from.map(|from| from.to_string()).unwrap_or_default();
    format!("{} from {from}", kinds.join(","))
}

/// The documents of an invoice: its customer, itself, its payments and what was given back.
fn documents_of(invoice: &Invoice, integration: &Integration, zone: &Zone, seen: &mut Vec<Seen>) {
    let (Some(number), Some(date)) = (invoice.invoice_number(), invoice.issue_date) else { return };
    if integration.from.is_some_and(|from| date < from) {
        return;
    }
    if let Some(local_id) = customer_id(&invoice.customer) {
        let number = format!("C-{}", digest(&[&local_id], 14));
        let (kind, source) = (DocumentKind::Customer, invoice.id.clone());
        seen.push(Seen { kind, local_id, source, number, date: String::new() });
    }
    seen.push(Seen {
        kind: DocumentKind::Invoice,
        local_id: invoice.id.clone(),
        source: invoice.id.clone(),
        number,
        date: date.to_string(),
    });
    let payments = invoice.payments.iter().map(|payment| (DocumentKind::Payment, "P", &payment.id, payment.paid_at));
    let refunds = invoice.refunds.iter().map(|refund| (DocumentKind::Refund, "R", &refund.name, refund.at));
    for (kind, letter, id, at) in payments.chain(refunds) {
        let local_id = format!("{}:{id}", invoice.id);
        seen.push(Seen {
            kind,
            number: format!("{letter}-{}", digest(&[&local_id], 14)),
            source: invoice.id.clone(),
            date: Date::of(at, zone).to_string(),
            local_id,
        });
    }
}
