//! The columns of a file of contacts, and what a record says by them.

use edge_csv::{BadLine, Record};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::contact::fields::{Changes, is_attribute_name};

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Column {
    Name,
    Email,
    Phone,
    Timezone,
    Locale,
    Source,
    /// Separated by semicolons.
    Tags,
    /// The attribute with this name.
    Attribute(String),
}

impl Column {
    /// The column that is called `written` in a header, in whatever case, with blanks or dashes for underscores.
    fn parse(written: &str) -> Result<Self, String> {
        let name = written.trim().to_lowercase().replace([' ', '-'], "_");
        Ok(match name.as_str() {
            "name" | "full_name" => Self::Name,
            "email" | "e_mail" | "email_address" => Self::Email,
            "phone" | "phone_number" | "mobile" => Self::Phone,
            "timezone" | "time_zone" => Self::Timezone,
            "locale" | "language" => Self::Locale,
            "source" => Self::Source,
            "tags" => Self::Tags,
            other => {
                let attribute = other.strip_prefix("attributes.").unwrap_or(other);
                if !is_attribute_name(attribute) {
                    return Err("is no name of a column: it must be letters, digits and _".to_owned());
                }
                Self::Attribute(attribute.to_owned())
            }
        })
    }

    /// What errors call it.
    fn field(&self) -> String {
        match self {
            Self::Name => "name".to_owned(),
            Self::Email => "email".to_owned(),
            Self::Phone => "phone".to_owned(),
            Self::Timezone => "timezone".to_owned(),
            Self::Locale => "locale".to_owned(),
            Self::Source => "source".to_owned(),
            Self::Tags => "tags".to_owned(),
            Self::Attribute(name) => format!("attributes.{name}"),
        }
    }
}

/// The columns that the record `header` names.
pub(super) fn read_header(header: &Record) -> Result<Vec<Column>, Vec<BadLine>> {
    let (mut columns, mut errors) = (Vec::new(), Vec::new());
    let mut wrong = |field: &str, problem: &str| {
        errors.push(BadLine { line: header.line, field: field.to_owned(), problem: problem.to_owned() });
    };
    if let [only] = header.fields.as_slice()
        && only.contains([';', '\t'])
    {
        wrong("header", "its fields must be separated by commas");
        return Err(errors);
    }
    for (place, written) in (1_usize..).zip(&header.fields) {
        if written.trim().is_empty() {
            wrong(&format!("column {place}"), "has no name in the header");
            continue;
        }
        match Column::parse(written) {
            Err(problem) => wrong(&format!("column {place}"), &problem),
            Ok(column) if columns.contains(&column) => wrong(&column.field(), "is twice in the header"),
            Ok(column) => columns.push(column),
        }
    }
    if !columns.iter().any(|column| matches!(column, Column::Email | Column::Phone)) {
        wrong("email", "is missing in the header, and so is phone: a contact has one of them");
    }
    if errors.is_empty() { Ok(columns) } else { Err(errors) }
}

/// Whether a spreadsheet would run `value` as a formula, in whichever file it comes to stand. Numbers with a sign are none.
fn is_formula(value: &str) -> bool {
    let is_number = |char: char| char.is_ascii_digit() || " .,()%".contains(char);
    match value.trim_start_matches(' ').chars().next() {
        Some('=' | '@' | '\t' | '\r') => true,
        Some(sign @ ('+' | '-')) => !value.trim_start_matches(' ').trim_start_matches(sign).chars().all(is_number),
        _ => false,
    }
}

/// What `record` says; errors say what is wrong with which field. An empty field says nothing.
pub(super) fn read_record(columns: &[Column], record: &Record) -> Result<Changes, Vec<BadLine>> {
    let bad = |field: String, problem: String| BadLine { line: record.line, field, problem };
    if record.fields.len() != columns.len() {
        let problem = format!("has {} fields; the header has {}", record.fields.len(), columns.len());
        return Err(vec![bad("line".to_owned(), problem)]);
    }
    let (mut changes, mut errors, mut attributes) = (Changes::default(), Vec::new(), Map::new());
    for (column, value) in columns.iter().zip(&record.fields) {
        let value = value.trim();
        if value.is_empty() {
            continue;
        }
        if *column != Column::Phone && is_formula(value) {
            let problem = "begins like a formula of a spreadsheet: with =, @, + or -";
            errors.push(bad(column.field(), problem.to_owned()));
            continue;
        }
        let text = Some(Some(value.to_owned()));
        match column {
            Column::Name => changes.name = text,
            Column::Email => changes.email = text,
            Column::Phone => changes.phone = text,
            Column::Timezone => changes.timezone = text,
            Column::Locale => changes.locale = text,
            Column::Source => changes.source = text,
            Column::Tags => {
                let tags = value.split(';').map(str::trim).filter(|tag| !tag.is_empty());
                changes.tags = Some(tags.map(str::to_owned).collect());
            }
            Column::Attribute(name) => drop(attributes.insert(name.clone(), Value::from(value))),
        }
    }
    changes.attributes = attributes;
    if changes.email.is_none() && changes.phone.is_none() && errors.is_empty() {
        errors.push(bad("email".to_owned(), "is empty, and there is no phone either".to_owned()));
    }
    if errors.is_empty() { Ok(changes) } else { Err(errors) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(text: &str) -> Record {
        edge_csv::Records::new(text).next().unwrap().unwrap()
    }

    fn columns(header: &str) -> Vec<Column> {
        read_header(&record(header)).unwrap()
    }

    #[test]
    fn a_header_is_read_in_the_spellings_that_people_write() {
        let all = columns("Full Name,E-Mail,Phone number,Time zone,locale,SOURCE,tags,Plan,attributes.city");
        let attribute = |name: &str| Column::Attribute(name.into());
        let expected = [
            Column::Name,
            Column::Email,
            Column::Phone,
            Column::Timezone,
            Column::Locale,
            Column::Source,
            Column::Tags,
            attribute("plan"),
            attribute("city"),
        ];
        assert_eq!(all, expected);
    }

    #[test]
    fn a_header_that_is_not_right_is_named() {
        for (header, error) in [
            ("name,plan", "line 1: email: is missing in the header, and so is phone: a contact has one of them"),
            ("email,Email", "line 1: email: is twice in the header"),
            ("email,", "line 1: column 2: has no name in the header"),
            ("email,=1+1", "line 1: column 2: is no name of a column: it must be letters, digits and _"),
            ("email;phone", "line 1: header: its fields must be separated by commas"),
        ] {
            let errors = read_header(&record(header)).unwrap_err();
            assert_eq!(errors.iter().map(ToString::to_string).collect::<Vec<_>>(), [error]);
        }
    }

    #[test]
    fn what_a_spreadsheet_would_run_is_refused_with_its_field() {
        let columns = columns("email,name,plan");
        for value in ["=1+1", "=HYPERLINK(\"\"http://x\"\")", "@SUM(1)", "+cmd|' /C calc'!A0", "-2+3+cmd", "  =1"] {
            for (line, field) in [
                (format!("a@x.example,\"{value}\","), "name"),
                (format!("a@x.example,,\"{value}\""), "attributes.plan"),
            ] {
                let errors = read_record(&columns, &record(&line)).unwrap_err();
                assert_eq!((errors.len(), errors[0].field.as_str(), errors[0].line), (1, field, 1), "{value}");
            }
        }
        for value in ["-5", "+3.5 %", "-", "a=b", "x@y", "-1,000"] {
            assert!(read_record(&columns, &record(&format!("a@x.example,,\"{value}\""))).is_ok(), "{value}");
        }
    }

    #[test]
    fn a_record_says_what_its_fields_hold_and_an_empty_one_says_nothing() {
        let columns = columns("email,phone,tags,plan");
        let changes = read_record(&columns, &record("a@x.example,,vip; new;,pro")).unwrap();
        assert_eq!(changes.tags, Some(vec!["vip".to_owned(), "new".to_owned()]));
        assert_eq!((changes.phone, changes.attributes["plan"].as_str()), (None, Some("pro")));
        for (line, error) in [
            (",,x,y", "line 1: email: is empty, and there is no phone either"),
            ("a@x.example", "line 1: line: has 1 fields; the header has 4"),
        ] {
            assert_eq!(read_record(&columns, &record(line)).unwrap_err()[0].to_string(), error);
        }
    }
}
