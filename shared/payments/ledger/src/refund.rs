//! The journal entry of a refund.

use chrono::NaiveDate;
use edge_money::Money;

use crate::accounts::Account;
use crate::deferral::recognition_schedule;
use crate::journal::{Entry, Line};
use crate::records::{InvalidPayment, Payment};

/// The journal entry that the ERP must have for a refund of `minor` of `payment` on the day `on`, after `before` of it was
/// refunded: the money leaves the bank. What is not recognized yet is taken from unearned revenue first, the rest from
/// revenue; of the tax, the same share as of the payment.
pub fn expected_refund(payment: &Payment, minor: i64, before: i64, on: NaiveDate) -> Result<Entry, InvalidPayment> {
    let Money { minor: paid, currency } = payment.amount;
    let after = before.checked_add(minor).filter(|after| minor > 0 && before >= 0 && *after <= paid);
    let after = after.ok_or(InvalidPayment::NotPositive)?;
    let net = paid.checked_sub(payment.tax).filter(|net| *net >= 0 && payment.tax >= 0).ok_or(InvalidPayment::Tax)?;
    let tax_of = |refunded: i64| {
        let share = i128::from(refunded).checked_mul(i128::from(payment.tax))?.checked_div(i128::from(paid))?;
        i64::try_from(share).ok()
    };
    let (tax_before, tax_after) = tax_of(before).zip(tax_of(after)).ok_or(InvalidPayment::Tax)?;
    let tax = tax_after.saturating_sub(tax_before);
    let (net_before, net_now) = (before.saturating_sub(tax_before), minor.saturating_sub(tax));
    let unearned = match payment.cycle.months() {
        1 => 0,
        months => {
            let shares = recognition_schedule(net, payment.paid_on, months).ok_or(InvalidPayment::Calendar)?;
            shares.iter().filter(|share| share.date >= on).fold(0_i64, |sum, share| sum.saturating_add(share.minor))
        }
    };
    let from_unearned = net_now.min(unearned.saturating_sub(net_before).max(0));
    let lines = [
        Line::debit(Account::UnearnedRevenue, from_unearned, "Refund of deferred revenue"),
        Line::debit(Account::Revenue(payment.product), net_now.saturating_sub(from_unearned), "Refund"),
        Line::debit(Account::TaxPayable, tax, "Tax of the refund"),
        Line::credit(payment.gateway.bank(), minor, "Refund paid"),
    ];
    Ok(Entry::new(on, &payment.invoice, currency, lines)?)
}
