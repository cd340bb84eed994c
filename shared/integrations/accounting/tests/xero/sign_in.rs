//! Signing in.

use std::time::Duration;

use edge_accounting::{AccountingError, Provider};

use crate::support::{Books, REDIRECT};

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

#[tokio::test(start_paused = true)]
async fn whoever_consents_grants_the_organisations_that_the_tokens_reach() {
    let mut books = Books::of(Provider::Xero);
    let mut callback = books.consent(Some(CHALLENGE)).await;
    assert_eq!(callback.redirect_uri, REDIRECT);
    // A code is good once, and only with the verifier of its challenge.
    let refused = books.client().redeem(&callback, books.now()).await.err();
    assert!(matches!(refused, Some(AccountingError::NeedsReauth(_))), "{refused:?}");
    callback = books.consent(Some(CHALLENGE)).await;
    callback.verifier = Some(VERIFIER.to_owned());
    let (tokens, company) = books.client().redeem(&callback, books.now()).await.unwrap();
    assert_eq!(company, None);
    assert_eq!(tokens.expires_at, books.now().plus(Duration::from_secs(1_800)));
    assert!(books.client().redeem(&callback, books.now()).await.is_err());
    books.keep(tokens);
    let companies = books.client().companies().await.unwrap();
    assert_eq!(companies.len(), 1);
    assert_eq!(companies[0].id, "45e4708e-d862-4111-ab3a-dd8cd03913e1");
}

#[tokio::test(start_paused = true)]
async fn a_refresh_token_that_was_replaced_works_for_half_an_hour_more() {
    let books = Books::of(Provider::Xero).signed_in().await;
    let first = books.client().renew(books.now()).await.unwrap();
    // The answer was lost, so the old one is used again.
    tokio::time::advance(Duration::from_secs(1_700)).await;
    let again = books.client().renew(books.now()).await.unwrap();
    assert!(first.refresh != again.refresh);
    tokio::time::advance(Duration::from_secs(200)).await;
    let refused = books.client().renew(books.now()).await.err();
    assert!(matches!(refused, Some(AccountingError::NeedsReauth(_))), "{refused:?}");
}

#[tokio::test(start_paused = true)]
async fn revoked_tokens_are_good_no_more() {
    let books = Books::of(Provider::Xero).signed_in().await;
    books.client().revoke().await.unwrap();
    books.client().revoke().await.unwrap();
    let refused = books.client().companies().await.err();
    assert!(matches!(refused, Some(AccountingError::Unauthorized(_))), "{refused:?}");
    let refused = books.client().renew(books.now()).await.err();
    assert!(matches!(refused, Some(AccountingError::NeedsReauth(_))), "{refused:?}");
}
