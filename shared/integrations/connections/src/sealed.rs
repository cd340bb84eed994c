//! Credentials and tokens, sealed under `encryption_key` for their tenant and integration.

use edge_capabilities::{Config, Random};
use edge_keys::{KeyError, Keys};
use serde::Serialize;
use serde::de::DeserializeOwned;

const VARIABLE: &str = "encryption_key";

/// What is sealed. One is never opened as another.
#[derive(Clone, Copy)]
pub(crate) enum Content {
    Credentials,
    Tokens,
    Verifier,
}

impl Content {
    const fn usage(self) -> [&'static str; 2] {
        let of = match self {
            Self::Credentials => "credentials",
            Self::Tokens => "tokens",
            Self::Verifier => "verifier",
        };
        ["bheem-edge integration", of]
    }
}

/// Seals and opens the secrets of one integration.
pub(crate) struct Seal {
    keys: Keys,
    owner: String,
}

impl Seal {
    /// For the integration `id` of `tenant`.
    pub(crate) async fn load(config: &dyn Config, tenant: &str, id: &str) -> Result<Self, KeyError> {
        Ok(Self { keys: Keys::load(config, VARIABLE).await?, owner: format!("{tenant}/{id}") })
    }

    pub(crate) fn seal<T: Serialize>(&self, random: &dyn Random, content: Content, secret: &T) -> String {
        // It consists of texts and numbers, which are always written.
        let text = serde_json::to_string(secret).unwrap_or_default();
        self.keys.seal(&content.usage(), random, &self.owner, &text)
    }

    /// An error where it was sealed with a key that is not there any more.
    pub(crate) fn open<T: DeserializeOwned>(&self, content: Content, sealed: &str) -> Result<T, KeyError> {
        let opened = self.keys.open(&content.usage(), &self.owner, sealed);
        opened.and_then(|text| serde_json::from_str(&text).ok()).ok_or_else(|| {
            KeyError::Misconfigured(format!("{VARIABLE} does not have the key that this integration was sealed with"))
        })
    }

    /// `sealed` under the newest key; None: it is.
    pub(crate) fn anew(&self, random: &dyn Random, content: Content, sealed: &str) -> Option<String> {
        if self.keys.is_of_newest(&content.usage(), &self.owner, sealed) {
            return None;
        }
        let text = self.keys.open(&content.usage(), &self.owner, sealed)?;
        Some(self.keys.seal(&content.usage(), random, &self.owner, &text))
    }
}
