//! The records of one payment in the ERP: the payment, the invoice, the journal entries, the credits.

use chrono::NaiveDate;
use edge_money::Money;
use edge_plans::Cycle;

use crate::accounts::{Account, Gateway, Product};
use crate::deferral::recognition_schedule;
use crate::journal::{Entry, Line, Unbalanced};

/// A payment that was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// The payment's id at the gateway.
    pub id: String,
    /// The gateway that received it.
    pub gateway: Gateway,
    /// The customer: a contact in the CRM.
    pub customer: String,
    /// The number of the invoice.
    pub invoice: String,
    /// The paid amount, including tax.
    pub amount: Money,
    /// The included tax, in the currency's smallest unit.
    pub tax: i64,
    /// The product.
    pub product: Product,
    /// The billing cycle.
    pub cycle: Cycle,
    /// The date of payment in BHM001's time zone.
    pub paid_on: NaiveDate,
    /// The credits included in the purchase.
    pub credits: i64,
}

/// `sales.customer_payments`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerPayment {
    /// The customer: a contact in the CRM.
    pub customer: String,
    /// The paid amount.
    pub amount: Money,
    /// `RAZORPAY`, `STRIPE`.
    pub method: &'static str,
    /// The payment's id at the gateway.
    pub gateway_payment_id: String,
    /// `COMPLETED`.
    pub status: &'static str,
}

/// `sales.invoices`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoice {
    /// The customer: a contact in the CRM.
    pub customer: String,
    /// The invoice number.
    pub number: String,
    /// The paid amount.
    pub total: Money,
    /// `PAID`.
    pub status: &'static str,
    /// The payment's id at the gateway.
    pub payment: String,
}

/// The records of one payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErpRecords {
    /// The payment, in Sales.
    pub payment: CustomerPayment,
    /// The invoice, in Sales.
    pub invoice: Invoice,
    /// The journal entries, in Accounting, by date: first the payment, then the monthly recognition.
    pub journal: Vec<Entry>,
    /// The credits, in Credits.
    pub credits: i64,
}

/// A payment that has no records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPayment {
    /// The amount is not positive.
    #[error("the amount is not positive")]
    NotPositive,
    /// The tax is negative or greater than the amount.
    #[error("the tax is not a part of the amount")]
    Tax,
    /// The journal entries do not balance.
    #[error(transparent)]
    Journal(#[from] Unbalanced),
    /// The period ends after the last date of the calendar.
    #[error("the period ends after the last date of the calendar")]
    Calendar,
}

/// The records that the ERP must have for `payment`.
///
/// The price of one month is revenue at once. The price of a longer period is unearned revenue at first, and is recognized at
/// the end of each month. The whole tax is a liability from the first day.
pub fn expected_records(payment: &Payment) -> Result<ErpRecords, InvalidPayment> {
    let Money { minor, currency } = payment.amount;
    if minor <= 0 {
        return Err(InvalidPayment::NotPositive);
    }
    let net = minor.checked_sub(payment.tax).filter(|net| *net >= 0 && payment.tax >= 0).ok_or(InvalidPayment::Tax)?;
    let revenue = Account::Revenue(payment.product);
    let months = payment.cycle.months();
    let entry = |date, lines: Vec<Line>| Entry::new(date, &payment.invoice, currency, lines);
    let (received, earned, taxed) = match months {
        1 => ("Payment received", Line::credit(revenue, net, "Workspace subscription"), "Tax"),
        12 => ("Annual payment received", Line::credit(Account::UnearnedRevenue, net, "Deferred for 12 months"), "Tax"),
        _ => ("Payment received", Line::credit(Account::UnearnedRevenue, net, "Deferred"), "Tax"),
    };
    let bank = Line::debit(payment.gateway.bank(), minor, received);
    let tax = Line::credit(Account::TaxPayable, payment.tax, taxed);
    let mut journal = vec![entry(payment.paid_on, vec![bank, earned, tax])?];
    if months > 1 {
        for share in recognition_schedule(net, payment.paid_on, months).ok_or(InvalidPayment::Calendar)? {
            let lines = vec![
                Line::debit(Account::UnearnedRevenue, share.minor, "Monthly recognition"),
                Line::credit(revenue, share.minor, "Revenue recognized"),
            ];
            // A month without revenue has no entry.
            if share.minor != 0 {
                journal.push(entry(share.date, lines)?);
            }
        }
    }
    Ok(ErpRecords {
        payment: CustomerPayment {
            customer: payment.customer.clone(),
            amount: payment.amount,
            method: payment.gateway.as_str(),
            gateway_payment_id: payment.id.clone(),
            status: "COMPLETED",
        },
        invoice: Invoice {
            customer: payment.customer.clone(),
            number: payment.invoice.clone(),
            total: payment.amount,
            status: "PAID",
            payment: payment.id.clone(),
        },
        journal,
        credits: payment.credits,
    })
}
