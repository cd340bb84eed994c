//! Standard Webhooks 1.0: `{"type","timestamp","data":{…}}`. The specification says how to sign, not what about: events in
//! BheemPay's words, with BheemPay's payload for their `data`, have BheemPay's effects; all others are kept, and have none.
//! Svix signs in the same way and names its headers `svix-…`: they are read alike.

use http::HeaderMap;

use crate::claim::SIGNATURE_HEADER;
use crate::definition::{Definition, Scheme};
use crate::json::Object;
use crate::providers::bheempay;
use crate::reading::{GatewayEvent, Unreadable};

pub(crate) const DEFINITION: Definition = Definition {
    scheme: Scheme::IdTimeAndBody,
    signature_header: SIGNATURE_HEADER,
    delivery_headers: &[],
    // The signed one is in a header.
    id_fields: &[],
    read,
};

fn read(body: &Object<'_>, _: &HeaderMap) -> Result<GatewayEvent, Unreadable> {
    let event = body.text("type")?.ok_or(Unreadable::Missing("type"))?;
    let kind = bheempay::kind(&event);
    let data = kind.minds(body.object("data"))?;
    let mut reading = bheempay::read_payload(event, data.as_ref())?;
    reading.occurred_at = kind.minds(body.instant("timestamp"))?;
    Ok(reading)
}
