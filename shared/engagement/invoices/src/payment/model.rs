//! A payment of an invoice.

use edge_capabilities::Timestamp;
use serde::{Deserialize, Serialize};

/// A payment of an invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// `pay_…`.
    pub id: String,
    /// In the smallest unit of the invoice's currency.
    pub amount: i64,
    /// What the payer or the bank knows it by: unique within the invoice.
    pub reference: String,
    /// How it was paid.
    #[serde(default)]
    pub method: Option<String>,
    /// When it was paid.
    pub paid_at: Timestamp,
    /// When it was recorded.
    pub created_at: Timestamp,
    /// Who recorded it.
    pub actor: String,
}

/// A payment to record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewPayment {
    pub(crate) id: String,
    pub(crate) amount: i64,
    pub(crate) reference: String,
    pub(crate) method: Option<String>,
    pub(crate) paid_at: Timestamp,
    pub(crate) actor: String,
}

/// What was given back of a payment of an invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceRefund {
    /// What all reports of it have in common: its id at the gateway.
    pub name: String,
    /// In the smallest unit of the invoice's currency.
    pub amount: i64,
    /// When it was given back.
    pub at: Timestamp,
}
