//! All that one payment leaves behind in the ERP: the payment, the invoice, the journal, the credits.

use chrono::NaiveDate;
use edge_money::Money;
use edge_plans::Cycle;

use crate::accounts::{Account, Gateway, Product};
use crate::deferral::recognition_schedule;
use crate::journal::{Entry, Line, Unbalanced};

/// A payment that came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// What the gateway calls it.
    pub id: String,
    /// Who took it.
    pub gateway: Gateway,
    /// The customer: a contact of the CRM's.
    pub customer: String,
    /// The number of its invoice.
    pub invoice: String,
    /// All that was paid.
    pub amount: Money,
    /// The tax within it, in the currency's smallest unit.
    pub tax: i64,
    /// What was bought.
    pub product: Product,
    /// For how long.
    pub cycle: Cycle,
    /// When, on BHM001's calendar.
    pub paid_on: NaiveDate,
    /// Credits that come with it.
    pub credits: i64,
}

/// `sales.customer_payments`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerPayment {
    /// The customer: a contact of the CRM's.
    pub customer: String,
    /// All that was paid.
    pub amount: Money,
    /// `RAZORPAY`, `STRIPE`.
    pub method: &'static str,
    /// What the gateway calls it.
    pub gateway_payment_id: String,
    /// `COMPLETED`.
    pub status: &'static str,
}

/// `sales.invoices`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoice {
    /// The customer: a contact of the CRM's.
    pub customer: String,
    /// Its number.
    pub number: String,
    /// All that was paid.
    pub total: Money,
    /// `PAID`.
    pub status: &'static str,
    /// The payment, as the gateway calls it.
    pub payment: String,
}

/// All that one payment leaves behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErpRecords {
    /// In Sales.
    pub payment: CustomerPayment,
    /// In Sales.
    pub invoice: Invoice,
    /// In Accounting, in the order of their dates: the payment's own, then what is earned month by month.
    pub journal: Vec<Entry>,
    /// In Credits.
    pub credits: i64,
}

/// A payment that cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPayment {
    /// Nothing was paid, or less.
    #[error("nothing was paid")]
    Nothing,
    /// The tax is more than what was paid, or less than nothing.
    #[error("the tax is not a part of what was paid")]
    Tax,
    /// It cannot be put into a journal.
    #[error(transparent)]
    Journal(#[from] Unbalanced),
    /// It is for a time after all calendars.
    #[error("the period ends after all calendars")]
    Calendar,
}

/// What the books must say of `payment`.
///
/// What is for one month is revenue at once; what is for more is owed at first, and revenue at the end of each month.
/// Tax is owed from the first day, all of it.
pub fn expected_records(payment: &Payment) -> Result<ErpRecords, InvalidPayment> {
    let Money { minor, currency } = payment.amount;
    if minor <= 0 {
        return Err(InvalidPayment::Nothing);
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
            // A month in which nothing is earned has no entry.
            if share.minor != 0 {
                journal.push(entry(share.on, lines)?);
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
