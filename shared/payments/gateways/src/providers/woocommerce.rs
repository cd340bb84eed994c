//! WooCommerce. Signs as Shopify does, and like there the topic is in a header that nobody signed.

use http::HeaderMap;

use crate::definition::{Definition, Encoding, Scheme};
use crate::json::Object;
use crate::providers::shopify;
use crate::reading::{GatewayEvent, Unreadable};

pub(crate) const DEFINITION: Definition = Definition {
    scheme: Scheme::Body { prefix: "", encoding: Encoding::Base64 },
    signature_header: "x-wc-webhook-signature",
    delivery_headers: &["x-wc-webhook-delivery-id"],
    id_fields: &[],
    read,
};

fn read(_: &Object<'_>, headers: &HeaderMap) -> Result<GatewayEvent, Unreadable> {
    Ok(shopify::topic(headers, "x-wc-webhook-topic"))
}
