//! Monthly recurring revenue (MRR): what it is at a time, and what changed it in a period.
//!
//! * [`Calendar`]: days and months in a time zone.
//! * [`customer`]: from what an organization's subscriptions stood at to what changed in each period.
//! * [`Sums`]: what changed for many customers together.
//! * [`monthly`]: amounts of a year as those of a month.
//! * [`MrrLedger`]: the sums of any periods, as known now or then: from the roll-ups, or from the movements themselves.
//! * [`RollUp`]: the job that keeps the roll-ups.

mod calendar;
mod customer;
mod ledger;
mod monthly;
mod rollup;
mod sums;

pub use calendar::{Calendar, Granularity, months_apart};
pub use customer::Cell;
pub use edge_time_zones::Zone;
pub use ledger::{MrrLedger, MrrQuery};
pub use monthly::{monthly, monthly_movements};
pub use rollup::{ROLL_UP, ROLL_UP_EVERY, RollUp};
pub use sums::Sums;
