//! Clerk, the identity provider: `{"object":"event","type","timestamp","data":{…}}`, signed by Standard Webhooks. It tells
//! of people and organizations; what ends a membership has an effect, all else has none.
//!
//! Clerk's organization is the tenant whose id is in its public metadata, which only a server can write, as `tenant_id`.

use http::HeaderMap;

use crate::definition::{Definition, Scheme};
use crate::error::EventError;
use crate::event::{EventKind, GatewayEvent};
use crate::json::JsonObject;
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
    let name = body.text("type")?.ok_or(EventError::Missing("type"))?;
    let kind = match name.as_str() {
        "user.deleted" => EventKind::UserDeleted,
        "organizationMembership.deleted" => EventKind::MembershipDeleted,
        _ => return Ok(GatewayEvent::of(EventKind::Unhandled, name)),
    };
    let mut event = GatewayEvent::of(kind, name);
    event.occurred_at = body.instant("timestamp")?;
    let data = body.object("data")?.ok_or(EventError::Missing("data"))?;
    event.user_id = match kind {
        EventKind::UserDeleted => data.text("id")?,
        _ => data.object("public_user_data")?.map_or(Ok(None), |user| user.text("user_id"))?,
    };
    if event.user_id.is_none() {
        return Err(EventError::Missing("user_id"));
    }
    if let Some(organization) = data.object("organization")? {
        event.organization_id = organization.text("id")?;
        event.tenant_id = organization.object("public_metadata")?.map_or(Ok(None), |own| own.text("tenant_id"))?;
    }
    if kind == EventKind::MembershipDeleted && event.organization_id.is_none() {
        return Err(EventError::Missing("organization"));
    }
    Ok(event)
}
