//! What the ERP is told of a movement.

use edge_erp_events::{EventType, NewErpEvent};
use edge_money::Money;
use serde_json::json;

use crate::movement::{Movement, MovementKind};
use crate::subscription::Terms;

/// The event of `movement`; None: the ERP does not bill by it.
pub(crate) fn erp_event(movement: &Movement) -> Option<NewErpEvent> {
    let is_assigned = movement.assigned_after > movement.assigned_before;
    let is_freed = movement.assigned_after < movement.assigned_before;
    let kind = match movement.kind {
        MovementKind::Assigned | MovementKind::Claimed if is_assigned => EventType::SeatAssigned,
        // A transfer leaves as many seats assigned as there were.
        MovementKind::TransferredTo => EventType::SeatAssigned,
        MovementKind::TransferredFrom => EventType::SeatRevoked,
        MovementKind::Revoked if is_freed => EventType::SeatRevoked,
        kind if kind.is_of_seat() => return None,
        _ => EventType::SubscriptionChanged,
    };
    let (subscription, application) = (&movement.subscription, &movement.application);
    let (data, quantity) = match &movement.terms {
        None => {
            let (seat, user) = (&movement.seat_id, &movement.user);
            let data = json!({
                "subscription_id": subscription, "application": application, "seat_id": seat, "user_id": user,
            });
            (data, 1)
        }
        Some(terms) => {
            let data = json!({
                "subscription_id": subscription, "application": application, "change": movement.kind.as_str(),
                "status": terms.status, "plan": terms.plan.id,
                "seats": {"before": movement.seats_before, "after": movement.seats_after},
            });
            (data, movement.seats_after)
        }
    };
    let id = format!("movement:{}", movement.id());
    let price = |terms: &Terms| Money { minor: terms.plan.price, currency: terms.plan.currency };
    let unit_price = movement.terms.as_ref().map(price);
    let event = NewErpEvent::new(kind, id, &movement.organization, data, movement.recorded_at);
    Some(NewErpEvent { quantity, unit_price, ..event })
}
