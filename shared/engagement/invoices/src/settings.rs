//! What a tenant's settings say of its invoices: the object `invoices` in the tenant's `settings`.

use edge_tenants::Tenant;
use edge_time_zones::Zone;
use serde_json::Value;

use crate::calendar::TimeOfDay;
use crate::reminder::ReminderType;

/// The setting of a tenant.
const SETTING: &str = "invoices";

const DEFAULT_SERIES: &str = "INV";

/// How many days after its issue an invoice is due that does not say when.
const DEFAULT_DUE_DAYS: u32 = 14;

/// The most days that a setting may count.
const MAX_DAYS: u64 = 3_650;

/// The settings of a tenant. What is not set, or cannot be read, is as by default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvoiceSettings {
    /// The tenant's time zone: its days decide what is overdue and the year of a number.
    pub zone: Zone,
    /// `series`: the series of invoices that name none. Default: `INV`.
    pub series: String,
    /// `seller`: what stands below the tenant's name on printed invoices, such as its address and tax number.
    pub seller: Option<String>,
    /// `due_days`: how many days after its issue an invoice is due that has no due date. Default: 14.
    pub due_days: u32,
    /// `reminders.at`: the time of the day at which reminders go out. Default: `09:00`.
    pub reminders_at: TimeOfDay,
    /// `reminders.due`, `reminders.overdue_1day`, `reminders.overdue_7day`: how many days after the due date each type goes
    /// out, or `false` where it does not. Default: 0, 1, 7.
    days: [Option<u32>; ReminderType::ALL.len()],
}

impl InvoiceSettings {
    /// The settings of `tenant`.
    pub fn of(tenant: &Tenant) -> Self {
        let settings: Value = serde_json::from_str(&tenant.settings).unwrap_or_default();
        Self::read(&tenant.timezone, settings.get(SETTING).unwrap_or(&Value::Null))
    }

    fn read(zone: &str, settings: &Value) -> Self {
        let days = |value: Option<&Value>| value.and_then(Value::as_u64).filter(|days| *days <= MAX_DAYS);
        let reminders = settings.get("reminders").unwrap_or(&Value::Null);
        let of_type = |kind: ReminderType| match reminders.get(kind.as_str()) {
            Some(Value::Bool(false)) => None,
            value => days(value).and_then(|days| u32::try_from(days).ok()).or(Some(kind.default_days())),
        };
        let series = settings.get("series").and_then(Value::as_str).filter(|series| is_series(series));
        Self {
            zone: Zone::parse(zone).unwrap_or(Zone::UTC),
            series: series.unwrap_or(DEFAULT_SERIES).to_owned(),
            seller: settings.get("seller").and_then(Value::as_str).map(str::to_owned),
            due_days: days(settings.get("due_days"))
                .and_then(|days| u32::try_from(days).ok())
                .unwrap_or(DEFAULT_DUE_DAYS),
            reminders_at: reminders
                .get("at")
                .and_then(Value::as_str)
                .and_then(TimeOfDay::parse)
                .unwrap_or(TimeOfDay::NINE),
            days: ReminderType::ALL.map(of_type),
        }
    }

    /// How many days after the due date a reminder of `kind` goes out; None: it does not.
    pub fn days_after_due(&self, kind: ReminderType) -> Option<u32> {
        let place = ReminderType::ALL.iter().position(|known| *known == kind)?;
        self.days.get(place).copied().flatten()
    }
}

/// Whether `text` can be a series: 1 to 16 letters and digits of ASCII, so that a number reads in one way only.
pub(crate) fn is_series(text: &str) -> bool {
    (1..=16).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_set_or_cannot_be_read_is_as_by_default() {
        let default = InvoiceSettings::read("UTC", &Value::Null);
        assert_eq!((default.series.as_str(), default.due_days), ("INV", 14));
        assert_eq!(ReminderType::ALL.map(|kind| default.days_after_due(kind)), [Some(0), Some(1), Some(7)]);
        for unreadable in [
            json!([]),
            json!({"series": "", "due_days": -1, "reminders": {"at": "9", "due": "0", "overdue_1day": 1.5}}),
            json!({"series": "A-B", "due_days": 1e9, "reminders": 7}),
        ] {
            assert_eq!(InvoiceSettings::read("UTC", &unreadable), default, "{unreadable}");
        }
        // A zone that this build does not know counts as UTC.
        assert_eq!(InvoiceSettings::read("Mars/Olympus", &Value::Null), default);
        let set = json!({"series": "RE", "due_days": 30,
            "reminders": {"at": "17:30", "due": false, "overdue_1day": 3, "overdue_7day": 14}});
        let set = InvoiceSettings::read("Asia/Kolkata", &set);
        assert_eq!((set.series.as_str(), set.due_days), ("RE", 30));
        assert_eq!(set.reminders_at, TimeOfDay::parse("17:30").unwrap());
        assert_eq!(ReminderType::ALL.map(|kind| set.days_after_due(kind)), [None, Some(3), Some(14)]);
    }
}
