//! Phone numbers in one spelling.

/// `written` as E.164 has it: `+` and 7 to 15 digits, of which the first is not 0. Spaces, dashes, dots and brackets are left
/// out. Everything else is refused: letters and digits of other scripts would be a second spelling of one number, and so
/// would `00` for `+`. None: it is no phone number.
pub fn phone_number(written: &str) -> Option<String> {
    let digits: Option<String> = written
        .strip_prefix('+')?
        .chars()
        .filter(|char| ![' ', '-', '.', '(', ')'].contains(char))
        .map(|char| char.is_ascii_digit().then_some(char))
        .collect();
    let digits = digits.filter(|digits| (7..=15).contains(&digits.len()) && !digits.starts_with('0'))?;
    (written.len() <= 32).then(|| format!("+{digits}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_has_one_spelling_and_what_is_unclear_has_none() {
        for same in ["+919876543210", "+91 98765 43210", "+91-98765-43210", "+(91) 98765.43210", "+91 (98765) 43210"] {
            assert_eq!(phone_number(same).as_deref(), Some("+919876543210"), "{same}");
        }
        let long = format!("+91{}", " 9".repeat(15));
        for refused in [
            "",
            "+",
            "919876543210",
            "00919876543210",
            "+0919876543210",
            "+123456",
            "+1234567890123456",
            "+９１９８７６５４３２１０",
            "+91 98765 4321O",
            "+91\u{a0}9876543210",
            "+91\t9876543210",
            "++919876543210",
            "+91+9876543210",
            " +919876543210",
            "+91-800-FLOWERS",
            &long,
        ] {
            assert_eq!(phone_number(refused), None, "{refused:?}");
        }
    }
}
