//! Events of Stripe about subscriptions of seats.

use edge_gateways::{EventKind as Kind, GatewayEvent};
use edge_subscriptions::{EventKind, GatewayName, Reported, ReportedStatus, StoredSubscription, SubscriptionError};

use super::{SeatOutcome, SeatSubscriptions};
use crate::error::WebhookError;
use crate::event::{EventOutcome, WebhookEvent};

impl SeatSubscriptions {
    pub(super) async fn take_stripe(
        &self,
        stored: &WebhookEvent,
        event: &GatewayEvent,
    ) -> Result<Option<SeatOutcome>, WebhookError> {
        let known = self.by_reference(event).await?;
        let Some(id) = known.as_ref().or(event.edge_subscription_id.as_ref()) else { return Ok(None) };
        let found = match self.subscriptions.find(id).await {
            Ok(found) if found.terms.gateway == GatewayName::Stripe => found,
            Ok(_) | Err(SubscriptionError::NotFound) => {
                return Ok(Some(SeatOutcome::quarantined("unknown_subscription")));
            }
            Err(error) => return Err(error.into()),
        };
        if known.is_none() && !is_proven(&found, event) {
            return Ok(Some(SeatOutcome::quarantined("unbound")));
        }
        let Some(kind) = event_kind(event) else {
            let organization = Some(found.account.organization);
            let outcome = EventOutcome::Ignored("unhandled_event");
            return Ok(Some(SeatOutcome { outcome, organization, pays_order: false, notice: None }));
        };
        self.apply(&found, stored, event, kind).await.map(Some)
    }
}

/// Whether the event is of what the edge stored when it began the checkout.
fn is_proven(found: &StoredSubscription, event: &GatewayEvent) -> bool {
    let checkout = found.terms.checkout.as_ref().map(|checkout| &checkout.id);
    let same = |known: Option<&String>, said: Option<&String>| known.is_some() && known == said;
    same(checkout, event.checkout_id.as_ref()) || same(found.terms.customer.as_ref(), event.customer_id.as_ref())
}

/// What an event reports of a subscription of seats; None: nothing.
fn event_kind(event: &GatewayEvent) -> Option<EventKind> {
    let is_checkout = event.checkout_id.is_some();
    Some(match event.kind {
        Kind::PaymentCaptured | Kind::SubscriptionCharged if is_checkout => {
            EventKind::CheckoutCompleted { is_paid: true }
        }
        Kind::CheckoutCompleted => EventKind::CheckoutCompleted { is_paid: false },
        Kind::CheckoutExpired => EventKind::CheckoutExpired,
        // What an invoice over nothing pays for, such as a trial, is not paid yet.
        Kind::PaymentCaptured | Kind::SubscriptionCharged if is_trial(event) => return None,
        Kind::PaymentCaptured | Kind::SubscriptionCharged => {
            EventKind::Paid { seats: event.seats, until: event.period_end }
        }
        Kind::PaymentFailed | Kind::SubscriptionPending => EventKind::PaymentFailed,
        Kind::InvoiceVoided => EventKind::Voided,
        Kind::SubscriptionCancelled
        | Kind::SubscriptionHalted
        | Kind::SubscriptionPaused
        | Kind::SubscriptionOverdue
        | Kind::SubscriptionReactivated
        | Kind::SubscriptionNeverStarted => EventKind::Reported(reported(event)?),
        Kind::PaymentRefunded
        | Kind::RefundFailed
        | Kind::PaymentDisputed
        | Kind::SubscriptionCreated
        | Kind::SubscriptionUpdated
        | Kind::SeatAssigned
        | Kind::SeatRevoked
        | Kind::OrganizationUpdated
        | Kind::UserDeleted
        | Kind::MembershipDeleted
        | Kind::Unhandled => return None,
    })
}

/// Whether an invoice is for a trial alone.
fn is_trial(event: &GatewayEvent) -> bool {
    let is_nothing = event.amount.is_some_and(|amount| amount.minor == 0);
    let lines = event.bill.as_ref().map(|bill| bill.lines.as_slice()).unwrap_or_default();
    is_nothing && !lines.is_empty() && lines.iter().all(|line| line.is_trial)
}

fn reported(event: &GatewayEvent) -> Option<Reported> {
    let report = event.report?;
    let status = match event.kind {
        Kind::SubscriptionCancelled => ReportedStatus::Cancelled,
        Kind::SubscriptionHalted => ReportedStatus::Unpaid,
        Kind::SubscriptionPaused => ReportedStatus::Paused,
        Kind::SubscriptionOverdue => ReportedStatus::PastDue,
        Kind::SubscriptionNeverStarted => ReportedStatus::IncompleteExpired,
        _ if report.is_trialing => ReportedStatus::Trialing,
        _ => ReportedStatus::Active,
    };
    Some(Reported {
        status,
        seats: event.seats,
        period: event.period_start.zip(event.period_end),
        trial_end: report.trial_end,
        cancel_at_period_end: Some(report.cancel_at_period_end),
        ended_at: report.ended_at,
    })
}
