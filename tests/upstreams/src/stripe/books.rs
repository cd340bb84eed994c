//! What Stripe remembers, and the events that follow from changes of it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Months, Utc};
use serde_json::{Map, Value, json};

use super::catalogue::{Price, Product};
use super::customers::Customer;
use super::error::StripeError;
use super::invoices::Invoice;
use super::request::Answered;
use super::schema::api_version;
use super::sessions::Session;
use super::subscriptions::Subscription;

/// Stripe's books.
#[derive(Default)]
pub(super) struct Books {
    number: u64,
    /// The time, seconds since 1970, where it stands still.
    pub(super) frozen: Option<i64>,
    pub(super) customers: BTreeMap<String, Customer>,
    pub(super) products: BTreeMap<String, Product>,
    pub(super) prices: BTreeMap<String, Price>,
    pub(super) sessions: BTreeMap<String, Session>,
    pub(super) subscriptions: BTreeMap<String, Subscription>,
    pub(super) invoices: BTreeMap<String, Invoice>,
    /// The customers whose card is declined.
    pub(super) declined: BTreeSet<String>,
    /// What was answered under which `Idempotency-Key`.
    pub(super) answered: BTreeMap<String, Answered>,
    /// The request that is being answered, and its `Idempotency-Key`.
    pub(super) request: (Option<String>, Option<String>),
    /// The events that follow from it.
    events: Vec<Value>,
}

impl Books {
    /// Seconds since 1970.
    pub(super) fn now(&self) -> i64 {
        self.frozen.unwrap_or_else(|| Utc::now().timestamp())
    }

    /// An id that nothing had before.
    pub(super) fn next(&mut self, kind: &str) -> String {
        self.number = self.number.saturating_add(1);
        format!("{kind}_{:x}{:04}", Utc::now().timestamp_micros(), self.number)
    }

    /// The number of an invoice.
    pub(super) fn invoice_number(&self) -> String {
        format!("EDGE-{:04}", self.invoices.len().saturating_add(1))
    }

    /// Notes that something happened; `before` is the object as it was, where it changed.
    pub(super) fn happened(&mut self, kind: &str, object: Value, before: Option<&Value>) {
        let previous = before.map(|before| changed(before, &object));
        if previous.as_ref().is_some_and(Map::is_empty) {
            return;
        }
        let mut data = Map::from_iter([("object".to_owned(), object)]);
        data.extend(previous.map(|previous| ("previous_attributes".to_owned(), Value::Object(previous))));
        let (request, key) = self.request.clone();
        let event = json!({
            "id": self.next("evt"), "object": "event", "api_version": api_version(), "created": self.now(), "data": data,
            "livemode": false, "pending_webhooks": 1, "request": {"id": request, "idempotency_key": key}, "type": kind,
        });
        self.events.push(event);
    }

    /// The events since this was asked last.
    pub(super) fn take_events(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.events)
    }

    pub(super) fn subscription(&self, id: &str) -> Result<&Subscription, StripeError> {
        self.subscriptions.get(id).ok_or_else(|| StripeError::not_found("subscription", id))
    }

    pub(super) fn invoice(&self, id: &str) -> Result<&Invoice, StripeError> {
        self.invoices.get(id).ok_or_else(|| StripeError::not_found("invoice", id))
    }

    pub(super) fn price(&self, id: &str) -> Result<&Price, StripeError> {
        self.prices.get(id).ok_or_else(|| StripeError::no_such("price", id, "price"))
    }
}

/// What of `before` is no longer so: objects by their fields, lists whole.
fn changed(before: &Value, now: &Value) -> Map<String, Value> {
    let mut previous = Map::new();
    for (name, old) in before.as_object().into_iter().flatten() {
        let new = now.get(name).unwrap_or(&Value::Null);
        if old == new {
            continue;
        }
        let is_list = old.get("object").is_some_and(|object| object == "list");
        let value = match (old.is_object() && new.is_object(), is_list) {
            (true, true) => json!({"data": old.get("data")}),
            (true, false) => Value::Object(changed(old, new)),
            _ => old.clone(),
        };
        previous.insert(name.clone(), value);
    }
    previous
}

/// A list as Stripe answers it.
pub(super) fn list(url: &str, data: Vec<Value>) -> Value {
    json!({"object": "list", "data": data, "has_more": false, "url": url})
}

/// `count` times `interval` after `start`, by the calendar.
pub(super) fn after(start: i64, interval: &str, count: u32) -> Option<i64> {
    let days = |days: i64| start.checked_add(i64::from(count).checked_mul(days)?.checked_mul(86_400)?);
    match interval {
        "day" => days(1),
        "week" => days(7),
        _ => {
            let months = if interval == "year" { count.checked_mul(12)? } else { count };
            let end = DateTime::<Utc>::from_timestamp(start, 0)?.checked_add_months(Months::new(months))?;
            Some(end.timestamp())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_tells_what_was_and_nothing_that_is_as_before() {
        let before =
            json!({"a": 1, "b": {"c": 1, "d": 2}, "e": [1], "items": {"object": "list", "data": [1], "url": "u"}});
        let now =
            json!({"a": 1, "b": {"c": 1, "d": 3}, "e": [2], "items": {"object": "list", "data": [2], "url": "u"}});
        let expected = json!({"b": {"d": 2}, "e": [1], "items": {"data": [1]}});
        assert_eq!(Value::Object(changed(&before, &now)), expected);
    }

    #[test]
    fn months_follow_the_calendar() {
        for (start, interval, count, end) in [
            // 31 January 2024: the last day of February, and again the 31st of March.
            (1_706_659_200, "month", 1, 1_709_164_800),
            (1_706_659_200, "month", 2, 1_711_843_200),
            (1_709_164_800, "year", 1, 1_740_700_800),
            (0, "week", 2, 1_209_600),
        ] {
            assert_eq!(after(start, interval, count), Some(end), "{start} {count} {interval}");
        }
    }
}
