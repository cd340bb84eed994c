//! Shopify. What an event is about stands in a header, which nobody signed: it is kept, for people to see, and has no
//! effect.

use http::HeaderMap;

use crate::definition::{Definition, Encoding, Scheme};
use crate::error::EventError;
use crate::event::{EventKind, GatewayEvent};
use crate::json::JsonObject;

pub(crate) const DEFINITION: Definition = Definition {
    scheme: Scheme::Body { prefix: "", encoding: Encoding::Base64 },
    signature_header: "x-shopify-hmac-sha256",
    delivery_headers: &["x-shopify-event-id", "x-shopify-webhook-id"],
    id_fields: &[],
    read,
};

fn read(_: &JsonObject<'_>, headers: &HeaderMap) -> Result<GatewayEvent, EventError> {
    Ok(topic(headers, "x-shopify-topic"))
}

/// An event of which no more is known than its topic.
pub(crate) fn topic(headers: &HeaderMap, name: &str) -> GatewayEvent {
    let topic = headers.get(name).and_then(|value| value.to_str().ok());
    let topic = topic.filter(|topic| (1..=256).contains(&topic.len()) && !topic.chars().any(char::is_control));
    GatewayEvent::of(EventKind::Unhandled, topic.unwrap_or("unknown").to_owned())
}
