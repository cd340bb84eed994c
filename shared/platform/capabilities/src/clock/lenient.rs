//! Parsing the timestamp formats of upstreams: with a space instead of `T`, with or without a zone, `+0530`, Unix time.

use super::{MAX_MILLIS, Timestamp};

/// Unix times from here on (1973 in milliseconds, 5138 in seconds) are milliseconds.
const MIN_MILLISECONDS: i64 = 100_000_000_000;

/// See [`Timestamp::parse_lenient`].
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    unix_time(text).or_else(|| date_time(text))
}

/// Seconds or milliseconds since 1970, possibly with a fraction, truncated to milliseconds.
fn unix_time(text: &str) -> Option<Timestamp> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) {
        return None;
    }
    let counted: i64 = whole.parse().ok()?;
    if counted >= MIN_MILLISECONDS {
        // A later one is no time that somebody meant, but microseconds: a period that ends in the year 56000 would never end.
        return (counted <= MAX_MILLIS).then_some(Timestamp::from_millis(counted));
    }
    let millis: i64 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    Some(Timestamp::from_millis(counted.checked_mul(1000)?.checked_add(millis)?))
}

/// A date with or without a time of day and a zone. It is rewritten as RFC 3339, whose parser checks that it exists.
fn date_time(text: &str) -> Option<Timestamp> {
    let (date, rest) = text.split_at_checked("2024-02-01".len())?;
    if rest.is_empty() {
        return Timestamp::parse(&format!("{date}T00:00:00Z"));
    }
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let end_of_time =
        rest.find(|char: char| !(char.is_ascii_digit() || matches!(char, ':' | '.' | ','))).unwrap_or(rest.len());
    let (time, zone) = rest.split_at_checked(end_of_time)?;
    let (time, fraction) = match time.split_once(['.', ',']) {
        Some((time, fraction)) if !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit()) => {
            (time, format!("{fraction:0<3}"))
        }
        Some(_) => return None,
        None => (time, "000".to_owned()),
    };
    // `10:30` has no seconds.
    let seconds = if time.len() == "10:30".len() { ":00" } else { "" };
    Timestamp::parse(&format!("{date}T{time}{seconds}.{}{}", fraction.get(..3)?, zone_of(zone)?))
}

/// The zone in RFC 3339; UTC if there is none.
fn zone_of(text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() || ["z", "utc", "gmt"].iter().any(|utc| text.eq_ignore_ascii_case(utc)) {
        return Some("Z".to_owned());
    }
    let (sign, offset) = text.split_at_checked(1).filter(|(sign, _)| matches!(*sign, "+" | "-"))?;
    let (hours, minutes) = match offset.len() {
        2 => (offset, "00"),
        4 => offset.split_at_checked(2)?,
        5 => offset.split_once(':')?,
        _ => return None,
    };
    Some(format!("{sign}{hours}:{minutes}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_timestamp_format_of_upstreams_is_read() {
        for (text, read) in [
            ("2024-02-01T00:00:00Z", "2024-02-01T00:00:00Z"),
            ("2024-02-01t00:00:00z", "2024-02-01T00:00:00Z"),
            ("2024-02-01T00:00:00", "2024-02-01T00:00:00Z"),
            ("2024-02-01 00:00:00", "2024-02-01T00:00:00Z"),
            ("2024-02-01 00:00:00.123456", "2024-02-01T00:00:00.123Z"),
            ("2024-02-01T00:00:00,5", "2024-02-01T00:00:00.500Z"),
            ("2024-02-01T00:00:00.123456789012", "2024-02-01T00:00:00.123Z"),
            ("2024-02-01T05:30:00+0530", "2024-02-01T00:00:00Z"),
            ("2024-02-01T05:30:00.250+0530", "2024-02-01T00:00:00.250Z"),
            ("2024-02-01 05:30:00 +05:30", "2024-02-01T00:00:00Z"),
            ("2024-02-01T02:00:00+02", "2024-02-01T00:00:00Z"),
            ("2024-01-31T19:00:00-05:00", "2024-02-01T00:00:00Z"),
            ("2024-02-01 00:00:00 UTC", "2024-02-01T00:00:00Z"),
            ("2024-02-01T00:00", "2024-02-01T00:00:00Z"),
            (" 2024-02-01 ", "2024-02-01T00:00:00Z"),
            ("1706745600", "2024-02-01T00:00:00Z"),
            ("1706745600.25", "2024-02-01T00:00:00.250Z"),
            ("1706745600250", "2024-02-01T00:00:00.250Z"),
            ("253402300799999", "9999-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(parse(text).map(|instant| instant.to_string()).as_deref(), Some(read), "{text:?}");
        }
        for text in [
            "",
            "soon",
            "2024-02",
            "2024-13-01",
            "2024-02-30T00:00:00",
            "2024-02-01T",
            "2024-02-01T25:00:00",
            "2024-02-01T00:00:00.",
            "2024-02-01T00:00:00+5",
            "2024-02-01T00:00:00+ab:cd",
            "2024-02-01T00:00:00 CET",
            "2024-02-01X00:00:00",
            "01/02/2024",
            "1706745600.",
            "-5",
            "é024-02-01T00:00:00",
            "253402300800000",
            "1706745600000000",
            "17053128000053120",
            "99999999999999999999",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
