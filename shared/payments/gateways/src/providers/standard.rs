//! Standard Webhooks 1.0: `{"type","timestamp","data":{…}}`. The specification says how to sign, not what about: events in
//! BheemPay's words, with BheemPay's payload for their `data`, have BheemPay's effects; all others are kept, and have none.
//! Svix signs in the same way and names its headers `svix-…`: they are read alike.

use http::HeaderMap;

use crate::definition::{Definition, Scheme};
use crate::error::EventError;
use crate::event::GatewayEvent;
use crate::json::JsonObject;
use crate::providers::bheempay;
use crate::signature::SIGNATURE_HEADER;

pub(crate) const DEFINITION: Definition = Definition {
    scheme: Scheme::IdTimeAndBody,
    signature_header: SIGNATURE_HEADER,
    delivery_headers: &[],
    // The signed one is in a header.
    id_fields: &[],
    read,
};

fn read(body: &JsonObject<'_>, _: &HeaderMap) -> Result<GatewayEvent, EventError> {
    let event = body.text("type")?.ok_or(EventError::Missing("type"))?;
    let kind = bheempay::kind(&event);
    let data = kind.required_if_handled(body.object("data"))?;
    let mut event = bheempay::read_payload(event, data.as_ref())?;
    event.occurred_at = kind.required_if_handled(body.instant("timestamp"))?;
    Ok(event)
}
