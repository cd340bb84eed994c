//! Refunds of payments: the account of each payment, and BheemPay, which makes them.

mod account;
mod bheempay;
mod store;

pub(crate) use account::Reported;
pub use account::{CardDisputeEntry, CardStatus, Refund, RefundAccount, RefundState, RefundStatus};
pub(crate) use bheempay::{Answer, BheemPayRefunds};
pub use store::{RefundAccounts, Reservation, Want};
