//! Client credentials.

use std::time::Duration;

use edge_accounting::{AccountingError, SignIn};

use crate::books;

#[tokio::test(start_paused = true)]
async fn the_credentials_buy_a_token_for_an_hour() {
    let books = books().await;
    assert_eq!(books.client().sign_in(), SignIn::ClientCredentials);
    let tokens = books.client().renew(books.now()).await.unwrap();
    assert!(tokens.refresh.is_none());
    assert_eq!(tokens.expires_at, books.now().plus(Duration::from_secs(3_599)));
    assert_eq!(books.client().companies().await.unwrap()[0].name, "CRONUS International Ltd.");
    tokio::time::advance(Duration::from_secs(3_600)).await;
    assert!(matches!(books.client().companies().await, Err(AccountingError::Unauthorized(_))));
}

#[tokio::test(start_paused = true)]
async fn wrong_credentials_need_somebody() {
    for name in ["client_id", "client_secret"] {
        let mut books = books().await;
        books.connection.credentials.insert(name.to_owned(), "wrong".to_owned());
        let refused = books.client().renew(books.now()).await.err();
        assert!(matches!(refused, Some(AccountingError::NeedsReauth(_))), "{refused:?}");
    }
    for tenant in ["", "another", "../../other"] {
        let mut books = books().await;
        books.connection.credentials.insert("tenant_id".to_owned(), tenant.to_owned());
        let refused = books.client().renew(books.now()).await.err();
        assert!(matches!(refused, Some(AccountingError::Misconfigured(_))), "{refused:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_company_or_an_environment_that_is_not_there_is_named() {
    let mut books = books().await;
    let document = crate::support::documents::customer("C-1", "A");
    books.connection.company_id = Some("another".to_owned());
    let refused = books.client().find(&document).await;
    assert!(matches!(refused, Err(AccountingError::Misconfigured(_))), "{refused:?}");
    books.connection.company_id = None;
    let refused = books.client().find(&document).await;
    assert!(matches!(refused, Err(AccountingError::Misconfigured(_))), "{refused:?}");
    books.connection.options.insert("environment_name".to_owned(), "Elsewhere".to_owned());
    assert!(books.client().companies().await.is_err());
}
