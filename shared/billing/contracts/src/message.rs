//! What people are told of contracts: at the tenant's billing address.

use edge_notifications::event_types::{
    WORKSPACE_CONTRACT_ENDED, WORKSPACE_CONTRACT_EXPIRY, WORKSPACE_CONTRACT_NOTICE, WORKSPACE_CONTRACT_RENEWAL,
};
use edge_notifications::{NewEvent, Recipient};
use edge_tenants::Tenant;
use serde_json::Value;

use crate::outbox::{Message, MessageKind};

/// The event of `message`.
pub(crate) fn event(message: &Message, tenant: &Tenant) -> NewEvent {
    let event_type = match message.kind {
        MessageKind::Renewal => &WORKSPACE_CONTRACT_RENEWAL,
        MessageKind::Expiry => &WORKSPACE_CONTRACT_EXPIRY,
        MessageKind::Notice => &WORKSPACE_CONTRACT_NOTICE,
        MessageKind::Ended => &WORKSPACE_CONTRACT_ENDED,
    };
    let recipient = Recipient::by_email(tenant.billing_address()).named(&tenant.name);
    let event = NewEvent::new(event_type, &tenant.id, &message.id).to(recipient);
    event.with(Value::Object(message.data.clone()))
}
