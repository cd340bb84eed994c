//! Budgets: the amounts that a tenant may spend in each period, and what of them is spent and reserved.
//!
//! * [`budget`]: budgets, their periods, and what a change of their terms requires.
//! * [`reservation`]: the ledger of reservations, and their settlement by spending or release.
//! * [`refund`]: what gateways report as refunded.
//! * [`balance`]: a budget's balance in a period; [`tracking`]: the balance day by day, and a forecast.
//! * [`performance`]: the balances of all budgets of a tenant.
//! * [`alert`]: thresholds that were reached, each reported once in a period.
//! * [`service`]: reserving amounts, as the rule `budget` decides.
//! * [`router`]: the routes; the handlers of each resource are in its `api`.

mod alert;
mod balance;
mod budget;
mod error;
mod performance;
mod refund;
mod relation;
mod reservation;
mod router;
mod service;
mod tracking;

pub use alert::Alert;
pub use balance::PeriodBalance;
pub use budget::{Budget, BudgetScope, Budgets, Change, Period, PeriodLength, Severity, Threshold};
pub use edge_time_zones::Zone;
pub use error::BudgetError;
pub use performance::BudgetPeriod;
pub use refund::{Refund, Refunds};
pub use relation::RELATIONS;
pub use reservation::{Ledger, Reservation, ReservationKey, Settled, Settlement, Sums};
pub use router::{ApiDoc, jobs, router, routes};
pub use service::{BudgetService, DecisionRef, ReserveRequest, Reserved};

#[cfg(test)]
mod tests;
