//! What a client needs to know to speak for a tenant.

use std::collections::BTreeMap;

use edge_capabilities::Timestamp;
use edge_database::text_column;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::provider::Provider;

/// Where what is written ends up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// The books.
    #[default]
    Production,
    /// The provider's sandbox.
    Sandbox,
}

impl Environment {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Sandbox => "sandbox",
        }
    }

    /// The environment of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Production, Self::Sandbox].into_iter().find(|environment| environment.as_str() == name)
    }
}

text_column!(Environment);

/// A provider's addresses, without a slash at the end. Those of a sandbox or a stand-in are others than the provider's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endpoints {
    /// The API, such as `https://api.xero.com`.
    pub api: String,
    /// Where tokens are had, such as `https://identity.xero.com`.
    pub auth: String,
    /// The page where a person consents, such as `https://login.xero.com/identity/connect/authorize`. Empty where there is
    /// none.
    pub consent: String,
}

/// Tokens of a connection. They are secrets: there is no `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    /// What requests carry.
    pub access: String,
    /// Until when it is good.
    pub expires_at: Timestamp,
    /// What buys the next ones. None: the credentials do.
    pub refresh: Option<String>,
    /// Until when `refresh` is good, where the provider says so.
    pub refresh_expires_at: Option<Timestamp>,
}

/// A tenant's connection to its books. It holds secrets: there is no `Debug`.
#[derive(Clone)]
pub struct Connection {
    /// The provider.
    pub provider: Provider,
    /// The environment.
    pub environment: Environment,
    /// The addresses.
    pub endpoints: Endpoints,
    /// The credentials by their names in `configure`, which are the variables' without the provider's prefix: `client_id`,
    /// `client_secret`; `account_id`, `consumer_key`, `consumer_secret`, `token_id`, `token_secret`; `username`,
    /// `password`, `api_key`; `tenant_id`. What a tenant did not give comes from the operator's variables.
    pub credentials: BTreeMap<String, String>,
    /// What the tenant chose for the provider, such as `bank_account`, `subsidiary`, `environment_name`. No secrets.
    pub options: BTreeMap<String, String>,
    /// The id of the company that is written to, as [`crate::Company`] has it. None: it was not chosen yet.
    pub company_id: Option<String>,
    /// The tokens. None: nobody has signed in, or none are needed.
    pub tokens: Option<Tokens>,
}

impl Connection {
    /// A credential; empty where there is none.
    pub fn credential(&self, name: &str) -> &str {
        self.credentials.get(name).map_or("", String::as_str)
    }

    /// An option; None where it is not set or empty.
    pub fn option(&self, name: &str) -> Option<&str> {
        self.options.get(name).map(String::as_str).filter(|option| !option.is_empty())
    }

    /// The access token; empty where there is none.
    pub fn access_token(&self) -> &str {
        self.tokens.as_ref().map_or("", |tokens| &tokens.access)
    }
}
