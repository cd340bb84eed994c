//! The client of a connection.

use std::sync::Arc;

use async_trait::async_trait;
use edge_capabilities::{Clock, Random, Timestamp};

use crate::client::{AccountingClient, Callback, Company, Limits, Planned, SignIn};
use crate::connection::{Connection, Tokens};
use crate::document::{Document, Recorded};
use crate::dynamics365::Dynamics365;
use crate::error::AccountingError;
use crate::netsuite::NetSuite;
use crate::provider::Provider;
use crate::quickbooks::QuickBooks;
use crate::sap::Sap;
use crate::transport::Transport;
use crate::xero::Xero;

/// The client that speaks for `connection`, for one run. `clock` and `random` are for signatures of single requests.
pub fn open(
    connection: Connection,
    transport: Transport,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
) -> Arc<dyn AccountingClient> {
    match connection.provider {
        Provider::QuickBooks => Arc::new(QuickBooks::new(connection, transport)),
        Provider::Dynamics365 => Arc::new(Dynamics365::new(connection, transport)),
        Provider::NetSuite => Arc::new(NetSuite::new(connection, transport, clock, random)),
        Provider::Sap => Arc::new(Sap::new(connection, transport, clock)),
        Provider::Xero => Arc::new(Xero::new(connection, transport)),
        provider => Arc::new(Absent(provider)),
    }
}

/// A provider that cannot be spoken to yet.
struct Absent(Provider);

impl Absent {
    fn refusal<T>(&self) -> Result<T, AccountingError> {
        Err(AccountingError::Misconfigured(format!("{} cannot be connected yet", self.0.label())))
    }
}

#[async_trait]
impl AccountingClient for Absent {
    fn provider(&self) -> Provider {
        self.0
    }

    fn sign_in(&self) -> SignIn {
        SignIn::Credentials
    }

    fn limits(&self) -> Limits {
        Limits { per_minute: 60, at_once: 1, per_day: None }
    }

    fn consent_url(&self, _redirect_uri: &str, _state: &str, _code_challenge: Option<&str>) -> Option<String> {
        None
    }

    async fn redeem(&self, _callback: &Callback, _now: Timestamp) -> Result<(Tokens, Option<String>), AccountingError> {
        self.refusal()
    }

    async fn renew(&self, _now: Timestamp) -> Result<Tokens, AccountingError> {
        self.refusal()
    }

    fn set_tokens(&self, _tokens: Tokens) {}

    async fn revoke(&self) -> Result<(), AccountingError> {
        Ok(())
    }

    async fn companies(&self) -> Result<Vec<Company>, AccountingError> {
        self.refusal()
    }

    async fn find(&self, _document: &Document) -> Result<Option<Recorded>, AccountingError> {
        self.refusal()
    }

    async fn create(&self, _document: &Document, _key: &str) -> Result<Recorded, AccountingError> {
        self.refusal()
    }

    fn plan(&self, _document: &Document) -> Result<Vec<Planned>, AccountingError> {
        self.refusal()
    }
}
