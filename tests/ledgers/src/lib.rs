//! Stand-ins for the accounting systems: QuickBooks Online, Xero, SAP S/4HANA, NetSuite, Sage Accounting and Business
//! Central. Each takes the requests that its provider documents, strictly, gives the documented answers and errors, and
//! keeps what was written in memory. They have no socket, and no clock but the one that they are given.
//!
//! A provider's API, tokens and consent page are under `/ledgers/{provider}`: for Xero, `https://api.xero.com`,
//! `https://identity.xero.com` and `https://login.xero.com` all become `http://…/ledgers/xero`, and the paths stay.
//!
//! | call | does |
//! |---|---|
//! | `GET /_control/ledgers/{provider}/documents` | what was written, in order: `[{"kind","id","number","company","at","draft","body"}]`; `?kind=invoices` |
//! | `GET`, `POST`, `DELETE /_control/ledgers/{provider}/faults` | the faults that are still to come, one more ([`Fault`]), none any more |
//! | `GET`, `DELETE /_control/ledgers/{provider}/calls` | `{"total","by_call"}` of the calls so far; counts from zero |
//! | `GET`, `PUT /_control/ledgers/{provider}/limits` | `{"per_minute","per_day"}`: how many requests are answered, and how many were `refused`; without them, all are answered |
//! | `PUT /_control/ledgers/{provider}/closed-before` | `{"date":"2026-10-01"}`: what is dated before is refused; null: nothing is |
//! | `PUT`, `DELETE /_control/ledgers/{provider}/accounts/{code}` | `{"name","kind"}`: opens an account ([`AccountKind`]); closes it |
//! | `PUT /_control/ledgers/{provider}/currency` | `{"base":"USD"}`: the companies' own currency |
//! | `PUT /_control/ledgers/{provider}/companies` | `[{"id","name"}]`: the companies that whoever consents grants |
//! | `POST /_control/ledgers/{provider}/tokens/expire`, `…/revoke` | access tokens expire; the consent is taken back |
//! | `PUT /_control/ledgers/{provider}/time` | `{"ahead_seconds"}`: how far its clock is ahead |
//! | `DELETE /_control/ledgers/{provider}` | as it was at the beginning |
//!
//! Whoever is sent to the consent page consents: it redirects to the redirect URI at once, with a code.

mod books;
mod call;
mod dynamics365;
mod fault;
mod grants;
mod ledger;
mod limit;
mod netsuite;
mod oauth;
mod provider;
mod quickbooks;
mod router;
mod sage;
mod sap;
mod shape;
mod xero;

pub use books::{Account, AccountKind, Books, Company, Stored};
pub use call::{Call, Reply};
pub use fault::{Fault, FaultKind};
pub use grants::Grants;
pub use ledger::Ledger;
pub use limit::Limits;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

/// The client id that a stand-in knows: `xero-client`.
pub fn client_id(provider: &str) -> String {
    format!("{provider}-client")
}

/// Its secret: `xero-secret`.
pub fn client_secret(provider: &str) -> String {
    format!("{provider}-secret")
}

/// The credentials that a stand-in knows, by the names that connections have for them, where they are more than a client's.
pub fn credentials(provider: &str) -> BTreeMap<String, String> {
    let client = [("client_id", client_id(provider)), ("client_secret", client_secret(provider))];
    let own = |name: &'static str, value: &str| (name, value.to_owned());
    let all: Vec<(&str, String)> = match provider {
        "netsuite" => vec![
            own("account_id", netsuite::ACCOUNT),
            ("consumer_key", client_id(provider)),
            ("consumer_secret", client_secret(provider)),
            own("token_id", netsuite::TOKEN_ID),
            own("token_secret", netsuite::TOKEN_SECRET),
        ],
        "sap" => vec![own("username", sap::USER.0), own("password", sap::USER.1)],
        "dynamics365" => [own("tenant_id", dynamics365::TENANT)].into_iter().chain(client).collect(),
        _ => client.into(),
    };
    all.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The credentials of NetSuite's stand-in for tokens that an assertion buys.
pub fn certificate_credentials() -> BTreeMap<String, String> {
    let all = [
        ("account_id", netsuite::ACCOUNT.to_owned()),
        ("client_id", client_id("netsuite")),
        ("certificate_id", netsuite::CERTIFICATE.to_owned()),
        ("private_key", netsuite::private_key()),
    ];
    all.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// What time it is, milliseconds since 1970.
pub type Now = Arc<dyn Fn() -> i64 + Send + Sync>;

/// The stand-ins.
pub struct Ledgers {
    all: Vec<Arc<Ledger>>,
    router: Router,
}

impl Ledgers {
    /// Stand-ins with empty books, whose clock is `now`.
    pub fn new(now: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        let now: Now = Arc::new(now);
        let ledger = |spec: &&'static provider::Spec| Arc::new(Ledger::new(spec, now.clone()));
        let all: Vec<_> = provider::ALL.iter().map(ledger).collect();
        let router = all.iter().fold(Router::new(), |router, ledger| router.merge(router::router(ledger.clone())));
        Self { all, router }
    }

    /// The stand-in of that name: `xero`.
    pub fn get(&self, provider: &str) -> Option<&Arc<Ledger>> {
        self.all.iter().find(|ledger| ledger.name() == provider)
    }

    /// All of them, with what steers them.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// Answers `request`, whose path begins with `/ledgers/{provider}`, whatever its host. An error: the connection broke.
    pub async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, String> {
        let response = match self.router().oneshot(request.map(Body::from)).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let (head, body) = response.into_parts();
        let body = body.collect().await.map_err(|error| error.to_string())?;
        Ok(Response::from_parts(head, body.to_bytes()))
    }
}
