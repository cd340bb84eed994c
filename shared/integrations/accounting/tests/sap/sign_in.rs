//! A communication user, client credentials, and the key of the sandbox.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use edge_accounting::{AccountingError, Environment, SignIn};
use ledgers::{Fault, FaultKind, client_id, client_secret};

use crate::books;
use crate::support::documents::customer;

#[tokio::test(start_paused = true)]
async fn a_communication_user_signs_in_with_each_request() {
    let mut books = books();
    assert_eq!(books.client().sign_in(), SignIn::Credentials);
    assert_eq!(books.client().companies().await.unwrap()[0].id, "1010");
    books.ledger.order(Fault::once("", FaultKind::Unauthorized));
    assert!(matches!(books.client().companies().await, Err(AccountingError::Unauthorized(_))));
    assert!(books.client().renew(books.now()).await.is_ok(), "it was in passing");
    books.connection.credentials.insert("password".to_owned(), "wrong".to_owned());
    let refused = books.client().renew(books.now()).await.err();
    assert!(matches!(refused, Some(AccountingError::NeedsReauth(_))), "{refused:?}");
}

#[tokio::test(start_paused = true)]
async fn client_credentials_buy_a_token() {
    let mut books = books();
    books.connection.credentials = BTreeMap::from([
        ("client_id".to_owned(), client_id("sap")),
        ("client_secret".to_owned(), client_secret("sap")),
    ]);
    assert_eq!(books.client().sign_in(), SignIn::ClientCredentials);
    let tokens = books.client().renew(books.now()).await.unwrap();
    books.keep(tokens);
    books.write(&customer("CUST-1", "Acme"), "key").await.unwrap();
    books.connection.credentials.insert("client_secret".to_owned(), "wrong".to_owned());
    let refused = books.client().renew(books.now()).await.err();
    assert!(matches!(refused, Some(AccountingError::NeedsReauth(_))), "{refused:?}");
}

#[tokio::test(start_paused = true)]
async fn the_key_of_the_sandbox_reads_there_and_nowhere_else() {
    let mut books = books();
    books.connection.credentials = BTreeMap::from([("api_key".to_owned(), "k-1".to_owned())]);
    let seen = Arc::<Mutex<Vec<String>>>::default();
    let notes = seen.clone();
    books.world.http.on_request(move |request| {
        let key = request.headers().get("apikey").map(|key| key.to_str().unwrap().to_owned());
        notes.lock().unwrap().push(key.unwrap_or_default());
        async { Ok(http::Response::new(Bytes::from_static(br#"{"d":{"results":[]}}"#))) }
    });
    assert_eq!(books.client().companies().await, Ok(Vec::new()));
    let refused = books.client().create(&customer("CUST-1", "Acme"), "key").await;
    assert!(matches!(refused, Err(AccountingError::Misconfigured(_))), "{refused:?}");
    books.connection.environment = Environment::Production;
    let refused = books.client().companies().await;
    assert!(matches!(refused, Err(AccountingError::Misconfigured(_))), "{refused:?}");
    assert_eq!(*seen.lock().unwrap(), ["k-1"]);
}
