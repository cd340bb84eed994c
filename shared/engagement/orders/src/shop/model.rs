//! A shop of a tenant.

use edge_capabilities::Timestamp;
use edge_database::{record, text_column};
use edge_gateways::Provider;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a shop runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ShopPlatform)]
pub enum Platform {
    /// Shopify.
    Shopify,
    /// WooCommerce.
    WooCommerce,
}

impl Platform {
    /// The platform as text: `shopify`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Shopify => "shopify",
            Self::WooCommerce => "woocommerce",
        }
    }

    /// The platform with this text.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Shopify, Self::WooCommerce].into_iter().find(|platform| platform.as_str() == text)
    }

    /// The platform whose webhooks `provider` sends.
    pub(crate) const fn of(provider: Provider) -> Option<Self> {
        match provider {
            Provider::Shopify => Some(Self::Shopify),
            Provider::WooCommerce => Some(Self::WooCommerce),
            _ => None,
        }
    }
}

/// A shop of a tenant.
#[derive(Clone, PartialEq, Eq)]
pub struct Shop {
    /// `shop_…`: the same whenever the tenant connects this shop, so that its orders stay its orders.
    pub id: String,
    /// The tenant's id.
    pub tenant: String,
    /// What it runs on.
    pub platform: Platform,
    /// Its address: `acme.myshopify.com`, `https://shop.example`.
    pub shop: String,
    /// What names it in the address of its webhooks. It proves nothing: that is what the secret is for.
    pub token: String,
    /// What its webhooks are signed with, sealed.
    pub secret: String,
    /// What it lets the edge in with, sealed. None: it is never asked.
    pub access: Option<String>,
    /// Who connected it.
    pub created_by: String,
    /// When it was connected.
    pub created_at: Timestamp,
    /// Up to which change of an order it was asked, by its own clock.
    pub polled_to: Option<Timestamp>,
    /// When it was asked last.
    pub polled_at: Option<Timestamp>,
    /// Why it could not be asked.
    pub poll_error: Option<String>,
}

text_column!(Platform);
record! {
    Shop in "order_shops" {
        id, tenant: "tenant_id", platform, shop, token, secret, access, created_by, created_at, polled_to, polled_at,
        poll_error,
    }
}
