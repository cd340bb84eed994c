//! Amounts, times, phone numbers, JSON and CSV.

use edge_capabilities::Timestamp;
use edge_csv::{Cell, Records, push_record};
use edge_json::{AtMost, Text, is_email};
use edge_money::{Currency, Money};
use edge_notifications::phone_number;
use edge_time_zones::{Date, Zone, parse_date};
use serde_json::Value;

/// Whatever stands where an amount should, nothing panics, and what is read is written as what it was.
///
/// Input: three bytes of a currency's code, then the number.
pub(crate) fn money(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let Some((code, number)) = text.split_at_checked(3) else { return };
    let currency = Currency::parse(code).unwrap_or(Currency::INR);
    let Ok(money) = Money::parse(number, currency) else { return };
    assert_eq!(Money::parse(&money.to_decimal(), currency), Ok(money));
}

/// Whatever stands where a time, a day or a zone should, nothing panics, and what is read is written as what it was.
pub(crate) fn times(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    for at in [Timestamp::parse(text), Timestamp::parse_lenient(text)].into_iter().flatten() {
        assert_eq!(Timestamp::parse(&at.to_string()), Some(at), "{text}");
        assert_eq!(Timestamp::parse(&at.to_rfc3339_millis()), Some(at), "{text}");
    }
    if let Some(date) = Date::parse(text) {
        assert_eq!(parse_date(text), Some(date.as_jiff()));
        assert!((1000..=9999).contains(&date.year()));
        // Zones with odd hours: half an hour, and a day that was skipped.
        for zone in ["Asia/Kolkata", "Pacific/Apia", "America/St_Johns"] {
            let zone = Zone::parse(zone).unwrap();
            assert_eq!(Date::of(date.begins(&zone), &zone).max(date), Date::of(date.begins(&zone), &zone));
        }
    }
    if let Some(zone) = Zone::parse(text) {
        assert_eq!(Zone::parse(zone.as_str()).map(|it| it.as_str().to_owned()), Some(zone.as_str().to_owned()));
    }
}

/// Whatever stands where a phone number should, nothing panics, and one that is read has one spelling.
pub(crate) fn phone_numbers(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let Some(number) = phone_number(text) else { return };
    assert!((8..=16).contains(&number.len()) && number.starts_with('+'));
    assert_eq!(phone_number(&number), Some(number));
}

/// Whatever a body says, nothing panics, lists keep to their bounds, and what is read can be written and comes back as it was.
pub(crate) fn json_bodies(input: &[u8]) {
    if let Ok(list) = edge_json::from_slice::<AtMost<Value, 4>>(input) {
        assert!(list.len() <= 4);
    }
    if let Ok(Ok(text)) = edge_json::from_slice::<String>(input).map(|text| Text::<64>::parse(&text)) {
        assert!(text.as_str().len() <= 64);
        let _ = is_email(text.as_str());
    }
    let Ok(value) = edge_json::from_slice::<Value>(input) else { return };
    let again = edge_json::from_str::<Value>(&value.to_string()).unwrap();
    assert_eq!(again, value);
}

/// Whatever a file holds, nothing panics; each of its records is read or reported; what was read can be written, comes
/// back as it was, and no text of it becomes a formula.
pub(crate) fn csv_files(input: &[u8]) {
    let seats = edge_seat_import::csv::read(input);
    for seat in &seats.seats {
        assert!(!seat.user.is_empty());
    }
    let Ok(text) = edge_csv::text(input) else { return };
    let mut last = 0;
    for record in Records::new(text) {
        let record = match record {
            Ok(record) => record,
            Err(bad) => {
                assert!(bad.line > last);
                last = bad.line;
                continue;
            }
        };
        assert!(record.line > last);
        last = record.line;
        let mut written = String::new();
        push_record(&mut written, record.fields.iter().map(|field| Cell::Text(field)));
        let again: Vec<_> = Records::new(&written).collect();
        // A line without anything is no record.
        if record.fields.iter().all(String::is_empty) && record.fields.len() == 1 {
            continue;
        }
        let [Ok(again)] = &again[..] else { panic!("{record:?} is read back as {again:?}") };
        assert_eq!(again.fields.len(), record.fields.len());
        for (field, again) in record.fields.iter().zip(&again.fields) {
            assert!(again == field || again.strip_prefix('\'') == Some(field), "{field:?} is {again:?}");
            assert!(!again.trim_start().starts_with(['=', '+', '-', '@']), "{again:?} is a formula");
        }
    }
}
