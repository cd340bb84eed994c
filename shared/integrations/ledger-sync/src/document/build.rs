//! Makes of rows what the provider is sent, from the edge's records as they are now.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use edge_accounting::{
    Address, Customer, Document, DocumentKind, Invoice, InvoiceLine, Journal, Payment, Recorded, Refund,
};
use edge_allocations::{GlKind, GlMappings, Line, Lines};
use edge_capabilities::Capabilities;
use edge_database::{DatabaseError, Db};
use edge_entities::{Entities, Entity};
use edge_invoices::{Invoice as EdgeInvoice, InvoiceState, Invoices, Totals};
use edge_time_zones::{Date, Zone};
use rust_decimal::Decimal;

use super::collect::{customer_id, step_id};
use super::journal;
use super::model::{DocumentRow, DocumentState};
use super::store::Documents;
use crate::books::Integration;
use crate::error::{Reason, SyncCode};

/// The longest number that all providers take, in characters.
const MAX_NUMBER: usize = 20;

/// What a row is to the books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Built {
    /// It is to be written.
    Document(Document),
    /// It is not to be written any more; if it was, somebody must know.
    Voided(Document),
    /// There is nothing to write.
    Nothing,
}

/// Why a document cannot be written now.
#[derive(Debug)]
pub(crate) enum Obstacle {
    /// Why.
    Reason(Reason),
    /// The database failed.
    Db(DatabaseError),
}

impl From<DatabaseError> for Obstacle {
    fn from(error: DatabaseError) -> Self {
        Self::Db(error)
    }
}

fn unreadable(what: &str) -> Obstacle {
    Obstacle::Reason(Reason::new(SyncCode::RecordUnreadable, format!("The record has no {what}.")))
}

type AccountKey = (GlKind, Option<String>, Option<String>);

/// Makes documents of rows.
pub(crate) struct Builder {
    invoices: Invoices,
    entities: Entities,
    mappings: GlMappings,
    lines: Lines,
    documents: Documents,
    integration: Integration,
    zone: Zone,
    /// The accounts that were looked up already.
    accounts: Mutex<BTreeMap<AccountKey, Option<String>>>,
    /// Whether documents that are not in the books stand for themselves: in a dry run, what is sent before is taken to be.
    is_dry: bool,
}

/// What the rows of a page are read from.
#[derive(Default)]
pub(crate) struct Sources {
    invoices: HashMap<String, EdgeInvoice>,
    entities: HashMap<String, Option<Entity>>,
    customers: HashMap<String, DocumentRow>,
    sent_invoices: HashMap<String, DocumentRow>,
    lines: BTreeMap<String, Vec<Line>>,
}

impl Builder {
    pub(crate) fn new(
        capabilities: &Capabilities,
        db: &Db,
        integration: &Integration,
        zone: Zone,
        is_dry: bool,
    ) -> Self {
        Self {
            invoices: Invoices::new(db.clone()),
            entities: Entities::new(capabilities, db),
            mappings: GlMappings::new(db.clone()),
            lines: Lines::new(db.clone()),
            documents: Documents::new(db.clone()),
            integration: integration.clone(),
            zone,
            accounts: Mutex::default(),
            is_dry,
        }
    }

    /// Reads what `rows` are made from, in few statements.
    pub(crate) async fn read(&self, rows: &[DocumentRow]) -> Result<Sources, DatabaseError> {
        let mut sources = Sources::default();
        let tenant = self.integration.tenant.as_str();
        let mut documents: Vec<String> = Vec::new();
        let mut invoices: Vec<String> = Vec::new();
        for row in rows {
            if row.kind() == DocumentKind::Journal {
                documents.push(row.source.clone());
                invoices.extend(row.source.strip_prefix("invoice:").map(str::to_owned));
            } else {
                invoices.push(row.source.clone());
            }
        }
        for list in [&mut documents, &mut invoices] {
            list.sort_unstable();
            list.dedup();
        }
        if !documents.is_empty() {
            for line in self.lines.of_documents(tenant, &documents).await? {
                sources.lines.entry(step_id(&line)).or_default().push(line);
            }
        }
        for invoice in self.invoices.find_all(tenant, &invoices).await? {
            sources.invoices.insert(invoice.id.clone(), invoice);
        }
        for row in rows.iter().filter(|row| row.kind() == DocumentKind::Customer) {
            let invoice = sources.invoices.get(&row.source);
            let Some(id) = invoice.and_then(|invoice| invoice.customer.id.clone()) else { continue };
            if let Entry::Vacant(place) = sources.entities.entry(id) {
                let entity = self.entities.find(tenant, place.key()).await?;
                place.insert(entity);
            }
        }
        let of_kind = |kinds: &[DocumentKind]| rows.iter().any(|row| kinds.contains(&row.kind()));
        if of_kind(&[DocumentKind::Invoice, DocumentKind::Payment, DocumentKind::Refund]) {
            let mut ids: Vec<String> =
                sources.invoices.values().filter_map(|invoice| customer_id(&invoice.customer)).collect();
            ids.sort_unstable();
            ids.dedup();
            let found = self.documents.of_local_ids(&self.integration.id, DocumentKind::Customer, &ids).await?;
            sources.customers = found.into_iter().map(|row| (row.local_id.clone(), row)).collect();
        }
        if of_kind(&[DocumentKind::Payment, DocumentKind::Refund]) {
            let found = self.documents.of_local_ids(&self.integration.id, DocumentKind::Invoice, &invoices).await?;
            sources.sent_invoices = found.into_iter().map(|row| (row.local_id.clone(), row)).collect();
        }
        Ok(sources)
    }

    /// What `row` is to the books.
    pub(crate) async fn build(&self, row: &DocumentRow, sources: &Sources) -> Result<Built, Obstacle> {
        if row.number.chars().count() > MAX_NUMBER {
            let message = format!("{} is longer than {MAX_NUMBER} characters.", row.number);
            return Err(Obstacle::Reason(Reason::new(SyncCode::NumberTooLong, message)));
        }
        if row.kind() == DocumentKind::Journal {
            return self.journal(row, sources).await;
        }
        let invoice = sources.invoices.get(&row.source).ok_or_else(|| unreadable("invoice"))?;
        match row.kind() {
            DocumentKind::Customer => Ok(Built::Document(customer(row, invoice, sources))),
            DocumentKind::Invoice => self.invoice(row, invoice, sources).await,
            DocumentKind::Payment => self.payment(row, invoice, sources).await,
            DocumentKind::Refund | DocumentKind::Journal => self.refund(row, invoice, sources).await,
        }
    }

    /// The account for what is `kind`.
    async fn account(
        &self,
        kind: GlKind,
        department: Option<&str>,
        plan: Option<&str>,
    ) -> Result<Option<String>, DatabaseError> {
        let key = (kind, department.map(str::to_owned), plan.map(str::to_owned));
        let known = self.accounts.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let found = self.mappings.code(&self.integration.tenant, kind, department, plan).await?;
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner).insert(key, found.clone());
        Ok(found)
    }

    /// The account for what is `kind`, which must be named.
    async fn mapped(&self, kind: GlKind, department: Option<&str>, plan: Option<&str>) -> Result<String, Obstacle> {
        self.account(kind, department, plan).await?.ok_or_else(|| {
            let of = department.map(|id| format!(" of the department {id}")).unwrap_or_default();
            let message = format!("No GL mapping names the account for `{}`{of}.", kind.as_str());
            Obstacle::Reason(Reason::new(SyncCode::MissingGlMapping, message))
        })
    }

    /// The document that `row` refers to, and its number.
    fn reference(
        &self,
        kind: DocumentKind,
        found: Option<&DocumentRow>,
        number: &str,
    ) -> Result<(Recorded, String), Obstacle> {
        let remote = found.filter(|row| row.state == DocumentState::Sent).and_then(DocumentRow::remote).cloned();
        let own = found.map_or(number, |row| &row.number).to_owned();
        match remote {
            Some(remote) => Ok((remote, own)),
            None if self.is_dry => Ok((Recorded::new(format!("{{{kind} {own}}}", kind = singular(kind))), own)),
            None => {
                let message = format!("The {} {own} is not in the books.", singular(kind));
                Err(Obstacle::Reason(Reason::new(SyncCode::WaitsForDocument, message)))
            }
        }
    }

    fn customer_of(&self, invoice: &EdgeInvoice, sources: &Sources) -> Result<(Recorded, String), Obstacle> {
        let id = customer_id(&invoice.customer).ok_or_else(|| unreadable("customer"))?;
        self.reference(DocumentKind::Customer, sources.customers.get(&id), "of the invoice")
    }

    async fn invoice(&self, row: &DocumentRow, invoice: &EdgeInvoice, sources: &Sources) -> Result<Built, Obstacle> {
        let exponent = invoice.currency.exponent();
        let (customer, customer_number) = self.customer_of(invoice, sources)?;
        let totals = Totals::of(&invoice.items).ok_or_else(|| unreadable("total"))?;
        let revenue = self.mapped(GlKind::Revenue, None, None).await?;
        let mut lines: Vec<InvoiceLine> = invoice
            .items
            .iter()
            .zip(&totals.lines)
            .map(|(item, amount)| InvoiceLine {
                description: match &item.section {
                    Some(section) => format!("{section}: {}", item.description),
                    None => item.description.clone(),
                },
                quantity: item.quantity,
                unit_price: Decimal::new(item.unit_price, exponent),
                amount: Decimal::new(*amount, exponent),
                account: revenue.clone(),
            })
            .collect();
        for tax in totals.taxes.iter().filter(|tax| tax.tax != 0) {
            let amount = Decimal::new(tax.tax, exponent);
            lines.push(InvoiceLine {
                description: format!("Tax {} %", tax.rate.normalize()),
                quantity: Decimal::ONE,
                unit_price: amount,
                amount,
                account: self.mapped(GlKind::Tax, None, None).await?,
            });
        }
        let date = invoice.issue_date.ok_or_else(|| unreadable("date"))?;
        let document = Document::Invoice(Invoice {
            number: row.number.clone(),
            customer,
            customer_number,
            date,
            due: invoice.due_date.unwrap_or(date),
            currency: invoice.currency,
            lines,
            total: Decimal::new(invoice.total, exponent),
        });
        Ok(if invoice.state == InvoiceState::Void { Built::Voided(document) } else { Built::Document(document) })
    }

    async fn payment(&self, row: &DocumentRow, invoice: &EdgeInvoice, sources: &Sources) -> Result<Built, Obstacle> {
        let id = suffix(row, invoice);
        let payment = invoice.payments.iter().find(|payment| payment.id == id).ok_or_else(|| unreadable("payment"))?;
        let account = self.mapped(GlKind::Cash, None, None).await?;
        let (customer, customer_number) = self.customer_of(invoice, sources)?;
        let number = invoice.invoice_number().unwrap_or_default();
        let found = sources.sent_invoices.get(&invoice.id);
        let (remote, invoice_number) = self.reference(DocumentKind::Invoice, found, &number)?;
        Ok(Built::Document(Document::Payment(Payment {
            number: row.number.clone(),
            customer,
            customer_number,
            invoice: remote,
            invoice_number,
            date: Date::of(payment.paid_at, &self.zone),
            currency: invoice.currency,
            amount: Decimal::new(payment.amount, invoice.currency.exponent()),
            account,
        })))
    }

    async fn refund(&self, row: &DocumentRow, invoice: &EdgeInvoice, sources: &Sources) -> Result<Built, Obstacle> {
        let name = suffix(row, invoice);
        let refund = invoice.refunds.iter().find(|refund| refund.name == name).ok_or_else(|| unreadable("refund"))?;
        let account = self.mapped(GlKind::Cash, None, None).await?;
        let refund_account = self.mapped(GlKind::Refund, None, None).await?;
        let (customer, customer_number) = self.customer_of(invoice, sources)?;
        let number = invoice.invoice_number().unwrap_or_default();
        let found = sources.sent_invoices.get(&invoice.id);
        let (_, invoice_number) = self.reference(DocumentKind::Invoice, found, &number)?;
        Ok(Built::Document(Document::Refund(Refund {
            number: row.number.clone(),
            customer,
            customer_number,
            description: format!("Refund of {invoice_number}"),
            invoice_number,
            date: Date::of(refund.at, &self.zone),
            currency: invoice.currency,
            amount: Decimal::new(refund.amount, invoice.currency.exponent()),
            account,
            refund_account,
        })))
    }

    async fn journal(&self, row: &DocumentRow, sources: &Sources) -> Result<Built, Obstacle> {
        let lines = sources.lines.get(&row.local_id).ok_or_else(|| unreadable("posted lines"))?;
        let first = lines.first().ok_or_else(|| unreadable("posted lines"))?;
        let is_void = row
            .source
            .strip_prefix("invoice:")
            .and_then(|id| sources.invoices.get(id))
            .is_some_and(|invoice| invoice.state == InvoiceState::Void);
        let refund = self.account(GlKind::Refund, None, None).await?;
        let mut entries = Vec::new();
        for line in lines.iter().filter(|line| line.amount != 0) {
            let (department, plan) = (line.department.as_deref(), line.plan.as_deref());
            let account = match &line.gl_code {
                Some(account) => account.clone(),
                None => self.mapped(line.kind, department, plan).await?,
            };
            let other = journal::contra(line, &account, refund.as_deref(), is_void);
            let against = self.mapped(other.kind, None, None).await?;
            let amount = if other.is_debit { line.amount } else { line.amount.saturating_neg() };
            entries.push((account, amount));
            entries.push((against, amount.saturating_neg()));
        }
        let description = format!("{} of {}", first.action.as_str(), first.document);
        let lines = journal::lines(entries, first.currency.exponent(), &description);
        if lines.is_empty() {
            return Ok(Built::Nothing);
        }
        Ok(Built::Document(Document::Journal(Journal {
            number: row.number.clone(),
            date: first.date,
            currency: first.currency,
            description,
            lines,
        })))
    }
}

/// What a row's local id has after the invoice's.
fn suffix<'r>(row: &'r DocumentRow, invoice: &EdgeInvoice) -> &'r str {
    row.local_id.strip_prefix(invoice.id.as_str()).and_then(|rest| rest.strip_prefix(':')).unwrap_or_default()
}

/// A document of a kind, for people.
pub(crate) const fn singular(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Customer => "customer",
        DocumentKind::Invoice => "invoice",
        DocumentKind::Payment => "payment",
        DocumentKind::Refund => "refund",
        DocumentKind::Journal => "journal",
    }
}

/// The customer of `invoice`: an entity of the tenant's, or whoever stands on the invoice.
fn customer(row: &DocumentRow, invoice: &EdgeInvoice, sources: &Sources) -> Document {
    let on_invoice = &invoice.customer;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let entity = on_invoice.id.as_ref().and_then(|id| sources.entities.get(id)).and_then(Option::as_ref);
    let (name, email, tax_id, address, country, currency) = match entity {
        Some(entity) => (
            entity.invoice_name().to_owned(),
            text(&entity.billing_email),
            text(&entity.tax_id),
            text(&entity.address),
            text(&entity.country),
            entity.currency,
        ),
        None => (
            on_invoice.display_name().to_owned(),
            text(&on_invoice.email),
            text(&on_invoice.tax_id),
            text(&on_invoice.address),
            String::new(),
            invoice.currency,
        ),
    };
    let lines = address.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
    Document::Customer(Customer {
        number: row.number.clone(),
        name: if name.is_empty() { row.number.clone() } else { name },
        email,
        tax_id,
        currency,
        address: Address { lines, country, ..Address::default() },
    })
}
