//! How a gateway arrives at what was paid: the lines of an invoice, what is taken off them, and what is put on top.

/// The arithmetic of a payment, in the smallest units of its currency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bill {
    /// What is asked for what.
    pub lines: Vec<Line>,
    /// Taken off the sum of the lines.
    pub discount: i64,
    /// Put on top of that. A tax that prices include is not.
    pub tax: i64,
    /// What it comes to, where the gateway says so too.
    pub total: Option<i64>,
    /// How much of the total was taken from what the customer had left over from before; less than zero: kept for later.
    /// None: nobody says.
    pub from_balance: Option<i64>,
}

/// A line of a bill.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The plan that it is for, as the sender knows it.
    pub plan_id: Option<String>,
    /// How much, before discounts and taxes; less than zero: given back.
    pub amount: i64,
    /// What one costs for a whole period.
    pub unit_amount: Option<i64>,
    /// How many.
    pub quantity: Option<i64>,
    /// Whether it is for a part of a period.
    pub is_proration: bool,
    /// Whether it is said to be for trying the plan.
    pub is_trial: bool,
    /// Whether it is for something beside the plan.
    pub is_addon: bool,
}

impl Bill {
    /// The lines without what is taken off; None: more than can be counted.
    pub fn net(&self) -> Option<i64> {
        let sum = self.lines.iter().try_fold(0_i64, |sum, line| sum.checked_add(line.amount))?;
        sum.checked_sub(self.discount)
    }

    /// Whether it adds up to `paid`.
    pub fn comes_to(&self, paid: i64) -> bool {
        let Some(total) = self.net().and_then(|net| net.checked_add(self.tax)) else { return false };
        if self.total.is_some_and(|said| said != total) || self.discount < 0 {
            return false;
        }
        match self.from_balance {
            Some(balance) => total.checked_sub(balance) == Some(paid),
            None => total == paid || (total <= 0 && paid == 0),
        }
    }

    /// The plan that was bought by its lines, as the sender knows it.
    pub fn plan_id(&self) -> Option<&str> {
        self.plan_line()?.plan_id.as_deref()
    }

    /// The line that says most about the plan: one for a whole period before one for a part, and what costs most. What is
    /// given back says nothing.
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
            assert_eq!(bill.comes_to(paid), adds_up, "{bill:?} {paid}");
        }
    }
}
