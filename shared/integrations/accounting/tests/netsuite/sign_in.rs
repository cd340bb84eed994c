//! Signed requests, and tokens that an assertion buys.

use std::time::Duration;

use edge_accounting::{AccountingError, SignIn};
use ledgers::{Fault, FaultKind};

use crate::books;
use crate::support::Books;

fn certified() -> Books {
    let mut books = books();
    books.connection.credentials = ledgers::certificate_credentials();
    books
}

#[tokio::test(start_paused = true)]
async fn each_request_is_signed_with_a_nonce_of_its_own() {
    let books = books();
    assert_eq!(books.client().sign_in(), SignIn::Credentials);
    let client = books.client();
    // The stand-in takes no nonce twice, and the query is signed too.
    for _ in 0..3 {
        assert_eq!(client.companies().await.unwrap()[0].id, "1234567_SB1");
    }
}

#[tokio::test(start_paused = true)]
async fn a_wrong_secret_key_account_or_clock_is_refused() {
    for name in ["consumer_key", "consumer_secret", "token_id", "token_secret", "account_id"] {
        let mut books = books();
        books.connection.credentials.insert(name.to_owned(), "wrong".to_owned());
        let refused = books.client().companies().await;
        assert!(matches!(refused, Err(AccountingError::Unauthorized(_))), "{name}: {refused:?}");
        // There is no token to renew: the credentials must be put right.
        let refused = books.client().renew(books.now()).await.err();
        assert!(matches!(refused, Some(AccountingError::NeedsReauth(_))), "{name}: {refused:?}");
    }
    let books = books();
    books.ledger.set_ahead(301_000);
    assert!(matches!(books.client().companies().await, Err(AccountingError::Unauthorized(_))));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_in_passing_is_none_of_the_credentials() {
    let books = books();
    books.ledger.order(Fault::once("", FaultKind::Unauthorized));
    assert!(matches!(books.client().companies().await, Err(AccountingError::Unauthorized(_))));
    assert!(books.client().renew(books.now()).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn an_assertion_buys_a_token_for_an_hour() {
    let mut books = certified();
    assert_eq!(books.client().sign_in(), SignIn::ClientCredentials);
    assert!(matches!(books.client().companies().await, Err(AccountingError::Unauthorized(_))));
    let tokens = books.client().renew(books.now()).await.unwrap();
    assert!(tokens.refresh.is_none());
    assert_eq!(tokens.expires_at, books.now().plus(Duration::from_secs(3_600)));
    books.keep(tokens);
    assert_eq!(books.client().companies().await.unwrap().len(), 1);
    tokio::time::advance(Duration::from_secs(3_600)).await;
    assert!(matches!(books.client().companies().await, Err(AccountingError::Unauthorized(_))));
}

#[tokio::test(start_paused = true)]
async fn an_assertion_of_another_key_or_application_is_refused() {
    for (name, value) in [("certificate_id", "another"), ("client_id", "another")] {
        let mut books = certified();
        books.connection.credentials.insert(name.to_owned(), value.to_owned());
        let refused = books.client().renew(books.now()).await.err();
        assert!(matches!(refused, Some(AccountingError::NeedsReauth(_))), "{name}: {refused:?}");
    }
    let mut books = certified();
    books.connection.credentials.insert("private_key".to_owned(), "-----BEGIN".to_owned());
    let refused = books.client().renew(books.now()).await.err();
    assert!(matches!(refused, Some(AccountingError::Misconfigured(_))), "{refused:?}");
}

#[tokio::test(start_paused = true)]
async fn the_host_follows_from_an_account_id_and_from_nothing_else() {
    for (account, is_asked) in [
        ("1234567_SB1", true),
        ("1234567-sb1", true),
        ("", false),
        ("evil.example/", false),
        ("a.b", false),
        ("a@b", false),
        ("_a", false),
    ] {
        let mut books = books();
        books.connection.endpoints.api = "https://{account}.suitetalk.api.netsuite.com".to_owned();
        books.connection.credentials.insert("account_id".to_owned(), account.to_owned());
        let hosts = std::sync::Arc::<std::sync::Mutex<Vec<String>>>::default();
        let seen = hosts.clone();
        books.world.http.on_request(move |request| {
            seen.lock().unwrap().push(request.uri().host().unwrap().to_owned());
            async { Err(edge_capabilities::http::HttpError::NotSent("no".to_owned())) }
        });
        assert!(books.client().companies().await.is_err());
        let expected: &[&str] = if is_asked { &["1234567-sb1.suitetalk.api.netsuite.com"] } else { &[] };
        assert_eq!(*hosts.lock().unwrap(), expected, "{account}");
    }
}
