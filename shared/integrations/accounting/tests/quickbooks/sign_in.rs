//! Signing in.

use std::time::Duration;

use edge_accounting::{AccountingError, Provider};

use crate::support::Books;

const REALM: &str = "9341453172058217";

#[tokio::test(start_paused = true)]
async fn the_consent_page_names_the_company() {
    let mut books = Books::of(Provider::QuickBooks);
    let callback = books.consent(None).await;
    let client = books.client();
    let (tokens, company) = client.redeem(&callback, books.now()).await.unwrap();
    assert_eq!(company.as_deref(), Some(REALM));
    assert_eq!(tokens.expires_at, books.now().plus(Duration::from_secs(3_600)));
    assert_eq!(tokens.refresh_expires_at, Some(books.now().plus(Duration::from_secs(101 * 86_400))));
    client.set_tokens(tokens.clone());
    let companies = client.companies().await.unwrap();
    assert_eq!((companies[0].id.as_str(), companies[0].name.as_str()), (REALM, "Craig's Design and Landscaping"));
    let again = books.client().redeem(&callback, books.now()).await.err();
    assert!(matches!(again, Some(AccountingError::NeedsReauth(_))), "{again:?}");
    books.connection.credentials.insert("client_secret".to_owned(), "another".to_owned());
    books.keep(tokens);
    let unknown = books.client().renew(books.now()).await.err();
    assert!(matches!(unknown, Some(AccountingError::NeedsReauth(_))), "{unknown:?}");
}

#[tokio::test(start_paused = true)]
async fn the_refresh_token_changes_once_it_is_a_day_old() {
    let mut books = Books::of(Provider::QuickBooks).signed_in().await;
    let first = books.connection.tokens.clone().unwrap();
    let same = books.client().renew(books.now()).await.unwrap();
    assert!(same.refresh == first.refresh && same.access != first.access);
    tokio::time::advance(Duration::from_secs(86_400)).await;
    let next = books.client().renew(books.now()).await.unwrap();
    assert!(next.refresh != first.refresh);
    books.keep(next);
    tokio::time::advance(Duration::from_secs(101 * 86_400)).await;
    let expired = books.client().renew(books.now()).await.err();
    assert!(matches!(expired, Some(AccountingError::NeedsReauth(_))), "{expired:?}");
}

#[tokio::test(start_paused = true)]
async fn revoked_tokens_are_good_no_more() {
    let books = Books::of(Provider::QuickBooks).signed_in().await;
    books.client().revoke().await.unwrap();
    let refused = books.client().companies().await.err();
    assert!(matches!(refused, Some(AccountingError::Unauthorized(_))), "{refused:?}");
}
