//! Prepaid revenue, recognized month by month.

use chrono::{Days, Months, NaiveDate};

/// The part of an amount that is recognized on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RevenueShare {
    /// The last day of the month within the period.
    pub date: NaiveDate,
    /// In the currency's smallest unit.
    pub minor: i64,
}

/// Distributes `minor`, paid on `paid_on`, over so many months: the same amount each month, in the smallest unit; the last
/// month takes the remainder. A month ends the day before the same day of the next month (paid on the 15th: the 14th; on
/// the 31st of January: the 27th of February).
///
/// The shares add up to `minor`. None: there are no months, or the period ends after the last date of the calendar.
pub fn recognition_schedule(minor: i64, paid_on: NaiveDate, months: u32) -> Option<Vec<RevenueShare>> {
    let each = minor.checked_div(i64::from(months))?;
    let last = minor.checked_sub(each.checked_mul(i64::from(months.checked_sub(1)?))?)?;
    (1..=months)
        .map(|month| {
            let date = paid_on.checked_add_months(Months::new(month))?.checked_sub_days(Days::new(1))?;
            Some(RevenueShare { date, minor: if month == months { last } else { each } })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_end_the_day_before_and_the_last_takes_the_remainder() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let shares = recognition_schedule(100, day("2024-01-31"), 3).unwrap();
        let expected = [("2024-02-28", 33), ("2024-03-30", 33), ("2024-04-29", 34)];
        assert_eq!(shares, expected.map(|(date, minor)| RevenueShare { date: day(date), minor }));
        assert_eq!(recognition_schedule(100, day("2024-01-31"), 0), None);
        assert_eq!(
            recognition_schedule(5, day("2024-01-01"), 12).unwrap().iter().map(|share| share.minor).collect::<Vec<_>>(),
            [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5]
        );
        assert_eq!(recognition_schedule(1, NaiveDate::MAX, 12), None);
    }
}
