//! Addresses that are not written to.

use async_trait::async_trait;
use edge_database::DatabaseError;

use crate::channel::Channel;
use crate::event_types::EventType;
use crate::notifier::Notifier;
use crate::outbox::Message;

/// Knows which addresses a tenant does not write to: whose owner unsubscribed, or where messages bounce.
#[async_trait]
pub trait SuppressionList: Send + Sync {
    /// Whether `tenant` does not write to `address` over `channel`.
    async fn is_suppressed(&self, tenant: &str, channel: Channel, address: &str) -> Result<bool, DatabaseError>;
}

impl Notifier {
    /// Whether `message` must not go to `to`. What is critical goes whatever the list says. Asked right before sending: the
    /// address may have been suppressed while the message waited.
    pub(crate) async fn is_suppressed(
        &self,
        event_type: &EventType,
        message: &Message,
        to: &str,
    ) -> Result<bool, DatabaseError> {
        match &self.suppression {
            Some(list) if !event_type.is_critical => {
                list.is_suppressed(&message.tenant_id, message.channel(), to).await
            }
            _ => Ok(false),
        }
    }
}
