//! A seat of a subscription.

use edge_capabilities::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

/// The state of a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SeatState {
    /// It is offered to an address, and nobody has accepted it.
    Pending,
    /// A user has it.
    Active,
    /// It was taken away, or the offer expired. This is final: a user who is assigned a seat again gets another one.
    Revoked,
}

impl SeatState {
    /// Its name: `ACTIVE`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Active => "ACTIVE",
            Self::Revoked => "REVOKED",
        }
    }

    /// Reads a name.
    pub fn parse(written: &str) -> Option<Self> {
        [Self::Pending, Self::Active, Self::Revoked].into_iter().find(|state| state.as_str() == written)
    }
}

/// A seat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    /// Its id.
    pub id: String,
    /// The subscription.
    pub subscription: String,
    /// Who has it; None: nobody has accepted it.
    pub user: Option<String>,
    /// The address that it was offered to, in lower case.
    pub email: Option<String>,
    /// Its state, an expired offer apart: see [`Seat::state_at`].
    pub state: SeatState,
    /// When it was assigned.
    pub assigned_at: Option<Timestamp>,
    /// When the offer ends.
    pub expires_at: Option<Timestamp>,
    /// SHA-256 of the invitation's code, hex.
    pub(crate) code: Option<String>,
    /// The number of the movement that made it so.
    pub version: i64,
}

impl Seat {
    /// Whether it is an offer that has expired at `now`. It is free then, whether or not that is noted.
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.state == SeatState::Pending && self.expires_at.is_some_and(|expires| expires <= now)
    }

    /// Its state at `now`.
    pub fn state_at(&self, now: Timestamp) -> SeatState {
        if self.has_expired(now) { SeatState::Revoked } else { self.state }
    }

    /// Whether somebody has it or may accept it at `now`.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.state_at(now) != SeatState::Revoked
    }
}

/// An address as it is kept and compared: in lower case, for people write one in several cases.
pub fn fold_address(written: &str) -> String {
    written.trim().to_lowercase()
}

/// SHA-256 of an invitation's code, hex: all that is kept of it once it is sent.
pub(crate) fn code_hash(code: &str) -> String {
    hex::encode(Sha256::digest(code))
}
