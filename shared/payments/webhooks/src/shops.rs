//! What the inbox needs to know of shops, and hands over to whoever keeps their orders.
//!
//! Shops sign the body alone: which shop a webhook is from is known by the secret that signed it, and what happened by the
//! body. Their topics are in headers, kept for people to see.

use async_trait::async_trait;
use edge_capabilities::Timestamp;
use edge_gateways::{Provider, Secrets};

/// The shop that an address is for.
pub struct ShopSecrets {
    /// The shop's id.
    pub shop: String,
    /// What its webhooks are signed with.
    pub secrets: Secrets,
}

/// A verified webhook of a shop.
#[derive(Clone, Copy, Debug)]
pub struct ShopEvent<'e> {
    /// The shop's platform.
    pub provider: Provider,
    /// The shop's id; None: it came by the address that all shops share.
    pub shop: Option<&'e str>,
    /// The body.
    pub body: &'e [u8],
    /// When it was received.
    pub received_at: Timestamp,
}

/// What came of a webhook of a shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShopOutcome {
    /// It is in effect.
    Taken {
        /// The tenant whose shop it is.
        tenant: Option<String>,
    },
    /// It means nothing, or nothing new.
    Ignored {
        /// The tenant whose shop it is.
        tenant: Option<String>,
        /// Why.
        reason: &'static str,
    },
    /// Its body cannot be read: somebody has to look at it.
    Unreadable {
        /// The tenant whose shop it is.
        tenant: Option<String>,
        /// What cannot be read.
        reason: String,
    },
}

/// Why a webhook of a shop is not in effect yet.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShopError {
    /// A store cannot be reached.
    #[error("{0}")]
    Store(String),
    /// The edge's settings do not let the shop's secret be read.
    #[error("{0}")]
    Misconfigured(String),
}

/// Shops, and their orders.
#[async_trait]
pub trait Shops: Send + Sync {
    /// The shop whose address has `token`. None: there is none.
    async fn by_token(&self, provider: Provider, token: &str) -> Result<Option<ShopSecrets>, ShopError>;

    /// Takes a webhook into effect. It may be called again for the same one.
    async fn take(&self, event: &ShopEvent<'_>) -> Result<ShopOutcome, ShopError>;
}

/// Where nobody keeps orders.
pub(crate) struct NoShops;

#[async_trait]
impl Shops for NoShops {
    async fn by_token(&self, _: Provider, _: &str) -> Result<Option<ShopSecrets>, ShopError> {
        Ok(None)
    }

    async fn take(&self, _: &ShopEvent<'_>) -> Result<ShopOutcome, ShopError> {
        Ok(ShopOutcome::Ignored { tenant: None, reason: "no_shop" })
    }
}
