//! The HTTP answers to errors.

use edge_http::{Code, Problem};

use crate::error::SubscriptionError;
use crate::gateway::{Denial, GatewayError};
use crate::seat::SeatError;

impl From<SeatError> for Problem {
    fn from(error: SeatError) -> Self {
        match error {
            SeatError::NotFound => Self::new(Code::SeatNotFound, "There is no such seat."),
            SeatError::Inactive => SubscriptionError::Inactive.into(),
            SeatError::LimitReached => {
                let detail = "All purchased seats are assigned or offered. Buy more, or take one away.";
                Self::new(Code::SeatLimitReached, detail)
            }
            SeatError::Revoked => Self::new(Code::SeatRevoked, "The seat was revoked, which is final."),
            SeatError::InvitationExpired => {
                Self::new(Code::InvitationExpired, "The invitation was not accepted in time. Ask for another.")
            }
            SeatError::UserHasSeat => Self::new(Code::AlreadyExists, "The user has a seat already."),
            SeatError::NotAssigned => {
                Self::new(Code::SeatPending, "Nobody has accepted the seat yet. Take it away and assign another.")
            }
            SeatError::Cooldown(until) => {
                let detail = "The seat was assigned a short time ago and cannot be transferred yet.";
                let until = serde_json::Value::from(until.to_rfc3339_millis()).to_string();
                Self::new(Code::SeatCooldown, detail).with("until", until)
            }
        }
    }
}

impl From<GatewayError> for Problem {
    fn from(error: GatewayError) -> Self {
        match error {
            GatewayError::NotConfigured => {
                Self::new(Code::NotConfigured, "The edge has no access to this gateway.").because(error)
            }
            GatewayError::Unsupported(what) => Self::field("gateway", format!("cannot do this: {what}")),
            GatewayError::Invalid(field, message) => Self::field(field, message),
            GatewayError::Denied(Denial { code, detail, reason }) => {
                let problem = Self::new(code, detail);
                match reason {
                    Some(reason) => problem.with("reason", serde_json::Value::from(reason).to_string()),
                    None => problem,
                }
            }
            GatewayError::ApprovalRequired(_) => {
                Self::new(Code::Internal, "People have to approve this first.").because(error)
            }
            GatewayError::Refused(_) => Self::new(Code::UpstreamRefused, "The gateway refuses this.").because(error),
            GatewayError::Unavailable(_) => {
                let detail = "The gateway does not respond; try again.";
                Self::new(Code::UpstreamUnavailable, detail).retry_after(1).because(error)
            }
        }
    }
}

impl From<SubscriptionError> for Problem {
    fn from(error: SubscriptionError) -> Self {
        match error {
            SubscriptionError::NotFound => Self::new(Code::SubscriptionNotFound, "There is no such subscription."),
            SubscriptionError::Exists => {
                let detail = "The organization has a subscription to this application. Change that one.";
                Self::new(Code::SubscriptionExists, detail)
            }
            SubscriptionError::Inactive => Self::new(
                Code::SubscriptionInactive,
                "The subscription is not active: it is not paid, or it has ended.",
            ),
            SubscriptionError::Changed => {
                Self::new(Code::PreconditionFailed, "The subscription has changed since it was read.")
            }
            SubscriptionError::SeatsInUse => {
                Self::new(Code::SeatsInUse, "More seats are in use. Take some away first: see holders.")
            }
            SubscriptionError::TrialUsed => {
                Self::field("trial", "is not possible: the organization has had its trial of this application")
            }
            SubscriptionError::NotImportable(why) => Self::field("imported", why.to_string()),
            SubscriptionError::Busy => {
                let detail = "Too many callers change this subscription at once; try again.";
                Self::new(Code::StoreUnavailable, detail).retry_after(1)
            }
            SubscriptionError::Seat(error) => error.into(),
            SubscriptionError::Gateway(error) => error.into(),
            SubscriptionError::Contradiction(error) => {
                Self::new(Code::Internal, "The gateway contradicts the record.").because(error)
            }
            SubscriptionError::Cache(error) => {
                let detail = "The edge's cache cannot be reached; try again.";
                Self::new(Code::StoreUnavailable, detail).retry_after(1).because(error)
            }
            SubscriptionError::Db(error) => error.into(),
        }
    }
}
