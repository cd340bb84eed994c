//! Reservations: amounts that are set aside from a budget, and then spent or released.

pub(crate) mod api;
mod ledger;
mod settlement;

pub use ledger::{Ledger, Reservation, ReservationKey, Settled, Sums};
pub use settlement::Settlement;

pub(crate) use ledger::{LEDGER, NewReservation};
#[cfg(test)]
pub(crate) use ledger::{LedgerStep, RefundStep};
pub(crate) use settlement::MAX_ATTEMPTS;
