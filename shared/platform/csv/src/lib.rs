//! CSV files (RFC 4180): every record is read or reported with the number of its line; none is dropped. What is written is
//! safe to open in a spreadsheet.

mod members;
mod write;

use std::fmt;

pub use members::Members;
pub use write::{Cell, push_record};

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// Its number, from 1; a line that is broken within quotes has the number of its first part.
    pub line: u64,
    /// The column.
    pub field: String,
    /// What is wrong.
    pub problem: String,
}

impl fmt::Display for BadLine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}: {}: {}", self.line, self.field, self.problem)
    }
}

/// The text of a file: UTF-8, with or without a byte order mark, without NUL.
pub fn text(bytes: &[u8]) -> Result<&str, BadLine> {
    let bad = |before: &[u8], problem: &str| {
        let line = before.iter().filter(|byte| **byte == b'\n').count().saturating_add(1);
        let line = u64::try_from(line).unwrap_or(u64::MAX);
        BadLine { line, field: "file".to_owned(), problem: problem.to_owned() }
    };
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(bad(&[], "is UTF-16: save it as UTF-8"));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|error| bad(bytes.get(..error.valid_up_to()).unwrap_or_default(), "is not UTF-8"))?;
    match bytes.iter().position(|byte| *byte == 0) {
        Some(place) => Err(bad(bytes.get(..place).unwrap_or_default(), "has a NUL character")),
        None => Ok(text.strip_prefix('\u{feff}').unwrap_or(text)),
    }
}

/// The problem of a record that nothing is read after.
pub const NEVER_CLOSED: &str = "has a quotation mark that is never closed: nothing after it is read";

/// A record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The number of its first line.
    pub line: u64,
    /// Its fields, as they are between the commas or within the quotation marks.
    pub fields: Vec<String>,
}

/// The records of a file; lines without anything are none.
#[derive(Clone, Debug)]
pub struct Records<'t> {
    rest: &'t str,
    line: u64,
}

impl<'t> Records<'t> {
    /// The records of `text`.
    pub fn new(text: &'t str) -> Self {
        Self::from_line(text, 1)
    }

    /// The records of `text`, whose first line is number `line` of a file.
    pub fn from_line(text: &'t str, line: u64) -> Self {
        Self { rest: text, line }
    }

    /// What is still to be read: it begins with a whole record.
    pub fn rest(&self) -> &'t str {
        self.rest
    }

    /// The number of the first line that is still to be read.
    pub fn line(&self) -> u64 {
        self.line
    }
}

impl Iterator for Records<'_> {
    type Item = Result<Record, BadLine>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let blank = self.rest.strip_prefix("\r\n").or_else(|| self.rest.strip_prefix('\n'));
            let Some(rest) = blank else { break };
            self.rest = rest;
            self.line = self.line.saturating_add(1);
        }
        if self.rest.is_empty() {
            return None;
        }
        let (line, mut fields, mut field) = (self.line, Vec::new(), String::new());
        let bad = |problem: &str| BadLine { line, field: "line".to_owned(), problem: problem.to_owned() };
        let (mut is_quoted, mut was_quoted, mut problem) = (false, false, None);
        let mut chars = self.rest.char_indices().peekable();
        while let Some((_, char)) = chars.next() {
            if char == '\n' {
                self.line = self.line.saturating_add(1);
            }
            match char {
                '"' if is_quoted && chars.next_if(|(_, next)| *next == '"').is_some() => field.push('"'),
                '"' if is_quoted => (is_quoted, was_quoted) = (false, true),
                _ if is_quoted => field.push(char),
                '"' if field.is_empty() && !was_quoted => is_quoted = true,
                ',' => {
                    fields.push(std::mem::take(&mut field));
                    was_quoted = false;
                }
                '\r' if chars.peek().is_some_and(|(_, next)| *next == '\n') => {}
                '\n' => break,
                '"' => problem = Some("has a quotation mark within a field that does not begin with one"),
                _ if was_quoted => problem = Some("has text after a closing quotation mark"),
                _ => field.push(char),
            }
        }
        let rest = chars.peek().map_or("", |(at, _)| self.rest.get(*at..).unwrap_or_default());
        self.rest = rest;
        if is_quoted {
            return Some(Err(bad(NEVER_CLOSED)));
        }
        fields.push(field);
        Some(problem.map_or(Ok(Record { line, fields }), |problem| Err(bad(problem))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_as_they_were_written() {
        let text = "a,\"b \"\"c\"\", d\",\r\n\r\n\"two\nlines\",x y,\"\"\nlast,,=1+1";
        let records: Vec<Record> = Records::new(text).map(Result::unwrap).collect();
        let expected = [(1, ["a", "b \"c\", d", ""]), (3, ["two\nlines", "x y", ""]), (5, ["last", "", "=1+1"])];
        let expected = expected.map(|(line, fields)| Record { line, fields: fields.map(str::to_owned).to_vec() });
        assert_eq!(records, expected);
    }

    #[test]
    fn a_broken_record_is_named_and_those_after_it_are_read() {
        let text = "a\nb\"c\n\"d\"e\nf\n\"g\nh";
        let read: Vec<String> = Records::from_line(text, 10)
            .map(|record| record.map_or_else(|bad| bad.to_string(), |record| record.fields.concat()))
            .collect();
        let expected = [
            "a",
            "line 11: line: has a quotation mark within a field that does not begin with one",
            "line 12: line: has text after a closing quotation mark",
            "f",
            &format!("line 14: line: {NEVER_CLOSED}"),
        ];
        assert_eq!(read, expected);
    }

    #[test]
    fn what_is_still_to_be_read_begins_with_a_whole_record() {
        let text = "a,\"1\n2\"\r\nb,3\nc,4";
        let mut records = Records::new(text);
        records.next();
        assert_eq!((records.rest(), records.line()), ("b,3\nc,4", 3));
        let (rest, line) = (records.rest(), records.line());
        let both = [Records::from_line(rest, line).collect::<Vec<_>>(), records.collect()];
        assert_eq!(both[0], both[1]);
    }

    #[test]
    fn bytes_that_are_no_text_are_refused_with_their_line() {
        for (bytes, problem) in [
            (&b"a\nb\n\xff"[..], "line 3: file: is not UTF-8"),
            (b"a\n\0", "line 2: file: has a NUL character"),
            (b"\xff\xfea\0", "line 1: file: is UTF-16: save it as UTF-8"),
        ] {
            assert_eq!(text(bytes).unwrap_err().to_string(), problem);
        }
        assert_eq!(text("\u{feff}a".as_bytes()), Ok("a"));
    }
}
