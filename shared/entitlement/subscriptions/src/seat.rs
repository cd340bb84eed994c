//! Seats: who may use the application.

pub(crate) mod api;
mod decision;
mod departure;
mod leavers;
mod model;
mod record;
mod request;

pub(crate) use decision::SeatList;
pub use decision::{Decided, Proof, SeatCommand, SeatError};
pub use model::{Seat, SeatState, fold_address};
pub use record::RecordedSeats;
