//! Seats: who may use the application.

mod decision;
mod model;

pub(crate) use decision::SeatList;
pub use decision::{Decided, Proof, SeatCommand, SeatError};
pub use model::{Seat, SeatState, fold_address};
