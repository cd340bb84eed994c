//! What the ERP's books must say of an external customer's payment. BheemPay writes them; here stands what is right, so
//! that what is there can be held against it. Nothing here asks anybody anything.
//!
//! * [`accounts`]: the chart of accounts of BHM001, as far as subscriptions touch it.
//! * [`journal`]: entries that balance; [`records`]: all that one payment leaves behind.
//! * [`deferral`]: revenue that is paid for ahead, month by month; [`proration`]: a period that is used in part.

mod accounts;
mod deferral;
mod journal;
mod proration;
mod records;

pub use accounts::{Account, Gateway, Product};
pub use deferral::{RevenueShare, recognition_schedule};
pub use journal::{Entry, Line, Side, Unbalanced};
pub use proration::{Proration, prorate};
pub use records::{CustomerPayment, ErpRecords, InvalidPayment, Invoice, Payment, expected_records};
