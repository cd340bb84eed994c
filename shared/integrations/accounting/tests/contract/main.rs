//! What holds for each provider, whatever goes wrong at whichever request: each document is there once, or the error has a
//! name.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeMap;
use std::time::Duration;

use edge_accounting::{AccountingClient, AccountingError, Document, Provider, Recorded, SignIn};
use ledgers::{Fault, FaultKind};
use support::Books;
use support::documents::{amount, customer, date, invoice, journal, payment, refund};

/// The books of `provider`.
fn books_of(provider: Provider) -> Books {
    let mut books = Books::of(provider);
    if provider == Provider::Sap {
        books.connection.options.insert("receivable_account".to_owned(), "1200".to_owned());
    }
    books
}

/// Looks for a document, and writes it if it is not there, as a run does: again after what passes.
async fn settle(books: &mut Books, client: &dyn AccountingClient, own: &Document) -> Result<Recorded, AccountingError> {
    let key = format!("key-{}", own.number().to_lowercase());
    let mut last = None;
    for _ in 0..8 {
        let attempt = async {
            let recorded = match client.find(own).await? {
                Some(found) => found,
                None => client.create(own, &key).await?,
            };
            if recorded.draft { client.complete(own, &recorded).await } else { Ok(recorded) }
        };
        let error = match attempt.await {
            Ok(recorded) => return Ok(recorded),
            Err(error) => error,
        };
        match &error {
            // Who has no tokens signs the next request anew.
            AccountingError::Unauthorized(_) if client.sign_in() == SignIn::Credentials => {}
            AccountingError::Unauthorized(_) => {
                let tokens = client.renew(books.now()).await?;
                client.set_tokens(tokens.clone());
                books.keep(tokens);
            }
            AccountingError::Throttled { wait, .. } => {
                tokio::time::advance(wait.unwrap_or(Duration::from_secs(30))).await;
            }
            error if error.is_passing() || error.may_have_landed() => {}
            _ => return Err(error),
        }
        last = Some(error);
    }
    Err(last.unwrap())
}

/// Writes one of each kind; gives the first error.
async fn run(books: &mut Books) -> Result<(), AccountingError> {
    let client = books.client();
    let acme = settle(books, &*client, &customer("CUST-1", "Acme")).await?;
    let sent = settle(books, &*client, &Document::Invoice(invoice("INV-1", &acme))).await?;
    for own in [
        Document::Payment(payment("PAY-1", &acme, &sent, "100")),
        Document::Refund(refund("REF-1", &acme, "40")),
        Document::Journal(journal("JRN-1", "33.33")),
    ] {
        settle(books, &*client, &own).await?;
    }
    Ok(())
}

/// How often each number of each kind was written, and what comes of it.
fn written(books: &Books) -> BTreeMap<(String, String), (usize, bool)> {
    let mut written = BTreeMap::new();
    for document in books.ledger.documents() {
        let (count, draft) = written.entry((document.kind, document.number)).or_insert((0, false));
        *count += 1;
        *draft |= document.draft;
    }
    written
}

/// All that is there once a run has come through.
fn assert_complete(books: &Books, case: &str) {
    let written = written(books);
    for (kind, number) in [
        ("customers", "CUST-1"),
        ("invoices", "INV-1"),
        ("payments", "PAY-1"),
        ("refunds", "REF-1"),
        ("journals", "JRN-1"),
    ] {
        assert_eq!(written.get(&(kind.to_owned(), number.to_owned())), Some(&(1, false)), "{case}: {kind}");
    }
    assert!(written.values().all(|(count, _)| *count == 1), "{case}: {written:?}");
    if matches!(books.connection.provider, Provider::QuickBooks | Provider::Xero | Provider::Sage) {
        let documents = books.ledger.documents();
        let invoice = documents.iter().find(|document| document.kind == "invoices").unwrap();
        assert_eq!(invoice.open, amount("18"), "{case}");
    }
}

/// How many requests a run makes.
async fn requests(books: &mut Books) -> u64 {
    books.anew().await;
    run(books).await.unwrap();
    assert_complete(books, "nothing goes wrong");
    books.ledger.calls_to("")
}

#[tokio::test(start_paused = true)]
async fn what_passes_at_any_request_leaves_each_document_written_once() {
    for provider in Provider::ALL {
        let mut books = books_of(provider);
        let requests = requests(&mut books).await;
        assert!(requests > 8);
        for fault in [
            FaultKind::Throttled { retry_after: Some(7), daily: false },
            FaultKind::Throttled { retry_after: None, daily: false },
            FaultKind::Throttled { retry_after: Some(3_600), daily: true },
            FaultKind::Unauthorized,
            FaultKind::Status { status: 500 },
            FaultKind::Status { status: 503 },
            FaultKind::Lost,
            FaultKind::Cut,
            FaultKind::Unheard,
            FaultKind::Garbage,
        ] {
            for after in 0..requests {
                // A renewed token that is refused at once is another case. Twice in a row is tried now and then.
                let most = if after % 5 == 0 && fault != FaultKind::Unauthorized { 2 } else { 1 };
                for times in 1..=most {
                    let case = format!("{provider:?}: {fault:?}, {times} times after {after}");
                    books.anew().await;
                    books.ledger.order(Fault::once("", fault.clone()).after(after).times(times));
                    let mut outcome = run(&mut books).await;
                    if fault == FaultKind::Garbage && matches!(outcome, Err(AccountingError::Refused { .. })) {
                        // An error whose words cannot be read has a name too. The next run finds that it has passed.
                        books.ledger.clear_faults();
                        outcome = run(&mut books).await;
                    }
                    assert_eq!(outcome, Ok(()), "{case}");
                    assert_complete(&books, &case);
                }
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_document_that_somebody_else_writes_first_is_found() {
    for provider in Provider::ALL {
        let mut books = books_of(provider);
        for after in 0..requests(&mut books).await {
            let case = format!("{provider:?} after {after}");
            let mut books = books_of(provider).signed_in().await;
            // Requests that write begin with a P: POST, PUT.
            books.ledger.order(Fault::once("P", FaultKind::Duplicate).after(after));
            assert_eq!(run(&mut books).await, Ok(()), "{case}");
            assert_complete(&books, &case);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_does_not_pass_has_a_name_and_once_it_is_mended_each_document_is_written_once() {
    for provider in Provider::ALL {
        for fault in [FaultKind::PeriodClosed, FaultKind::Invalid] {
            let mut books = books_of(provider);
            for after in 0..requests(&mut books).await {
                let case = format!("{provider:?}: {fault:?} after {after}");
                books.anew().await;
                books.ledger.order(Fault::once("P", fault.clone()).after(after));
                match (run(&mut books).await, &fault) {
                    (Ok(()), _) => assert_eq!(books.ledger.faults().len(), 1, "{case}: it goes unnoticed"),
                    (Err(AccountingError::PeriodClosed(says)), FaultKind::PeriodClosed) => assert!(!says.is_empty()),
                    (Err(AccountingError::Refused { message, .. }), FaultKind::Invalid) => assert!(!message.is_empty()),
                    (Err(AccountingError::Missing(says)), FaultKind::Invalid) => assert!(!says.is_empty()),
                    (Err(other), _) => panic!("{case}: {other:?}"),
                }
                books.ledger.clear_faults();
                assert_eq!(run(&mut books).await, Ok(()), "{case}");
                assert_complete(&books, &case);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_that_ends_at_any_request_is_finished_by_the_next() {
    for provider in Provider::ALL {
        let mut books = books_of(provider);
        for after in 0..requests(&mut books).await {
            for fault in [FaultKind::Lost, FaultKind::Unheard] {
                let case = format!("{provider:?}: {fault:?} after {after}");
                books.anew().await;
                books.ledger.order(Fault::once("", fault.clone()).after(after));
                // Whoever waits for that answer dies: nobody learns of it.
                let died = tokio::time::timeout(Duration::from_secs(1), run(&mut books)).await;
                assert!(died.is_err(), "{case}");
                books.ledger.clear_faults();
                assert_eq!(run(&mut books).await, Ok(()), "{case}");
                assert_complete(&books, &case);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_closed_period_bars_what_is_dated_in_it_and_nothing_else() {
    for provider in Provider::ALL {
        let mut books = books_of(provider).signed_in().await;
        books.ledger.books().closed_before = Some("2026-12-01".to_owned());
        let client = books.client();
        let acme = settle(&mut books, &*client, &customer("CUST-1", "Acme")).await.unwrap();
        let closed = settle(&mut books, &*client, &Document::Invoice(invoice("INV-1", &acme))).await;
        assert!(matches!(closed, Err(AccountingError::PeriodClosed(_))), "{provider:?}: {closed:?}");
        let mut later = invoice("INV-2", &acme);
        (later.date, later.due) = (date("2026-12-01"), date("2026-12-31"));
        settle(&mut books, &*client, &Document::Invoice(later)).await.unwrap();
        // A draft that could not be posted may be left.
        let posted = books.ledger.documents().into_iter().filter(|own| own.kind == "invoices" && !own.draft);
        assert_eq!(posted.map(|own| own.number).collect::<Vec<_>>(), ["INV-2"], "{provider:?}");
    }
}
