//! Who posts webhooks.

use std::fmt;

/// Who posts webhooks. The route says which: nothing in a request can choose another scheme or another secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Provider {
    /// Our own payment service.
    BheemPay,
    /// Razorpay itself.
    Razorpay,
    /// Stripe.
    Stripe,
    /// The Bheem Core ERP.
    Erp,
    /// Any sender of Standard Webhooks 1.0.
    Standard,
    /// Clerk, the identity provider, which speaks Standard Webhooks too.
    Clerk,
    /// Shopify.
    Shopify,
    /// WooCommerce.
    WooCommerce,
}

impl Provider {
    /// Every one of them.
    pub const ALL: [Self; 8] = [
        Self::BheemPay,
        Self::Razorpay,
        Self::Stripe,
        Self::Erp,
        Self::Standard,
        Self::Clerk,
        Self::Shopify,
        Self::WooCommerce,
    ];

    /// Its name in the variable `webhook_secrets_<name>`: senders of Standard Webhooks share the secrets of `standard`.
    pub const fn secrets_name(self) -> &'static str {
        match self {
            Self::Clerk => Self::Standard.as_str(),
            provider => provider.as_str(),
        }
    }

    /// As it is called in stores and counters.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BheemPay => "bheempay",
            Self::Razorpay => "razorpay",
            Self::Stripe => "stripe",
            Self::Erp => "erp",
            Self::Standard => "standard",
            Self::Clerk => "clerk",
            Self::Shopify => "shopify",
            Self::WooCommerce => "woocommerce",
        }
    }

    /// The provider of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|provider| provider.as_str() == name)
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
