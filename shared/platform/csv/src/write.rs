//! Files that are written: RFC 4180, and safe to open in a spreadsheet.

/// A field of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell<'t> {
    /// A text that somebody may have chosen: it never becomes a formula.
    Text(&'t str),
    /// A number, a date, a time or a currency that the edge wrote: it stays as it is.
    Plain(&'t str),
}

/// What makes a spreadsheet take a text for a formula, also in their full-width forms (OWASP, CSV injection).
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// Whether a spreadsheet might run `text`: spreadsheets skip blanks before a formula.
fn is_formula(text: &str) -> bool {
    let blank = |char: char| char.is_whitespace() || char.is_control() || matches!(char, '\u{200b}' | '\u{feff}');
    text.starts_with(['\t', '\r', '\n']) || text.trim_start_matches(blank).starts_with(FORMULA)
}

/// Writes a record, with its line end. Before a text that a spreadsheet would take for a formula stands an apostrophe.
pub fn push_record<'t>(file: &mut String, cells: impl IntoIterator<Item = Cell<'t>>) {
    for (place, cell) in cells.into_iter().enumerate() {
        if place > 0 {
            file.push(',');
        }
        let (text, mark) = match cell {
            Cell::Text(text) if is_formula(text) => (text, "'"),
            Cell::Text(text) | Cell::Plain(text) => (text, ""),
        };
        // Some spreadsheets split at semicolons or tabs.
        if text.contains(['"', ',', ';', '\t', '\n', '\r']) {
            file.push('"');
            file.push_str(mark);
            let mut parts = text.split('"');
            file.push_str(parts.next().unwrap_or_default());
            for part in parts {
                file.push_str("\"\"");
                file.push_str(part);
            }
            file.push('"');
        } else {
            file.push_str(mark);
            file.push_str(text);
        }
    }
    file.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Records;

    #[test]
    fn what_a_spreadsheet_would_run_is_a_text() {
        for (text, written) in [
            // https://owasp.org/www-community/attacks/CSV_Injection
            ("=1+2\";=1+2", "\"'=1+2\"\";=1+2\""),
            ("=1+2'\" ;,=1+2", "\"'=1+2'\"\" ;,=1+2\""),
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            ("@SUM(1+1)*cmd|' /C calc'!A0", "'@SUM(1+1)*cmd|' /C calc'!A0"),
            ("+1-555-0100", "'+1-555-0100"),
            ("-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"),
            ("\t=1", "\"'\t=1\""),
            ("\r=1", "\"'\r=1\""),
            ("\n=1", "\"'\n=1\""),
            ("\tx", "\"'\tx\""),
            ("  =1", "'  =1"),
            ("\u{a0}=1", "'\u{a0}=1"),
            ("\u{feff}@x", "'\u{feff}@x"),
            ("＝1+1", "'＝1+1"),
            ("－x", "'－x"),
            ("a=1", "a=1"),
            ("1-2", "1-2"),
            ("", ""),
            (" ", " "),
            ("'=1", "'=1"),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("a;=1", "\"a;=1\""),
        ] {
            let mut file = String::new();
            push_record(&mut file, [Cell::Text(text)]);
            assert_eq!(file, format!("{written}\r\n"), "{text:?}");
        }
    }

    #[test]
    fn numbers_stay_and_a_record_is_read_as_it_was_written() {
        let mut file = String::new();
        push_record(&mut file, [Cell::Plain("-12.50"), Cell::Text("-12.50"), Cell::Plain(""), Cell::Text("a,\r\nb")]);
        assert_eq!(file, "-12.50,'-12.50,,\"a,\r\nb\"\r\n");
        let read: Vec<_> = Records::new(&file).map(|record| record.unwrap().fields).collect();
        assert_eq!(read, [["-12.50", "'-12.50", "", "a,\r\nb"]]);
    }
}
