//! What people are told of a movement: who is invited to a seat, and the organization of a cancellation. It follows from the
//! movement, as the audit entry does ([`crate::service`]): an invitation's code is in the row until the message is queued.

use edge_capabilities::database::DatabaseError;
use edge_notifications::event_types::{WORKSPACE_SEAT_INVITATION, WORKSPACE_SUBSCRIPTION_CANCELLED};
use edge_notifications::{NewEvent, Recipient};
use serde_json::json;

use crate::error::SubscriptionError;
use crate::movement::{Movement, MovementKind};
use crate::service::Subscriptions;

impl Subscriptions {
    /// Queues the messages about `movements`. Queued again they change nothing.
    pub(crate) async fn tell(&self, movements: &[Movement]) -> Result<(), SubscriptionError> {
        let mut events = Vec::new();
        for movement in movements {
            events.extend(match movement.kind {
                MovementKind::Invited => self.invitation(movement).await?,
                MovementKind::CancelScheduled | MovementKind::Ended => self.cancellation(movement).await?,
                _ => None,
            });
        }
        if !events.is_empty() {
            self.notifications.raise_all(&events, self.now()).await?;
        }
        Ok(())
    }

    /// None: the seat was offered before, and its code is known to nobody but whom it was sent to.
    async fn invitation(&self, movement: &Movement) -> Result<Option<NewEvent>, SubscriptionError> {
        let (Some(code), Some(seat), Some(email), Some(end)) =
            (&movement.invitation_code, &movement.seat_id, &movement.email, movement.expires_at)
        else {
            return Ok(None);
        };
        let application = self.applications.find(&movement.application).await?;
        let id = format!("{seat}:{}", movement.number);
        let event = NewEvent::new(&WORKSPACE_SEAT_INVITATION, &movement.organization, id);
        Ok(Some(event.to(Recipient::by_email(email)).until(end).with(json!({
            "application": application.name, "subscription_id": movement.subscription, "seat_id": seat, "code": code,
            "expires_at": end.to_rfc3339_millis(),
        }))))
    }

    /// None: nobody had it yet.
    async fn cancellation(&self, movement: &Movement) -> Result<Option<NewEvent>, DatabaseError> {
        let Some(terms) = &movement.terms else { return Ok(None) };
        let (Some((_, end)), Some(tenant)) = (terms.period, self.tenants.find(&movement.organization).await?) else {
            return Ok(None);
        };
        let application = self.applications.find(&movement.application).await?;
        // Of a subscription that ends as was told, the end is the same event.
        let id = format!("{}.cancelled.{}", movement.subscription, end.as_millis());
        let recipient = Recipient::by_email(tenant.billing_address()).named(&tenant.name);
        Ok(Some(NewEvent::new(&WORKSPACE_SUBSCRIPTION_CANCELLED, &tenant.id, id).to(recipient).with(json!({
            "customer_name": tenant.name, "plan_name": format!("{} ({})", terms.plan.name, application.name),
            "end_date": end.to_rfc3339_millis().chars().take(10).collect::<String>(),
        }))))
    }
}
