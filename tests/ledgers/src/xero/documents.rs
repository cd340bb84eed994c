//! Contacts, invoices, credit notes, payments and manual journals.

use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Value, json};

use super::{filter, invalid, shapes};
use crate::books::{AccountKind, Books};
use crate::call::{Call, Reply};
use crate::shape::{Shape, amount, check, days_since_1970, list, number, text, with};

/// What is said of a date in a closed period.
pub(super) const CLOSED: &str = "The document date cannot be before the period lock date.";

const OVERPAID: &str = "Payment amount exceeds the amount outstanding on this document";

/// What is said of a document whose number is taken.
pub(super) fn duplicate(path: &str) -> &'static str {
    if path.ends_with("/CreditNotes") {
        "Credit note # must be unique."
    } else if path.ends_with("/Contacts") {
        "The contact number is already assigned to another contact. The contact number must be unique."
    } else {
        "Invoice # must be unique."
    }
}

/// A resource: the list's name, the kind that its documents are here, the id's name, the shape of what is written.
struct Resource {
    name: &'static str,
    kind: &'static str,
    id: &'static str,
    shape: Shape,
}

const RESOURCES: [Resource; 5] = [
    Resource { name: "Contacts", kind: "customers", id: "ContactID", shape: shapes::CONTACT },
    Resource { name: "Invoices", kind: "invoices", id: "InvoiceID", shape: shapes::INVOICE },
    Resource { name: "CreditNotes", kind: "refunds", id: "CreditNoteID", shape: shapes::CREDIT_NOTE },
    Resource { name: "Payments", kind: "payments", id: "PaymentID", shape: shapes::PAYMENT },
    Resource { name: "ManualJournals", kind: "journals", id: "ManualJournalID", shape: shapes::MANUAL_JOURNAL },
];

fn envelope(books: &Books, name: &str, list: Vec<Value>) -> Reply {
    let body = json!({
        "Id": "e997d6d7-6dad-4458-beb8-d9c1bf7f2edf", "Status": "OK", "ProviderName": "bheem-edge",
        "DateTimeUTC": format!("/Date({})/", books.now), name: list,
    });
    Reply::json(200, &body)
}

/// The organisation, and lists of documents.
pub(super) fn read(books: &Books, call: &Call, tenant: &str, resource: &str) -> Reply {
    if resource == "Organisation" {
        let company = books.companies.iter().find(|company| company.id == tenant);
        let name = company.map_or("", |company| company.name.as_str());
        let organisation = json!({
            "OrganisationID": tenant, "Name": name, "BaseCurrency": books.base_currency, "CountryCode": "US",
            "OrganisationStatus": "ACTIVE", "PeriodLockDate": books.closed_before,
        });
        return envelope(books, "Organisations", vec![organisation]);
    }
    let Some(resource) = RESOURCES.iter().find(|known| known.name == resource) else { return Reply::empty(404) };
    let (filter, numbers) = (call.parameter("where"), call.parameter("InvoiceNumbers"));
    let known = ["where", "InvoiceNumbers", "order", "page", "pageSize", "includeArchived", "unitdp", "Statuses"];
    if call.query.iter().any(|(name, _)| !known.contains(&name.as_str())) {
        return Reply::empty(400);
    }
    let mut found = Vec::new();
    let payments = books.of(tenant, "refund_payments").filter(|_| resource.kind == "payments");
    for document in books.of(tenant, resource.kind).chain(payments) {
        let numbered = numbers.is_none_or(|numbers| numbers.split(',').any(|one| one == document.number));
        match filter.map_or(Some(true), |filter| filter::meets(&document.body, filter)) {
            Some(meets) if meets && numbered => found.push(document.body.clone()),
            Some(_) => {}
            None => {
                let message = json!({"ErrorNumber": 16, "Type": "QueryParseException", "Message": "No property"});
                return Reply::json(400, &message);
            }
        }
    }
    if let Some(page) = call.parameter("page") {
        let size = call.parameter("pageSize").and_then(|size| size.parse().ok()).unwrap_or(100_usize);
        let skipped = page.parse::<usize>().unwrap_or(1).saturating_sub(1).saturating_mul(size);
        found = found.into_iter().skip(skipped).take(size).collect();
    }
    envelope(books, resource.name, found)
}

/// Writes one document: `{"Invoices":[{…}]}`.
pub(super) fn write(books: &mut Books, call: &Call, tenant: &str, resource: &str) -> Reply {
    let Some(resource) = RESOURCES.iter().find(|known| known.name == resource) else { return Reply::empty(404) };
    let Some(body) = call.json() else { return Reply::empty(400) };
    let [sent] = list(&body, &format!("/{}", resource.name)) else {
        return invalid(&json!({}), "One element at a time, please.");
    };
    if let Err(misshapen) = check(sent, resource.shape) {
        return invalid(sent, &format!("{} {}", misshapen.path, misshapen.message));
    }
    if books.is_closed(text(sent, "/Date")) && resource.kind != "customers" {
        return invalid(sent, CLOSED);
    }
    let unit_places = if call.parameter("unitdp") == Some("4") { 4 } else { 2 };
    let written = match resource.kind {
        "customers" => contact(books, tenant, sent),
        "invoices" | "refunds" => sale(books, tenant, resource, sent, unit_places),
        "payments" => payment(books, tenant, sent),
        _ => manual_journal(books, tenant, sent),
    };
    match written {
        Ok(document) => envelope(books, resource.name, vec![document]),
        Err(message) => invalid(sent, &message),
    }
}

/// Days as they are answered: `/Date(1793491200000+0000)/`.
fn dated(sent: &Value) -> Value {
    let mut dates = json!({});
    for name in ["Date", "DueDate"] {
        if let (Some(day), Some(dates)) = (sent.get(name).and_then(Value::as_str), dates.as_object_mut()) {
            dates.insert(
                name.to_owned(),
                format!("/Date({}+0000)/", days_since_1970(day).saturating_mul(86_400_000)).into(),
            );
        }
    }
    dates
}

fn contact(books: &mut Books, tenant: &str, sent: &Value) -> Result<Value, String> {
    let (name, contact_number) = (text(sent, "/Name"), text(sent, "/ContactNumber"));
    if books.of(tenant, "customers").any(|own| !contact_number.is_empty() && own.number == contact_number) {
        return Err(duplicate("/Contacts").to_owned());
    }
    if books.of(tenant, "customers").any(|own| text(&own.body, "/Name").eq_ignore_ascii_case(name)) {
        return Err(format!(
            "The contact name {name} is already assigned to another contact. The contact name must be unique across all \
             active contacts."
        ));
    }
    let id = books.next_uuid();
    let document = with(
        sent,
        json!({
            "ContactID": id, "ContactStatus": "ACTIVE", "IsSupplier": false, "IsCustomer": false,
            "HasValidationErrors": false, "ContactGroups": [], "ContactPersons": [],
        }),
    );
    books.keep("customers", tenant, &id, contact_number, Decimal::ZERO, document.clone());
    Ok(document)
}

/// An invoice, or a credit note.
fn sale(books: &mut Books, tenant: &str, resource: &Resource, sent: &Value, unit_places: u32) -> Result<Value, String> {
    let own_number = if resource.kind == "invoices" { "InvoiceNumber" } else { "CreditNoteNumber" };
    let own = text(sent, &format!("/{own_number}"));
    if books.of(tenant, resource.kind).any(|other| other.number == own) {
        return Err(duplicate(resource.name_as_path()).to_owned());
    }
    let contact = text(sent, "/Contact/ContactID").to_owned();
    let Some(customer) = books.get(tenant, "customers", &contact) else {
        return Err("The Contact could not be found.".to_owned());
    };
    let customer = json!({"ContactID": contact, "Name": text(&customer.body, "/Name")});
    let mut total = Decimal::ZERO;
    let mut lines = Vec::new();
    for line in list(sent, "/LineItems") {
        let code = text(line, "/AccountCode");
        if !books.has_account(code, &[AccountKind::Revenue, AccountKind::Expense, AccountKind::Liability]) {
            return Err(format!("Account code '{code}' is not a valid code for this document."));
        }
        let unit =
            amount(line, "/UnitAmount").round_dp_with_strategy(unit_places, RoundingStrategy::MidpointAwayFromZero);
        let product = amount(line, "/Quantity").checked_mul(unit).unwrap_or_default();
        let product = product.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
        total = total.checked_add(product).unwrap_or_default();
        let id = books.next_uuid();
        let more = json!({"LineItemID": id, "LineAmount": number(product), "TaxAmount": 0, "TaxType": "NONE"});
        lines.push(with(line, more));
    }
    if total < Decimal::ZERO {
        return Err("The total for this document must be greater than or equal to zero.".to_owned());
    }
    let id = books.next_uuid();
    let currency = Some(text(sent, "/CurrencyCode")).filter(|currency| !currency.is_empty());
    let currency = currency.unwrap_or(&books.base_currency).to_owned();
    let more = json!({
        resource.id: id, "Contact": customer, "LineItems": lines, "CurrencyCode": currency,
        "SubTotal": number(total), "TotalTax": 0, "Total": number(total), "HasErrors": false,
    });
    let open = if resource.kind == "invoices" {
        json!({"AmountDue": number(total), "AmountPaid": 0, "AmountCredited": 0})
    } else {
        json!({"RemainingCredit": number(total)})
    };
    let document = with(&with(&with(sent, dated(sent)), more), open);
    books.keep(resource.kind, tenant, &id, own, total, document.clone());
    Ok(document)
}

impl Resource {
    fn name_as_path(&self) -> &'static str {
        if self.kind == "refunds" { "/CreditNotes" } else { "/Invoices" }
    }
}

fn payment(books: &mut Books, tenant: &str, sent: &Value) -> Result<Value, String> {
    let code = text(sent, "/Account/Code");
    if !books.has_account(code, &[AccountKind::Bank]) {
        return Err(format!("Account with code '{code}' is not a bank account, and payments to it are not enabled."));
    }
    let paid = amount(sent, "/Amount");
    let (invoice, credit) = (text(sent, "/Invoice/InvoiceID"), text(sent, "/CreditNote/CreditNoteID"));
    let (kind, of, id) = match (invoice.is_empty(), credit.is_empty()) {
        (false, true) => ("payments", "invoices", invoice),
        (true, false) => ("refund_payments", "refunds", credit),
        _ => return Err("Payment must be for one invoice or one credit note.".to_owned()),
    };
    let payment_id = books.next_uuid();
    let Some(document) = books.get_mut(tenant, of, id) else {
        return Err("Invoice could not be found.".to_owned());
    };
    if text(&document.body, "/Status") != "AUTHORISED" && text(&document.body, "/Status") != "PAID" {
        return Err("Payments can only be made against Authorised documents".to_owned());
    }
    if paid <= Decimal::ZERO {
        return Err("Payment amount must be greater than zero.".to_owned());
    }
    if paid > document.open {
        return Err(OVERPAID.to_owned());
    }
    document.open = document.open.checked_sub(paid).unwrap_or_default();
    document.version = document.version.saturating_add(1);
    let (open, settled) = (document.open, document.total.checked_sub(document.open).unwrap_or_default());
    let mut more = if of == "invoices" {
        json!({"AmountDue": number(open), "AmountPaid": number(settled)})
    } else {
        json!({"RemainingCredit": number(open)})
    };
    if open == Decimal::ZERO {
        more = with(&more, json!({"Status": "PAID"}));
    }
    document.body = with(&document.body, more);
    let kind_there = if of == "invoices" { "ACCRECPAYMENT" } else { "ARCREDITPAYMENT" };
    let more = json!({"PaymentID": payment_id, "Status": "AUTHORISED", "PaymentType": kind_there});
    let written = with(&with(sent, dated(sent)), more);
    books.keep(kind, tenant, &payment_id, text(sent, "/Reference"), paid, written.clone());
    Ok(written)
}

fn manual_journal(books: &mut Books, tenant: &str, sent: &Value) -> Result<Value, String> {
    let mut sum = Decimal::ZERO;
    let mut debits = Decimal::ZERO;
    for line in list(sent, "/JournalLines") {
        let code = text(line, "/AccountCode");
        if !books.has_account(code, &[AccountKind::Revenue, AccountKind::Expense, AccountKind::Liability]) {
            return Err(format!("Account code '{code}' is not a valid account for a manual journal."));
        }
        let debit = amount(line, "/LineAmount");
        sum = sum.checked_add(debit).unwrap_or_default();
        debits = debits.checked_add(debit.max(Decimal::ZERO)).unwrap_or_default();
    }
    if sum != Decimal::ZERO {
        return Err("The total debits must equal total credits.".to_owned());
    }
    let id = books.next_uuid();
    let document = with(&with(sent, dated(sent)), json!({"ManualJournalID": id, "HasAttachments": false}));
    // It has no number: what stands before the first colon of the narration is whoever's who wrote it.
    let own = text(sent, "/Narration").split(':').next().unwrap_or_default().to_owned();
    books.keep("journals", tenant, &id, &own, debits, document.clone());
    Ok(document)
}
