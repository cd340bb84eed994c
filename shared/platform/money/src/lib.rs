//! Exact amounts of money: integers in a currency's smallest unit, never floats.
//!
//! * [`Money`] and [`Currency`]: an amount, and its ISO 4217 code.
//! * [`Digits`]: an amount as a JSON document states it, before its currency is known.
//! * [`Bill`]: the lines, discount and tax that add up to an amount.
//! * [`Proration`]: what a change in the middle of a period costs.

mod bill;
mod digits;
mod money;
mod proration;

pub use bill::{Bill, Line};
pub use digits::Digits;
pub use money::{Currency, DecimalAmount, InvalidMoney, Money, scaled};
pub use proration::{PeriodShare, PricedQuantity, Proration};
