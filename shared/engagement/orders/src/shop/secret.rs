//! Shops' secrets, sealed under `encryption_key` for their tenant.

use edge_capabilities::{Config, Random};
use edge_keys::{KeyError, Keys};
use serde::{Deserialize, Serialize};

const VARIABLE: &str = "encryption_key";
const USAGE: [&str; 2] = ["bheem-edge shop", "secret"];

/// What a shop lets the edge in with. It has no `Debug`: a secret is never printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Access {
    /// Shopify's access token.
    #[serde(default)]
    pub(crate) token: Option<String>,
    /// WooCommerce's consumer key.
    #[serde(default)]
    pub(crate) key: Option<String>,
    /// WooCommerce's consumer secret.
    #[serde(default)]
    pub(crate) secret: Option<String>,
}

/// Seals and opens secrets of shops.
pub(crate) struct SecretKeys(Keys);

impl SecretKeys {
    pub(crate) async fn load(config: &dyn Config) -> Result<Self, KeyError> {
        Keys::load(config, VARIABLE).await.map(Self)
    }

    pub(crate) fn seal(&self, random: &dyn Random, tenant: &str, secret: &str) -> String {
        self.0.seal(&USAGE, random, tenant, secret)
    }

    /// None: it was sealed with a key that is not there any more.
    pub(crate) fn open(&self, tenant: &str, sealed: &str) -> Option<String> {
        self.0.open(&USAGE, tenant, sealed)
    }
}
