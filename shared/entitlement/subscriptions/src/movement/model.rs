//! A movement.

use edge_capabilities::Timestamp;
use edge_money::Currency;

use crate::seat::{Seat, SeatState};
use crate::subscription::Terms;

/// What a movement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MovementKind {
    /// A subscription was made.
    Created,
    /// It began: it was paid, or its trial began.
    Activated,
    /// Its number of seats changed.
    Resized,
    /// Its plan changed.
    PlanChanged,
    /// Something else of it changed.
    Updated,
    /// A payment is overdue.
    PastDue,
    /// What was overdue, paused or suspended goes on.
    Recovered,
    /// It is paused.
    Paused,
    /// Its payment was given up.
    Suspended,
    /// It is to end with its period.
    CancelScheduled,
    /// It is not to end with its period after all.
    CancelUndone,
    /// It ended.
    Ended,
    /// A seat was assigned.
    Assigned,
    /// A seat was offered to an address.
    Invited,
    /// An invitation was accepted.
    Claimed,
    /// A seat was taken away.
    Revoked,
    /// An invitation was not accepted in time.
    InvitationExpired,
    /// A seat went to another user.
    TransferredFrom,
    /// A seat came from another user.
    TransferredTo,
}

impl MovementKind {
    const ALL: [Self; 19] = [
        Self::Created,
        Self::Activated,
        Self::Resized,
        Self::PlanChanged,
        Self::Updated,
        Self::PastDue,
        Self::Recovered,
        Self::Paused,
        Self::Suspended,
        Self::CancelScheduled,
        Self::CancelUndone,
        Self::Ended,
        Self::Assigned,
        Self::Invited,
        Self::Claimed,
        Self::Revoked,
        Self::InvitationExpired,
        Self::TransferredFrom,
        Self::TransferredTo,
    ];

    /// Its name: `cancel_scheduled`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Activated => "activated",
            Self::Resized => "resized",
            Self::PlanChanged => "plan_changed",
            Self::Updated => "updated",
            Self::PastDue => "past_due",
            Self::Recovered => "recovered",
            Self::Paused => "paused",
            Self::Suspended => "suspended",
            Self::CancelScheduled => "cancel_scheduled",
            Self::CancelUndone => "cancel_undone",
            Self::Ended => "ended",
            Self::Assigned => "assigned",
            Self::Invited => "invited",
            Self::Claimed => "claimed",
            Self::Revoked => "revoked",
            Self::InvitationExpired => "invitation_expired",
            Self::TransferredFrom => "transferred_from",
            Self::TransferredTo => "transferred_to",
        }
    }

    /// Reads a name.
    pub fn parse(written: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == written)
    }

    /// The kind of a change from `before` to `after`.
    pub(crate) fn between(before: &Terms, after: &Terms) -> Self {
        use crate::subscription::Status;
        match (before.status, after.status) {
            (before, Status::Cancelled | Status::Expired) if before != after.status => Self::Ended,
            (Status::Incomplete, status) if status.is_live() => Self::Activated,
            (before, Status::PastDue) if before != Status::PastDue => Self::PastDue,
            (before, Status::Paused) if before != Status::Paused => Self::Paused,
            (before, Status::Suspended) if before != Status::Suspended => Self::Suspended,
            (Status::PastDue | Status::Paused | Status::Suspended, Status::Active | Status::Trialing) => {
                Self::Recovered
            }
            (Status::Trialing, Status::Active) => Self::Activated,
            _ if before.plan != after.plan => Self::PlanChanged,
            _ if before.seats != after.seats => Self::Resized,
            _ if before.cancel_at_period_end != after.cancel_at_period_end => {
                if after.cancel_at_period_end {
                    Self::CancelScheduled
                } else {
                    Self::CancelUndone
                }
            }
            _ => Self::Updated,
        }
    }

    /// Whether it is about one seat, and not about the subscription.
    pub const fn is_of_seat(self) -> bool {
        matches!(
            self,
            Self::Assigned
                | Self::Invited
                | Self::Claimed
                | Self::Revoked
                | Self::InvitationExpired
                | Self::TransferredFrom
                | Self::TransferredTo
        )
    }
}

/// What is paid and assigned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// The seats that are purchased.
    pub seats: i64,
    /// Those that are assigned to a user.
    pub assigned: i64,
    /// The recurring amount of a year, in the currency's smallest unit.
    pub annual: i64,
}

/// A change of what is paid or assigned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// The organization.
    pub organization: String,
    /// The application's slug.
    pub application: String,
    /// Its place among the movements of the organization and the application, from 1.
    pub number: i64,
    /// The subscription. With the number it identifies the movement.
    pub subscription: String,
    /// What it is.
    pub kind: MovementKind,
    /// When it took effect.
    pub effective_at: Timestamp,
    /// When the edge recorded it.
    pub recorded_at: Timestamp,
    /// The currency of the amounts.
    pub currency: Currency,
    /// The seats that were purchased before.
    pub seats_before: i64,
    /// And after.
    pub seats_after: i64,
    /// The seats that were assigned before.
    pub assigned_before: i64,
    /// And after.
    pub assigned_after: i64,
    /// The recurring amount of a year before.
    pub annual_before: i64,
    /// And after.
    pub annual_after: i64,
    /// The invitations after it that nobody accepted, those included that expired and are not noted as such.
    pub(crate) pending: i64,
    /// The number of the movement with the terms in force.
    pub(crate) terms_number: i64,
    /// The terms from here on, where it changes them.
    pub(crate) terms: Option<Terms>,
    /// The gateway's id of the subscription, where it changes the terms.
    pub(crate) reference: Option<String>,
    /// The seat, where it is about one.
    pub seat_id: Option<String>,
    /// Who has the seat.
    pub user: Option<String>,
    /// To whom it was offered, in lower case.
    pub(crate) email: Option<String>,
    /// The seat's state after it.
    pub seat_state: Option<SeatState>,
    /// When the seat was assigned.
    pub(crate) assigned_at: Option<Timestamp>,
    /// When the invitation ends.
    pub(crate) expires_at: Option<Timestamp>,
    /// SHA-256 of the invitation's code, hex.
    pub(crate) code: Option<String>,
    /// The code itself, until it is sent.
    pub(crate) invitation_code: Option<String>,
    /// Who made the change.
    pub actor: String,
    /// From where.
    pub(crate) address: Option<String>,
    /// When somebody else may do what follows from it; None: it is done.
    pub(crate) effects_due: Option<Timestamp>,
}

edge_database::text_column!(MovementKind, SeatState);
edge_database::json_column!(Terms);

edge_database::record! {
    Movement in "subscription_movements" {
        organization: "organization_id", application, number, subscription: "subscription_id", kind, effective_at,
        recorded_at, currency, seats_before, seats_after, assigned_before, assigned_after, annual_before, annual_after,
        pending, terms_number, terms, reference, seat_id, user: "user_id", email, seat_state, assigned_at, expires_at,
        code: "code_sha256", invitation_code, actor, address, effects_due,
    }
}

impl Movement {
    /// Identifies the movement among all.
    pub fn id(&self) -> String {
        format!("{}:{}", self.subscription, self.number)
    }

    /// What was paid and assigned before.
    pub const fn before(&self) -> Balance {
        Balance { seats: self.seats_before, assigned: self.assigned_before, annual: self.annual_before }
    }

    /// What is paid and assigned after it.
    pub const fn after(&self) -> Balance {
        Balance { seats: self.seats_after, assigned: self.assigned_after, annual: self.annual_after }
    }

    /// The seat as it is after the movement, where it is about one.
    pub(crate) fn seat(&self) -> Option<Seat> {
        Some(Seat {
            id: self.seat_id.clone()?,
            subscription: self.subscription.clone(),
            user: self.user.clone(),
            email: self.email.clone(),
            state: self.seat_state?,
            assigned_at: self.assigned_at,
            expires_at: self.expires_at,
            code: self.code.clone(),
            version: self.number,
        })
    }
}
