//! Points in time as the edge writes them, RFC 3339.

/// The milliseconds since 1970 of `text`, such as `2024-01-15T10:00:00.120Z`. None: it is no such time.
pub(crate) fn unix_millis(text: &str) -> Option<i64> {
    let (date, rest) = text.split_once(['T', 't'])?;
    let zone = rest.find(['Z', 'z', '+', '-'])?;
    let (time, zone) = rest.split_at_checked(zone)?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));

    let [year, month, day] = numbers(date, '-')?;
    let [hour, minute, second] = numbers(time, ':')?;
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let seconds = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset(zone)?;
    Some(seconds * 1000 + millis(fraction)?)
}

/// Three numbers of at most four digits each.
fn numbers(text: &str, separator: char) -> Option<[i64; 3]> {
    let mut parts = text.split(separator).map(number);
    let numbers = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(numbers)
}

fn number(digits: &str) -> Option<i64> {
    let is_number = (1..=4).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}

/// The milliseconds of a fraction of a second, cut off.
fn millis(fraction: &str) -> Option<i64> {
    let is_number = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| fraction.chars().chain("00".chars()).take(3).collect::<String>().parse().ok()).flatten()
}

/// The seconds that a time zone is ahead of UTC.
fn offset(zone: &str) -> Option<i64> {
    let (sign, rest) = match zone.split_at_checked(1)? {
        ("Z" | "z", "") => return Some(0),
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    Some(sign * (number(hours)? * 3600 + number(minutes)? * 60))
}

/// The days from 1970-01-01 to a date of the Gregorian calendar. Years are counted from March, so that a leap day is a
/// year's last one.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let years = if month > 2 { year } else { year - 1 };
    let days_before_month = (153 * ((month + 9) % 12) + 2) / 5;
    let leap_days = years.div_euclid(4) - years.div_euclid(100) + years.div_euclid(400);
    years * 365 + leap_days + days_before_month + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::unix_millis;

    #[test]
    fn times_are_read_as_the_edge_writes_them() {
        let cases = [
            ("1970-01-01T00:00:00Z", 0),
            ("2024-01-15T10:00:00.120Z", 1_705_312_800_120),
            ("2024-02-29T23:59:59.9Z", 1_709_251_199_900),
            ("2026-01-01T00:00:00+05:30", 1_767_225_600_000 - 19_800_000),
            ("2026-01-01T00:00:00.123456-01:00", 1_767_225_600_123 + 3_600_000),
            ("1969-12-31T23:59:59Z", -1000),
        ];
        for (text, expected) in cases {
            assert_eq!(unix_millis(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        let others = ["", "2024", "2024-01-15", "2024-01-15T10:00Z", "2024-13-15T10:00:00Z", "2024-01-15T10:00:00"];
        for text in others.into_iter().chain(["2024-01-15T10:00:00.Z", "2024-01-15T10:00:00+0530", "x-1-1T1:1:1Z"]) {
            assert_eq!(unix_millis(text), None, "{text}");
        }
    }
}
