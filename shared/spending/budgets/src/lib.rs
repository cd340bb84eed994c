//! What may be spent, what was and what is promised.
//!
//! * [`period`]: months, quarters and years where a budget is; [`budget`]: how much, of whose; [`store`] keeps it.
//! * [`loosening`]: who may let more be spent, and what holds them.
//! * [`ledger`]: entries that are only ever added, and that no race takes past a limit.
//! * [`standing`]: what a period allows, and what of it is used; [`tracking`]: how it went, and how it will end.
//! * [`treasury`]: reserving, as the rule `budget` decides; [`settlement`]: spending and giving back; [`refunds`]: what
//!   gateways gave back.
//! * [`alerts`]: thresholds, told of once in a period.
//! * [`router`]: over HTTP.

mod alerts;
mod budget;
mod ledger;
mod loosening;
mod period;
mod refunds;
mod router;
mod settlement;
mod standing;
mod store;
mod tracking;
mod treasury;

pub use alerts::Alert;
pub use budget::{Budget, Change, Severity, Threshold};
pub use ledger::{Ledger, Reservation, Settled, Sums};
pub use period::{BudgetPeriod, Period, Zone};
pub use refunds::{Refund, Refunds};
pub use router::{ApiDoc, router, routes};
pub use settlement::Settlement;
pub use standing::PeriodBalance;
pub use store::Budgets;
pub use treasury::{BudgetError, BudgetService, Decided, ReserveRequest, Reserved};

#[cfg(test)]
mod tests;
