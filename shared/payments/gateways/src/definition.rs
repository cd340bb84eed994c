//! What there is to know of a provider: one entry for each. The next provider is one more file in
//! [`providers`](crate::providers), and its tests.

use http::HeaderMap;

use crate::error::EventError;
use crate::event::GatewayEvent;
use crate::json::JsonObject;
use crate::provider::Provider;
use crate::providers::{bheempay, clerk, erp, razorpay, shopify, standard, stripe, woocommerce};

/// How a provider signs, and what its bodies mean.
pub(crate) struct Definition {
    /// What is signed, and how that is written.
    pub(crate) scheme: Scheme,
    /// Which header holds the signature.
    pub(crate) signature_header: &'static str,
    /// Which headers may hold an id that nobody signed, the most telling first. Shown to people, never decided by.
    pub(crate) delivery_headers: &'static [&'static str],
    /// Which fields of the body, at its top, may hold the event's own id.
    pub(crate) id_fields: &'static [&'static str],
    /// What a verified body says.
    pub(crate) read: fn(&JsonObject<'_>, &HeaderMap) -> Result<GatewayEvent, EventError>,
}

/// What is signed, and how that is written. Always HMAC-SHA256, but for the ed25519 of Standard Webhooks.
#[derive(Clone, Copy)]
pub(crate) enum Scheme {
    /// The body. The header is `prefix` and the MAC.
    Body { prefix: &'static str, encoding: Encoding },
    /// `time.body`. The header is `t=time,v1=hex[,v1=hex]`.
    TimeAndBody,
    /// `id.time.body`. Id and time have their own headers; the third is `v1,base64 v1a,base64 …`.
    IdTimeAndBody,
}

#[derive(Clone, Copy)]
pub(crate) enum Encoding {
    /// Whichever case: it is the number that counts.
    Hex,
    /// The standard alphabet, padded.
    Base64,
}

impl Provider {
    pub(crate) const fn definition(self) -> &'static Definition {
        match self {
            Self::BheemPay => &bheempay::DEFINITION,
            Self::Razorpay => &razorpay::DEFINITION,
            Self::Stripe => &stripe::DEFINITION,
            Self::Erp => &erp::DEFINITION,
            Self::Standard => &standard::DEFINITION,
            Self::Clerk => &clerk::DEFINITION,
            Self::Shopify => &shopify::DEFINITION,
            Self::WooCommerce => &woocommerce::DEFINITION,
        }
    }
}
