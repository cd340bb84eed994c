//! A file of contacts as it is sent: its columns, and parts of whole records.

use edge_csv::{BadLine, NEVER_CLOSED, Records};

use super::columns::{Column, read_header};

/// The most records of a file.
pub(crate) const MAX_ROWS: usize = 100_000;

/// The records in one part, which are read and written in one go: one statement takes all of a part. Tests, which have a
/// worker die at each call, have smaller parts.
pub(super) const PART_ROWS: usize = if cfg!(test) { 500 } else { 2_000 };

/// A file that can be imported.
#[derive(Debug)]
pub(super) struct File<'t> {
    pub(super) columns: Vec<Column>,
    pub(super) rows: usize,
    /// The number of each part's first line, and the part.
    pub(super) parts: Vec<(u64, &'t str)>,
}

impl<'t> File<'t> {
    /// Reads a file. Errors concern all of it: records that are wrong by themselves are found when they are imported.
    pub(super) fn read(bytes: &'t [u8]) -> Result<Self, Vec<BadLine>> {
        let whole = |line: u64, problem: String| vec![BadLine { line, field: "file".to_owned(), problem }];
        let text = edge_csv::text(bytes).map_err(|error| vec![error])?;
        let mut records = Records::new(text);
        let header = match records.next() {
            None => return Err(whole(1, "is empty: its first line must name the columns".to_owned())),
            Some(header) => header.map_err(|error| vec![error])?,
        };
        let columns = read_header(&header)?;
        let (mut rows, mut parts): (usize, Vec<(u64, &'t str)>) = (0, Vec::new());
        loop {
            let (start, line) = (records.rest(), records.line());
            let mut count = 0_usize;
            while count < PART_ROWS {
                let before = records.line();
                match records.next() {
                    None => break,
                    // Everything after it would be lost.
                    Some(Err(error)) if error.problem == NEVER_CLOSED => return Err(vec![error]),
                    Some(_) if rows.saturating_add(count) >= MAX_ROWS => {
                        return Err(whole(before, format!("has more than {MAX_ROWS} records")));
                    }
                    Some(_) => count = count.saturating_add(1),
                }
            }
            if count == 0 {
                break;
            }
            rows = rows.saturating_add(count);
            let length = start.len().saturating_sub(records.rest().len());
            parts.push((line, start.get(..length).unwrap_or_default()));
        }
        if rows == 0 { Err(whole(1, "has no records".to_owned())) } else { Ok(Self { columns, rows, parts }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_whole_records_and_together_the_file() {
        let mut text = "\u{feff}email,name\r\n\r\n".to_owned();
        for number in 0..1_203 {
            text.push_str(&format!("{number}@x.example,\"a\n\"\"{number}\"\"\"\r\n"));
        }
        let file = File::read(text.as_bytes()).unwrap();
        assert_eq!((file.rows, file.parts.len(), file.columns.len()), (1_203, 3, 2));
        let read: Vec<_> =
            file.parts.iter().flat_map(|(line, part)| Records::from_line(part, *line).map(Result::unwrap)).collect();
        let mut all = Records::new(text.trim_start_matches('\u{feff}'));
        all.next();
        assert_eq!(read, all.map(Result::unwrap).collect::<Vec<_>>());
        assert_eq!((read[0].line, read[1].line), (3, 5));
    }

    #[test]
    fn a_file_that_cannot_be_imported_is_refused_with_its_line() {
        let long = format!("email\n{}", "a@x.example\n".repeat(MAX_ROWS + 1));
        for (bytes, error) in [
            (&b""[..], "line 1: file: is empty: its first line must name the columns"),
            (b"email\n\n", "line 1: file: has no records"),
            (b"a@x.example\n", "line 1: column 1: is no name of a column: it must be letters, digits and _"),
            (b"email\na@x.example\n\xe9@x.example\n", "line 3: file: is not UTF-8"),
            (b"\xff\xfee\0m\0", "line 1: file: is UTF-16: save it as UTF-8"),
            (b"email,name\na@x.example,\"A\nb@x.example,B\n", &format!("line 2: line: {NEVER_CLOSED}")),
            (long.as_bytes(), "line 100002: file: has more than 100000 records"),
        ] {
            let errors = File::read(bytes).unwrap_err();
            assert_eq!(errors[0].to_string(), error);
        }
    }
}
