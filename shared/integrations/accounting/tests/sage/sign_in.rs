//! Signing in.

use std::time::Duration;

use edge_accounting::{AccountingError, Provider};
use ledgers::{Company, Fault, FaultKind};

use crate::support::Books;

#[tokio::test(start_paused = true)]
async fn a_refresh_token_is_good_once() {
    let mut books = Books::of(Provider::Sage);
    let callback = books.consent(None).await;
    let (tokens, company) = books.client().redeem(&callback, books.now()).await.unwrap();
    assert_eq!(company, None);
    assert_eq!(tokens.expires_at, books.now().plus(Duration::from_secs(300)));
    assert_eq!(tokens.refresh_expires_at, Some(books.now().plus(Duration::from_secs(31 * 86_400))));
    books.keep(tokens);
    let next = books.client().renew(books.now()).await.unwrap();
    let spent = books.client().renew(books.now()).await.err();
    assert!(matches!(spent, Some(AccountingError::NeedsReauth(_))), "{spent:?}");
    books.keep(next);
    books.client().renew(books.now()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_refresh_token_whose_answer_was_lost_is_spent() {
    let books = Books::of(Provider::Sage).signed_in().await;
    books.ledger.order(Fault::once("POST /token", FaultKind::Lost));
    let lost = books.client().renew(books.now()).await.err();
    assert!(matches!(lost, Some(AccountingError::Unknown(_))), "{lost:?}");
    let spent = books.client().renew(books.now()).await.err();
    assert!(matches!(spent, Some(AccountingError::NeedsReauth(_))), "{spent:?}");
}

#[tokio::test(start_paused = true)]
async fn faults_of_the_token_endpoint_spend_nothing() {
    let books = Books::of(Provider::Sage).signed_in().await;
    for (fault, passing) in [
        (FaultKind::Status { status: 503 }, true),
        (FaultKind::Throttled { retry_after: Some(3), daily: false }, true),
        (FaultKind::Unheard, true),
    ] {
        books.ledger.order(Fault::once("POST /token", fault));
        let error = books.client().renew(books.now()).await.err().unwrap();
        assert_eq!(error.is_passing(), passing, "{error:?}");
    }
    books.client().renew(books.now()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn all_businesses_are_listed_however_many_pages_they_are() {
    let books = Books::of(Provider::Sage).signed_in().await;
    let business = |number: u32| Company { id: format!("business{number}"), name: format!("Business {number}") };
    books.ledger.books().companies = (0..450).map(business).collect();
    let companies = books.client().companies().await.unwrap();
    assert_eq!((companies.len(), companies[449].name.as_str()), (450, "Business 449"));
    assert_eq!(books.ledger.calls_to("GET /v3.1/businesses"), 3);
}

#[tokio::test(start_paused = true)]
async fn revoked_tokens_are_good_no_more() {
    let books = Books::of(Provider::Sage).signed_in().await;
    books.client().revoke().await.unwrap();
    let refused = books.client().companies().await.err();
    assert!(matches!(refused, Some(AccountingError::Unauthorized(_))), "{refused:?}");
}
