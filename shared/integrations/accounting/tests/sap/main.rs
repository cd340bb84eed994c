//! The client of SAP and its stand-in.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

mod documents;
mod sign_in;

use edge_accounting::{Document, Provider, Recorded};

use support::Books;
use support::documents::{customer, invoice};

/// Books that a communication user writes to.
fn books() -> Books {
    let mut books = Books::of(Provider::Sap);
    books.connection.credentials = ledgers::credentials("sap");
    books.connection.company_id = Some("1010".to_owned());
    books.connection.options.insert("receivable_account".to_owned(), "1200".to_owned());
    books
}

/// Books with a customer and an invoice over 118.00.
async fn with_invoice() -> (Books, Recorded, Recorded) {
    let books = books();
    let acme = books.write(&customer("CUST-1", "Acme"), "key-c").await.unwrap();
    let sent = books.write(&Document::Invoice(invoice("INV-1", &acme)), "key-i").await.unwrap();
    books.ledger.forget_calls();
    (books, acme, sent)
}
