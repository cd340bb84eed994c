//! What the clients send and what the stand-ins answer, against the providers' published schemas.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod schema;
#[path = "../support/mod.rs"]
mod support;

use edge_accounting::{Document, Provider, SignIn};
use schema::Schema;
use serde_json::Value;
use support::documents::{customer, invoice, journal, payment, refund};
use support::{Books, Exchange};

/// Writes and finds one of each kind; gives what went to and fro.
async fn exchanges(provider: Provider) -> Vec<Exchange> {
    written(Books::of(provider).signed_in().await).await
}

/// The same for providers that nobody consents at.
async fn exchanges_by_credentials(provider: Provider, options: &[(&str, &str)]) -> Vec<Exchange> {
    let mut books = Books::of(provider);
    books.connection.credentials = ledgers::credentials(provider.as_str());
    let options = options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    books.connection.options = options.collect();
    if books.client().sign_in() == SignIn::ClientCredentials {
        let tokens = books.client().renew(books.now()).await.unwrap();
        books.keep(tokens);
    }
    let companies = books.client().companies().await.unwrap();
    books.connection.company_id = Some(companies[0].id.clone());
    written(books).await
}

async fn written(books: Books) -> Vec<Exchange> {
    let acme = books.write(&customer("CUST-1", "Acme"), "key-c").await.unwrap();
    let own = Document::Invoice(invoice("INV-1", &acme));
    let sent = books.write(&own, "key-i").await.unwrap();
    for own in [
        customer("CUST-1", "Acme"),
        own,
        Document::Payment(payment("PAY-1", &acme, &sent, "100")),
        Document::Refund(refund("REF-1", &acme, "40")),
        Document::Journal(journal("JRN-1", "33.33")),
    ] {
        if books.find(&own).await.is_none() {
            books.write(&own, &format!("key-{}", own.number())).await.unwrap();
            assert!(books.find(&own).await.is_some());
        }
    }
    books.exchanges()
}

/// Compares; gives how much was compared.
fn compare(schema: &Schema, compared: Vec<(Value, String, bool)>) -> usize {
    let mut problems = Vec::new();
    for (value, object, request) in &compared {
        problems.extend(schema.problems(value, object, *request));
    }
    problems.sort();
    problems.dedup();
    assert!(problems.is_empty(), "{}:\n{}", schema.source, problems.join("\n"));
    compared.len()
}

#[tokio::test(start_paused = true)]
async fn what_goes_to_and_from_xero_is_in_its_openapi_description() {
    let schema = Schema::parse(include_str!("xero.json"));
    let mut compared = Vec::new();
    for exchange in exchanges(Provider::Xero).await.iter().filter(|one| one.path.contains("/api.xro/")) {
        for (body, request) in [(&exchange.request, true), (&exchange.answer, false)] {
            for (list, elements) in body.as_object().into_iter().flatten() {
                let Some(elements) = elements.as_array().cloned() else { continue };
                let object = list.strip_suffix('s').unwrap().to_owned();
                compared.extend(elements.into_iter().map(|element| (element, object.clone(), request)));
            }
        }
    }
    // Six are written and answered, five are found again; and there is the organisation.
    assert_eq!(compare(&schema, compared), 18);
}

#[tokio::test(start_paused = true)]
async fn what_goes_to_and_from_quickbooks_is_in_its_schemas() {
    let schema = Schema::parse(include_str!("quickbooks.json"));
    let mut compared = Vec::new();
    for exchange in exchanges(Provider::QuickBooks).await.iter().filter(|one| one.path.contains("/v3/company/")) {
        let answer = exchange.answer.get("QueryResponse").unwrap_or(&exchange.answer);
        for (entity, answered) in answer.as_object().into_iter().flatten() {
            let answered = match answered {
                Value::Array(list) => list.clone(),
                Value::Object(_) => vec![answered.clone()],
                _ => continue,
            };
            if !exchange.request.is_null() {
                compared.push((exchange.request.clone(), entity.clone(), true));
            }
            compared.extend(answered.into_iter().map(|one| (one, entity.clone(), false)));
        }
    }
    assert!(compare(&schema, compared) >= 25);
}

#[tokio::test(start_paused = true)]
async fn what_goes_to_and_from_sage_is_in_its_openapi_description() {
    let schema = Schema::parse(include_str!("sage.json"));
    let objects = [
        ("contacts", "Contact"),
        ("sales_invoices", "SalesInvoice"),
        ("sales_credit_notes", "SalesCreditNote"),
        ("contact_payments", "ContactPayment"),
        ("journals", "Journal"),
        ("ledger_accounts", "LedgerAccount"),
        ("bank_accounts", "BankAccount"),
        ("tax_rates", "TaxRate"),
        ("financial_settings", "FinancialSettings"),
    ];
    let mut compared = Vec::new();
    for exchange in &exchanges(Provider::Sage).await {
        let Some((_, object)) = objects.iter().find(|(list, _)| exchange.path.ends_with(&format!("/v3.1/{list}")))
        else {
            continue;
        };
        for (wrapper, document) in exchange.request.as_object().into_iter().flatten() {
            compared.push((document.clone(), format!("post {wrapper}"), true));
        }
        match exchange.answer.get("$items").and_then(Value::as_array) {
            Some(items) => compared.extend(items.iter().map(|item| (item.clone(), (*object).to_owned(), false))),
            None => compared.push((exchange.answer.clone(), (*object).to_owned(), false)),
        }
    }
    assert!(compare(&schema, compared) >= 30);
}

#[tokio::test(start_paused = true)]
async fn what_goes_to_and_from_business_central_is_in_its_reference() {
    let schema = Schema::parse(include_str!("dynamics365.json"));
    let objects = [
        ("companies", "company"),
        ("accounts", "account"),
        ("customers", "customer"),
        ("salesInvoices", "salesInvoice"),
        ("customerPaymentJournals", "customerPaymentJournal"),
        ("journals", "journal"),
        ("generalLedgerEntries", "generalLedgerEntry"),
        ("generalLedgerSetup", "generalLedgerSetup"),
    ];
    let mut compared = Vec::new();
    for exchange in exchanges_by_credentials(Provider::Dynamics365, &[]).await {
        let set = exchange.path.rsplit('/').next().unwrap().split('(').next().unwrap();
        let Some((_, object)) = objects.iter().find(|(name, _)| *name == set) else { continue };
        if exchange.request.is_object() {
            compared.push((exchange.request.clone(), (*object).to_owned(), true));
        }
        match exchange.answer.get("value").and_then(Value::as_array) {
            Some(list) => compared.extend(list.iter().map(|one| (one.clone(), (*object).to_owned(), false))),
            None if exchange.answer.is_object() => compared.push((exchange.answer, (*object).to_owned(), false)),
            None => {}
        }
    }
    assert!(compare(&schema, compared) >= 20);
}

#[tokio::test(start_paused = true)]
async fn what_goes_to_and_from_netsuite_is_in_its_metadata() {
    let schema = Schema::parse(include_str!("netsuite.json"));
    let mut compared = Vec::new();
    for exchange in exchanges_by_credentials(Provider::NetSuite, &[("subsidiary", "1")]).await {
        let Some((_, path)) = exchange.path.split_once("/record/v1/") else { continue };
        let Some((object, _)) = path.split_once('/') else { continue };
        if exchange.request.is_object() {
            compared.push((exchange.request, object.to_owned(), true));
        }
        if exchange.answer.get("id").is_some() {
            compared.push((exchange.answer, object.to_owned(), false));
        }
    }
    assert!(compare(&schema, compared) >= 10);
}

#[tokio::test(start_paused = true)]
async fn business_partners_are_in_the_metadata_of_sap() {
    let schema = Schema::parse(include_str!("sap.json"));
    let options = [
        ("receivable_account", "1200"),
        ("tax_number_type", "IN3"),
        ("payment_terms", "0004"),
        ("partner_grouping", "BP02"),
    ];
    let mut compared = Vec::new();
    for exchange in exchanges_by_credentials(Provider::Sap, &options).await {
        let set = exchange.path.rsplit('/').next().unwrap().to_owned();
        if !["A_BusinessPartner", "A_CompanyCode"].contains(&set.as_str()) {
            continue;
        }
        if exchange.request.is_object() {
            compared.push((exchange.request, set.clone(), true));
        }
        let answer = exchange.answer.get("d").cloned().unwrap_or_default();
        match answer.get("results").and_then(Value::as_array) {
            Some(list) => compared.extend(list.iter().map(|one| (one.clone(), set.clone(), false))),
            None => compared.push((answer, set, false)),
        }
    }
    assert!(compare(&schema, compared) >= 4);
}

#[test]
fn what_is_in_no_schema_is_found() {
    let schema = Schema::parse(include_str!("xero.json"));
    let wrong = serde_json::json!({
        "Narration": 7, "Lines": [], "UpdatedDateUTC": "now", "Status": "OPEN",
        "JournalLines": [{"LineAmount": "1", "AccountCode": "4000"}],
    });
    assert_eq!(
        schema.problems(&wrong, "ManualJournal", true),
        [
            "ManualJournal.JournalLines[].LineAmount is \"1\", not number",
            "ManualJournal.Lines is not known",
            "ManualJournal.Narration is 7, not text",
            "ManualJournal.Status is \"OPEN\", not one of DRAFT|POSTED|DELETED|VOIDED|ARCHIVED",
            "ManualJournal.UpdatedDateUTC is only read",
        ]
    );
    let missing = schema.problems(&serde_json::json!({}), "ManualJournal", true);
    assert_eq!(missing, ["ManualJournal.Narration (!text) is missing"]);
}
