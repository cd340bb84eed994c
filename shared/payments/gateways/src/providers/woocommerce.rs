//! WooCommerce. Signs as Shopify does, and like there the topic is in a header that nobody signed.

use http::HeaderMap;

use crate::definition::{Definition, Encoding, Scheme};
use crate::error::EventError;
use crate::event::GatewayEvent;
use crate::json::JsonObject;
use crate::providers::shopify;

pub(crate) const DEFINITION: Definition = Definition {
    scheme: Scheme::Body { prefix: "", encoding: Encoding::Base64 },
    signature_header: "x-wc-webhook-signature",
    delivery_headers: &["x-wc-webhook-delivery-id"],
    id_fields: &[],
    read,
};

fn read(_: &JsonObject<'_>, headers: &HeaderMap) -> Result<GatewayEvent, EventError> {
    Ok(shopify::topic(headers, "x-wc-webhook-topic"))
}
