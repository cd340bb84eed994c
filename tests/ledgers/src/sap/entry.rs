//! Journal entries: posted by SOAP, read by OData.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::chosen;
use super::xml::{Element, escape, parse};
use crate::books::{AccountKind, Books, Stored};
use crate::call::{Call, Reply};
use crate::shape::{is_date, list, text};

/// The longest texts of an entry's own fields.
const FIELDS: [(&str, usize); 9] = [
    ("OriginalReferenceDocumentType", 5),
    ("BusinessTransactionType", 4),
    ("AccountingDocumentType", 2),
    ("DocumentReferenceID", 16),
    ("DocumentHeaderText", 25),
    ("CreatedByUser", 12),
    ("CompanyCode", 4),
    ("DocumentDate", 10),
    ("PostingDate", 10),
];

/// The fields of an item, and the longest texts.
const ITEM_FIELDS: [(&str, usize); 8] = [
    ("ReferenceDocumentItem", 10),
    ("GLAccount", 10),
    ("Debtor", 10),
    ("AmountInTransactionCurrency", 25),
    ("DebitCreditCode", 1),
    ("DocumentItemText", 50),
    ("AssignmentReference", 18),
    ("CashDiscountTerms", 0),
];

fn envelope(inside: &str) -> String {
    format!(
        "<soap-env:Envelope xmlns:soap-env=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap-env:Header/>\
         <soap-env:Body>{inside}</soap-env:Body></soap-env:Envelope>"
    )
}

/// A SOAP fault.
pub(super) fn fault(status: u16) -> Reply {
    let inside = "<soap-env:Fault><faultcode>soap-env:Server</faultcode><faultstring xml:lang=\"en\">Web service \
                  processing error; more details in the web service error log on provider side</faultstring>\
                  </soap-env:Fault>";
    Reply::text(status, "text/xml; charset=utf-8", envelope(inside))
}

fn bad_request(says: &str) -> Reply {
    let inside = format!(
        "<soap-env:Fault><faultcode>soap-env:Client</faultcode><faultstring xml:lang=\"en\">{}</faultstring>\
         </soap-env:Fault>",
        escape(says)
    );
    Reply::text(400, "text/xml; charset=utf-8", envelope(&inside))
}

fn confirmation(number: &str, company: &str, year: &str, log: &str) -> Reply {
    let inside = format!(
        "<n0:JournalEntryBulkCreateConfirmation xmlns:n0=\"http://sap.com/xi/SAPSCORE/SFIN\" \
         xmlns:prx=\"urn:sap.com:proxy:S4H:/1SAI/TAS:795\"><MessageHeader><CreationDateTime>2026-01-01T00:00:00Z\
         </CreationDateTime></MessageHeader><ConfirmationInterfaceOrignName/><JournalEntryCreateConfirmation>\
         <MessageHeader><CreationDateTime>2026-01-01T00:00:00Z</CreationDateTime></MessageHeader>\
         <JournalEntryCreateConfirmation><AccountingDocument>{number}</AccountingDocument><CompanyCode>{company}\
         </CompanyCode><FiscalYear>{year}</FiscalYear></JournalEntryCreateConfirmation><Log>{log}</Log>\
         </JournalEntryCreateConfirmation><Log/></n0:JournalEntryBulkCreateConfirmation>"
    );
    Reply::text(200, "text/xml; charset=utf-8", envelope(&inside))
}

fn log_item(type_id: &str, severity: u8, note: &str) -> String {
    format!(
        "<Item><TypeID>{type_id}</TypeID><SeverityCode>{severity}</SeverityCode><Note>{}</Note></Item>",
        escape(note)
    )
}

/// A document that was not posted.
pub(super) fn refusal(type_id: &str, note: &str) -> Reply {
    let log = format!(
        "<MaximumLogItemSeverityCode>3</MaximumLogItemSeverityCode>{}{}",
        log_item("609(RW)", 3, "Error in document: BKPFF $ S4HCLNT100"),
        log_item(type_id, 3, note)
    );
    confirmation("0000000000", " ", "0000", &log)
}

/// A period that is closed.
pub(super) fn closed_period(date: &str) -> Reply {
    let (year, month) = (date.get(..4).unwrap_or_default(), date.get(5..7).unwrap_or_default());
    refusal("201(F5)", &format!("Posting period 0{month} {year} is not open"))
}

struct Line {
    body: Value,
    amount: Decimal,
    is_customer: bool,
}

fn line(books: &Books, item: &Element, currency: &mut String) -> Result<Line, Reply> {
    for child in &item.children {
        let known = ITEM_FIELDS.iter().find(|(name, _)| *name == child.name);
        let (_, longest) = known.ok_or_else(|| bad_request(&format!("Unknown element {}", child.name)))?;
        if child.text.chars().count() > *longest {
            return Err(bad_request(&format!("{} is too long", child.name)));
        }
    }
    let amount = item.child("AmountInTransactionCurrency").ok_or_else(|| bad_request("An item has no amount"))?;
    let code = amount.attribute("currencyCode");
    if code.len() != 3 || !(currency.is_empty() || currency == code) {
        return Err(bad_request("The items have several currencies, or none"));
    }
    code.clone_into(currency);
    let amount: Decimal = amount.text.parse().map_err(|_| bad_request("An amount is no number"))?;
    let side = if amount.is_sign_negative() { "H" } else { "S" };
    if item.of("DebitCreditCode") != side {
        return Err(refusal("013(GLE_FINS)", "The debit/credit code does not fit the sign of the amount"));
    }
    let is_customer = item.name == "DebtorItem";
    if is_customer {
        let customer = item.of("Debtor");
        if !books.documents.iter().any(|document| document.kind == "customers" && document.id == customer) {
            return Err(refusal("102(F5)", &format!("Customer {customer} does not exist")));
        }
    } else {
        let account = item.of("GLAccount");
        match books.accounts.get(account).map(|account| account.kind) {
            None => {
                let says = format!("G/L account {account} does not exist in chart of accounts YCOA");
                return Err(refusal("506(F5)", &says));
            }
            Some(AccountKind::Receivable | AccountKind::Payable) => {
                let says =
                    format!("G/L account {account} is a reconciliation account and cannot be posted to directly");
                return Err(refusal("562(F5)", &says));
            }
            Some(_) => {}
        }
    }
    let due = item.child("CashDiscountTerms").map(|terms| terms.of("DueCalculationBaseDate").to_owned());
    if due.as_ref().is_some_and(|due| !is_date(due)) {
        return Err(bad_request("DueCalculationBaseDate is no date"));
    }
    let body = json!({
        "ReferenceDocumentItem": item.of("ReferenceDocumentItem"), "GLAccount": item.of("GLAccount"),
        "Customer": item.of("Debtor"), "AmountInTransactionCurrency": amount.to_string(), "TransactionCurrency": code,
        "DebitCreditCode": side, "DocumentItemText": item.of("DocumentItemText"),
        "AssignmentReference": item.of("AssignmentReference"), "DueCalculationBaseDate": due,
    });
    Ok(Line { body, amount, is_customer })
}

pub(super) fn post(books: &mut Books, call: &Call) -> Reply {
    if !call.header("content-type").is_some_and(|content_type| content_type.starts_with("text/xml")) {
        return Reply::empty(415);
    }
    let envelope = parse(&String::from_utf8_lossy(&call.body));
    let request = envelope
        .as_ref()
        .and_then(|envelope| envelope.child("Body"))
        .and_then(|body| body.child("JournalEntryBulkCreateRequest"));
    let Some(request) = request else { return bad_request("The message is no JournalEntryBulkCreateRequest") };
    let headers = [request.child("MessageHeader"), entry_request(request).and_then(|own| own.child("MessageHeader"))];
    let is_header = |header: &Option<&Element>| {
        header.is_some_and(|header| {
            !header.of("ID").is_empty() && header.of("ID").len() <= 36 && header.of("CreationDateTime").ends_with('Z')
        })
    };
    if !headers.iter().all(is_header) {
        return bad_request("A message header lacks ID or CreationDateTime");
    }
    let entry = entry_request(request).and_then(|request| request.child("JournalEntry"));
    let Some(entry) = entry else { return bad_request("There is no journal entry") };
    for (name, longest) in FIELDS {
        if entry.of(name).is_empty() || entry.of(name).chars().count() > longest {
            return bad_request(&format!("{name} is missing or too long"));
        }
    }
    let of_entry = entry.children.iter().filter(|child| !FIELDS.iter().any(|(name, _)| *name == child.name));
    let items: Vec<&Element> = of_entry.collect();
    if let Some(other) = items.iter().find(|item| !["Item", "DebtorItem"].contains(&item.name.as_str())) {
        return bad_request(&format!("Unknown element {}", other.name));
    }
    let (company, date) = (entry.of("CompanyCode"), entry.of("PostingDate"));
    if !books.companies.iter().any(|known| known.id == company) {
        return refusal("165(F5)", &format!("Company code {company} does not exist"));
    }
    if !is_date(date) || !is_date(entry.of("DocumentDate")) {
        return bad_request("A date is no date");
    }
    if books.is_closed(date) {
        return closed_period(date);
    }
    let mut currency = String::new();
    let lines: Vec<Line> = match items.iter().map(|item| line(books, item, &mut currency)).collect() {
        Ok(lines) => lines,
        Err(reply) => return reply,
    };
    if lines.len() < 2 {
        return refusal("023(GLE_FINS)", "An entry needs two items at least");
    }
    let balance: Decimal = lines.iter().map(|line| line.amount).sum();
    if !balance.is_zero() {
        return refusal("702(F5)", "Balance in transaction currency");
    }
    let document_type = entry.of("AccountingDocumentType");
    let customers = lines.iter().filter(|line| line.is_customer).count();
    if ["DR", "DZ"].contains(&document_type) != (customers == 1) {
        return refusal("814(F5)", "Account type D is not allowed for the document type, or is missing");
    }
    let kind = match document_type {
        "DR" => "invoices",
        "DZ" => "payments",
        "SA" if entry.of("DocumentHeaderText").starts_with("Refund") => "refunds",
        "SA" => "journals",
        other => return refusal("814(F5)", &format!("Document type {other} is not defined")),
    };
    let (company, year) = (company.to_owned(), date.get(..4).unwrap_or_default().to_owned());
    let number = format!("{:010}", books.next_id().saturating_add(100_000_000));
    let fields = FIELDS.iter().map(|(name, _)| ((*name).to_owned(), Value::String(entry.of(name).to_owned())));
    let mut body: serde_json::Map<String, Value> = fields.collect();
    body.insert("AccountingDocument".to_owned(), json!(number));
    body.insert("FiscalYear".to_owned(), json!(year));
    body.insert("Items".to_owned(), lines.iter().map(|line| line.body.clone()).collect());
    let debits: Decimal = lines.iter().map(|line| line.amount).filter(|amount| amount.is_sign_positive()).sum();
    books.documents.push(Stored {
        kind: kind.to_owned(),
        id: format!("{number}/{year}"),
        number: entry.of("DocumentReferenceID").to_owned(),
        company: company.clone(),
        at: books.now,
        draft: false,
        version: 1,
        total: debits,
        // Payments are on account: clearing them is SAP's own.
        open: if kind == "invoices" { debits } else { Decimal::ZERO },
        body: Value::Object(body),
    });
    let note = format!("Document posted successfully: BKPFF {number}{company}{year} S4HCLNT100");
    let log = format!("<MaximumLogItemSeverityCode>1</MaximumLogItemSeverityCode>{}", log_item("605(RW)", 1, &note));
    confirmation(&number, &company, &year, &log)
}

fn entry_request(request: &Element) -> Option<&Element> {
    request.child("JournalEntryCreateRequest")
}

/// `2026-11-30` as OData of version 2 writes it.
fn odata_date(day: &str) -> String {
    let of = |range: std::ops::Range<usize>| day.get(range).and_then(|digits| digits.parse::<i64>().ok()).unwrap_or(1);
    let (year, month, day) = (of(0..4), of(5..7), of(8..10));
    // Days from 1970, by Howard Hinnant's civil calendar.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    format!("/Date({})/", days * 86_400_000)
}

/// The items of all entries.
pub(super) fn items(books: &Books, call: &Call) -> Reply {
    let entries = books.documents.iter().filter(|document| document.body.get("AccountingDocument").is_some());
    let items = entries.flat_map(|document| {
        let own = &document.body;
        list(own, "/Items").iter().map(move |item| {
            json!({
                "CompanyCode": text(own, "/CompanyCode"), "FiscalYear": text(own, "/FiscalYear"),
                "AccountingDocument": text(own, "/AccountingDocument"),
                "AccountingDocumentItem": format!("{:0>3}", text(item, "/ReferenceDocumentItem")),
                "AccountingDocumentType": text(own, "/AccountingDocumentType"),
                "AccountingDocumentHeaderText": text(own, "/DocumentHeaderText"),
                "DocumentReferenceID": text(own, "/DocumentReferenceID"),
                "PostingDate": odata_date(text(own, "/PostingDate")),
                "DocumentDate": odata_date(text(own, "/DocumentDate")),
                "GLAccount": text(item, "/GLAccount"), "Customer": text(item, "/Customer"),
                "AmountInTransactionCurrency": text(item, "/AmountInTransactionCurrency"),
                "TransactionCurrency": text(item, "/TransactionCurrency"),
                "DebitCreditCode": text(item, "/DebitCreditCode"),
            })
        })
    });
    chosen(items, call)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_as_milliseconds() {
        for (day, written) in [
            ("1970-01-01", "/Date(0)/"),
            ("2000-02-29", "/Date(951782400000)/"),
            ("2026-11-30", "/Date(1795996800000)/"),
        ] {
            assert_eq!(odata_date(day), written);
        }
    }
}
