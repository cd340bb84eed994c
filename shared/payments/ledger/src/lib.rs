//! The records that the ERP's books must contain for an external customer's payment. BheemPay writes the books; this crate
//! computes the expected records, and the reconciliation compares the two. The crate sends no requests.
//!
//! * [`accounts`]: the accounts of BHM001 that subscriptions use.
//! * [`journal`]: balanced journal entries; [`records`]: the records of one payment.
//! * [`refund`]: the journal entry of a refund.
//! * [`deferral`]: monthly recognition of prepaid revenue; [`proration`]: the split of a partly used period.

mod accounts;
mod deferral;
mod journal;
mod proration;
mod records;
mod refund;

pub use accounts::{Account, Gateway, Product};
pub use deferral::{RevenueShare, recognition_schedule};
pub use journal::{Entry, Line, Side, Unbalanced};
pub use proration::{Proration, prorate};
pub use records::{CustomerPayment, ErpRecords, InvalidPayment, Invoice, Payment, expected_records};
pub use refund::expected_refund;
