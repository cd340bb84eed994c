//! The client of Business Central and its stand-in.

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

/// Books with a company and a token.
async fn books() -> Books {
    let mut books = Books::of(Provider::Dynamics365);
    books.connection.credentials = ledgers::credentials("dynamics365");
    let tokens = books.client().renew(books.now()).await.unwrap();
    books.keep(tokens);
    let companies = books.client().companies().await.unwrap();
    books.connection.company_id = Some(companies[0].id.clone());
    books
}

/// Books with a customer and an invoice over 118.00.
async fn with_invoice() -> (Books, Recorded, Recorded) {
    let books = books().await;
    let acme = books.write(&customer("CUST-1", "Acme"), "key-c").await.unwrap();
    let sent = books.write(&Document::Invoice(invoice("INV-1", &acme)), "key-i").await.unwrap();
    books.ledger.forget_calls();
    (books, acme, sent)
}
