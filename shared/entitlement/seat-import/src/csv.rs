//! Seats in a CSV file (RFC 4180): a header, then a line for each seat. Every line is read or reported; none is dropped.
//!
//! | column | |
//! |---|---|
//! | `external_org_id` | the organization's id in the application; required |
//! | `user_id` | required |
//! | `seat_status` | `ACTIVE` (default), `PENDING`, `REVOKED` |
//! | `organization_id` | the organization's id at the edge, if the edge does not know the external id yet |
//! | `plan_id`, `seats` | of the subscription, if it has to be made |
//! | `subscription_status`, `current_period_end` | of the subscription in the other system |

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use edge_capabilities::Timestamp;
pub use edge_csv::BadLine;
use edge_csv::{Record, Records};
use edge_seats::{Id, SubscriptionStatus};

use crate::{SourceSeat, SourceState, SourceSubscription};

const REQUIRED: [&str; 2] = ["external_org_id", "user_id"];
const OPTIONAL: [&str; 6] =
    ["seat_status", "organization_id", "plan_id", "seats", "subscription_status", "current_period_end"];

/// A file that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CsvFile {
    /// The seats of the good lines, in their order.
    pub seats: Vec<SourceSeat>,
    /// The other lines.
    pub bad: Vec<BadLine>,
}

/// Reads a file. A header that is not right is line 1; then nothing else is read.
pub fn read(bytes: &[u8]) -> CsvFile {
    let mut file = CsvFile::default();
    let bad = |line: u64, field: &str, problem: String| BadLine { line, field: field.to_owned(), problem };
    let text = match edge_csv::text(bytes) {
        Ok(text) => text,
        Err(unreadable) => {
            file.bad.push(unreadable);
            return file;
        }
    };
    let mut records = Records::new(text);
    let header = match records.next() {
        Some(Ok(Record { fields, .. })) => fields,
        Some(Err(unreadable)) => {
            file.bad.push(unreadable);
            return file;
        }
        None => Vec::new(),
    };
    let header: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
    check_header(&header, &mut file.bad);
    if !file.bad.is_empty() {
        return file;
    }
    let mut seen = Seen::default();
    for record in records {
        let record = match record {
            Ok(record) => record,
            Err(unreadable) => {
                file.bad.push(unreadable);
                continue;
            }
        };
        if record.fields.len() != header.len() {
            let problem = format!("has {} fields; the header has {}", record.fields.len(), header.len());
            file.bad.push(bad(record.line, "line", problem));
            continue;
        }
        let mut errors = Vec::new();
        let columns = header.iter().map(String::as_str).zip(record.fields.iter().map(|field| field.trim()));
        let seat = read_seat(record.line, columns.collect(), &mut errors);
        seen.check(&seat, &mut errors);
        match errors.is_empty() {
            true => file.seats.push(seat),
            false => file.bad.extend(errors.into_iter().map(|(field, problem)| bad(record.line, field, problem))),
        }
    }
    file
}

fn check_header(header: &[String], errors: &mut Vec<BadLine>) {
    let mut wrong = |field: &str, problem: &str| {
        errors.push(BadLine { line: 1, field: field.to_owned(), problem: problem.to_owned() });
    };
    for name in REQUIRED.iter().filter(|name| !header.iter().any(|column| column == *name)) {
        wrong(name, "is missing in the header");
    }
    for (place, name) in header.iter().enumerate() {
        if !REQUIRED.contains(&name.as_str()) && !OPTIONAL.contains(&name.as_str()) {
            wrong(name, &format!("is not a column; columns are {}, {}", REQUIRED.join(", "), OPTIONAL.join(", ")));
        }
        if header.iter().take(place).any(|before| before == name) {
            wrong(name, "is twice in the header");
        }
    }
}

type Errors = Vec<(&'static str, String)>;

fn read_seat(line: u64, columns: HashMap<&str, &str>, errors: &mut Errors) -> SourceSeat {
    let value = |field: &str| columns.get(field).copied().filter(|text| !text.is_empty());
    let mut id = |field: &'static str, is_required: bool| match value(field) {
        Some(text) => {
            if let Err(invalid) = Id::parse(text) {
                errors.push((field, invalid.to_string()));
            }
            Some(text.to_owned())
        }
        None => {
            if is_required {
                errors.push((field, "is empty".to_owned()));
            }
            None
        }
    };
    let (external_org, user) = (id("external_org_id", true), id("user_id", true));
    let (organization, plan) = (id("organization_id", false), id("plan_id", false));
    let state = match value("seat_status").map(str::to_ascii_uppercase).as_deref() {
        None | Some("ACTIVE") => SourceState::Active,
        Some("PENDING") => SourceState::None,
        Some("REVOKED") => SourceState::Revoked,
        Some(_) => {
            errors.push(("seat_status", "must be ACTIVE, PENDING or REVOKED".to_owned()));
            SourceState::None
        }
    };
    let seats = value("seats").map(str::parse::<i64>);
    if seats.as_ref().is_some_and(|seats| seats.as_ref().map_or(true, |seats| *seats < 1)) {
        errors.push(("seats", "must be a whole number from 1".to_owned()));
    }
    let status = value("subscription_status").map(SubscriptionStatus::parse);
    if status == Some(None) {
        errors.push((
            "subscription_status",
            "must be ACTIVE, TRIALING, PAST_DUE, CANCELLED, SUSPENDED or EXPIRED".into(),
        ));
    }
    let period_end = value("current_period_end").map(|text| (text, Timestamp::parse(text)));
    if period_end.is_some_and(|(_, instant)| instant.is_none()) {
        errors.push(("current_period_end", "must be an RFC 3339 date and time".to_owned()));
    }
    let period_end = period_end.map(|(text, _)| text.to_owned());
    let subscription = match status.flatten() {
        Some(status) => Some(SourceSubscription { status, period_end }),
        None => period_end.map(|end| SourceSubscription { status: SubscriptionStatus::Active, period_end: Some(end) }),
    };
    SourceSeat {
        line: Some(line),
        external_org: external_org.unwrap_or_default(),
        user: user.unwrap_or_default(),
        state,
        organization,
        plan,
        seats: seats.and_then(Result::ok),
        subscription,
    }
}

/// What the lines so far say: a user stands on one line, and the lines of an organization agree about its subscription.
#[derive(Default)]
struct Seen {
    users: HashMap<(String, String), u64>,
    organizations: HashMap<String, SourceSeat>,
}

impl Seen {
    fn check(&mut self, seat: &SourceSeat, errors: &mut Errors) {
        if !errors.is_empty() {
            return;
        }
        let line = seat.line.unwrap_or_default();
        match self.users.entry((seat.external_org.clone(), seat.user.clone())) {
            Entry::Occupied(before) => errors.push(("user_id", format!("is on line {} already", before.get()))),
            Entry::Vacant(place) => drop(place.insert(line)),
        }
        let first = self.organizations.entry(seat.external_org.clone()).or_insert_with(|| seat.clone());
        let on = first.line.unwrap_or_default();
        let mut differ = |field: &'static str, differs: bool| {
            if differs {
                errors.push((field, format!("is another one than on line {on}, for the same organization")));
            }
        };
        differ("organization_id", first.organization != seat.organization);
        differ("plan_id", first.plan != seat.plan);
        differ("seats", first.seats != seat.seats);
        differ("subscription_status", first.subscription != seat.subscription);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seat(line: u64, external_org: &str, user: &str) -> SourceSeat {
        SourceSeat {
            line: Some(line),
            external_org: external_org.into(),
            user: user.into(),
            state: SourceState::Active,
            organization: None,
            plan: None,
            seats: None,
            subscription: None,
        }
    }

    fn bad(text: &str) -> Vec<String> {
        read(text.as_bytes()).bad.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_good_line_is_a_seat() {
        let file =
            read("\u{feff}user_id,external_org_id\r\nana,hospital_1\r\n\r\n\"b\"\"e,n\",hospital_1\n".as_bytes());
        assert_eq!(file.bad, []);
        assert_eq!(file.seats, [seat(2, "hospital_1", "ana"), seat(4, "hospital_1", "b\"e,n")]);
        let all = "external_org_id,user_id,seat_status,organization_id,plan_id,seats,subscription_status,current_period_end\n\
            h,ana,active,org,pro,5,past_due,2026-03-01T00:00:00Z\nh,ben,REVOKED,org,pro,5,past_due,2026-03-01T00:00:00Z";
        let file = read(all.as_bytes());
        assert_eq!(file.bad, []);
        let subscription =
            SourceSubscription { status: SubscriptionStatus::PastDue, period_end: Some("2026-03-01T00:00:00Z".into()) };
        let ana = SourceSeat {
            organization: Some("org".into()),
            plan: Some("pro".into()),
            seats: Some(5),
            subscription: Some(subscription),
            ..seat(2, "h", "ana")
        };
        let ben = SourceSeat { line: Some(3), user: "ben".into(), state: SourceState::Revoked, ..ana.clone() };
        assert_eq!(file.seats, [ana, ben]);
    }

    #[test]
    fn a_header_that_is_not_right_is_named() {
        assert_eq!(
            bad(""),
            ["line 1: external_org_id: is missing in the header", "line 1: user_id: is missing in the header"]
        );
        let found = bad("external_org_id,user_id,user_id,colour\nh,u,u,red\n");
        assert_eq!(found.len(), 2);
        assert_eq!(found.first().unwrap(), "line 1: user_id: is twice in the header");
        assert!(found.last().unwrap().starts_with("line 1: colour: is not a column"));
    }

    #[test]
    fn each_bad_line_is_named_with_its_number_and_field_and_the_others_are_kept() {
        let text = "external_org_id,user_id,seat_status,seats,subscription_status,current_period_end\n\
            h1,ana,LOST,,,\n\
            h1,,ACTIVE,,,\n\
            h2,ben,ACTIVE,0,,\n\
            h3,cid,ACTIVE,five,,\n\
            h4,dan,ACTIVE,,EXPRIED,\n\
            h5,eve,ACTIVE,,,tomorrow\n\
            h6,fay,ACTIVE\n\
            h7,\"gus\"x,ACTIVE,,,\n\
            h8,hal,ACTIVE,,,\n\
            h8,hal,REVOKED,,,\n\
            h8,ina,ACTIVE,7,,\n\
            \"h\n9\",jon,ACTIVE,,,\n\
            h9,kim,ACTIVE,,,\n\
            h9,\"lea,ACTIVE,,,\n\
            h9,max,ACTIVE,,,\n";
        let file = read(text.as_bytes());
        let found: Vec<String> = file.bad.iter().map(ToString::to_string).collect();
        let expected = [
            "line 2: seat_status: must be ACTIVE, PENDING or REVOKED",
            "line 3: user_id: is empty",
            "line 4: seats: must be a whole number from 1",
            "line 5: seats: must be a whole number from 1",
            "line 6: subscription_status: must be ACTIVE, TRIALING, PAST_DUE, CANCELLED, SUSPENDED or EXPIRED",
            "line 7: current_period_end: must be an RFC 3339 date and time",
            "line 8: line: has 3 fields; the header has 6",
            "line 9: line: has text after a closing quotation mark",
            "line 11: user_id: is on line 10 already",
            "line 12: seats: is another one than on line 10, for the same organization",
            "line 13: external_org_id:",
            "line 16: line: has a quotation mark that is never closed: nothing after it is read",
        ];
        assert_eq!(found.len(), expected.len(), "{found:#?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.starts_with(expected), "{found} is not {expected}");
        }
        let kept: Vec<&str> = file.seats.iter().map(|seat| seat.user.as_str()).collect();
        assert_eq!(kept, ["hal", "kim"]);
    }

    #[test]
    fn bytes_that_are_no_text_are_refused_with_their_line() {
        let found = read(b"external_org_id,user_id\nh,ana\nh,\xff\n").bad;
        assert_eq!(found.iter().map(ToString::to_string).collect::<Vec<_>>(), ["line 3: file: is not UTF-8"]);
    }
}
