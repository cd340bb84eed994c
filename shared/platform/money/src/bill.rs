//! The arithmetic of a payment: the lines of an invoice, discounts and taxes.

/// The arithmetic of a payment, in the smallest units of its currency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bill {
    /// The invoice lines.
    pub lines: Vec<Line>,
    /// The discount on the sum of the lines.
    pub discount: i64,
    /// The tax added to that. Tax that is included in the prices does not count.
    pub tax: i64,
    /// The total, if the gateway states it.
    pub total: Option<i64>,
    /// The part of the total that was paid from the customer's balance; negative: added to the balance. None: not stated.
    pub from_balance: Option<i64>,
}

/// A line of a bill.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The plan of the line, by the sender's id.
    pub plan_id: Option<String>,
    /// The amount before discounts and taxes; negative: a credit.
    pub amount: i64,
    /// The price of one unit for a whole period.
    pub unit_amount: Option<i64>,
    /// The quantity.
    pub quantity: Option<i64>,
    /// Whether the line is for a part of a period.
    pub is_proration: bool,
    /// Whether the line is for a trial of the plan.
    pub is_trial: bool,
    /// Whether the line is for something other than the plan.
    pub is_addon: bool,
}

impl Bill {
    /// The sum of the lines minus the discount; None: out of range.
    pub fn net(&self) -> Option<i64> {
        let sum = self.lines.iter().try_fold(0_i64, |sum, line| sum.checked_add(line.amount))?;
        sum.checked_sub(self.discount)
    }

    /// Whether the bill adds up to `paid`.
    pub fn adds_up_to(&self, paid: i64) -> bool {
        let Some(total) = self.net().and_then(|net| net.checked_add(self.tax)) else { return false };
        if self.total.is_some_and(|said| said != total) || self.discount < 0 {
            return false;
        }
        match self.from_balance {
            Some(balance) => total.checked_sub(balance) == Some(paid),
            None => total == paid || (total <= 0 && paid == 0),
        }
    }

    /// The plan that was bought, by the sender's id.
    pub fn plan_id(&self) -> Option<&str> {
        self.plan_line()?.plan_id.as_deref()
    }

    /// The line that determines the plan: a line for a whole period before one for a part, then the most expensive one.
    /// Credits do not count.
    pub fn plan_line(&self) -> Option<&Line> {
        let lines = self.lines.iter().filter(|line| !line.is_addon && line.amount >= 0 && line.plan_id.is_some());
        lines.min_by_key(|line| (line.is_proration, std::cmp::Reverse(line.amount)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bill(amounts: &[i64]) -> Bill {
        let line = |amount: &i64| Line { amount: *amount, ..Line::default() };
        Bill { lines: amounts.iter().map(line).collect(), ..Bill::default() }
    }

    #[test]
    fn a_bill_adds_up_or_it_does_not() {
        for (bill, paid, adds_up) in [
            (bill(&[100]), 100, true),
            (bill(&[100]), 99, false),
            (bill(&[-30, 100]), 70, true),
            (Bill { discount: 100, ..bill(&[100]) }, 0, true),
            (Bill { discount: -10, ..bill(&[100]) }, 110, false),
            (Bill { tax: 18, ..bill(&[100]) }, 118, true),
            (Bill { tax: 18, total: Some(100), ..bill(&[100]) }, 118, false),
            (Bill { from_balance: Some(40), ..bill(&[100]) }, 60, true),
            (Bill { from_balance: Some(-50), ..bill(&[-50]) }, 0, true),
            (Bill { from_balance: Some(0), ..bill(&[-50]) }, 0, false),
            (bill(&[-50]), 0, true),
            (bill(&[i64::MAX, 1]), 0, false),
        ] {
            assert_eq!(bill.adds_up_to(paid), adds_up, "{bill:?} {paid}");
        }
    }
}
