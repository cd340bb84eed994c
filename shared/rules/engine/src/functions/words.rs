//! Words of a text: segmentation and comparison.
//!
//! Words end at the boundaries of Unicode (UAX #29): not at Devanagari signs, accents, soft hyphens or apostrophes. Job
//! titles need one exception: a point, a colon or a low line also ends a word (`Sr.Manager`, `Head_of_Sales`), except
//! for a point within a number.

use unicode_normalization::UnicodeNormalization as _;
use unicode_segmentation::UnicodeSegmentation as _;

/// Whether `text` contains the words of `wanted` in sequence, ignoring case. Without words in `wanted` this is false.
pub fn contains(text: &str, wanted: &str) -> bool {
    if text.is_ascii() && wanted.is_ascii() {
        let wanted: Vec<&str> = ascii_words(wanted).collect();
        let words: Vec<&str> = ascii_words(text).collect();
        return has_run(&words, &wanted, |a, b| a.eq_ignore_ascii_case(b));
    }
    has_run(&unicode_words(text, fold), &unicode_words(wanted, fold), |a, b| a == b)
}

/// The words of `text`, in lower case.
pub fn of(text: &str) -> Vec<String> {
    if text.is_ascii() {
        return ascii_words(text).map(str::to_ascii_lowercase).collect();
    }
    unicode_words(text, str::to_lowercase)
}

fn has_run<W>(words: &[W], wanted: &[W], is_same: impl Fn(&W, &W) -> bool) -> bool {
    let is_run = |run: &[W]| run.iter().zip(wanted).all(|(word, wanted)| is_same(word, wanted));
    !wanted.is_empty() && words.windows(wanted.len()).any(is_run)
}

/// As [`unicode_words`], for ASCII texts.
fn ascii_words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|character: char| !character.is_ascii_alphanumeric());
        let bytes = rest.as_bytes();
        let mut end = 0;
        while let Some(here) = bytes.get(end) {
            let next = bytes.get(end.saturating_add(1));
            let before = end.checked_sub(1).and_then(|before| bytes.get(before));
            if !here.is_ascii_alphanumeric() && !joins(*here, before, next) {
                break;
            }
            end = end.saturating_add(1);
        }
        let (word, behind) = rest.split_at_checked(end).filter(|(word, _)| !word.is_empty())?;
        rest = behind;
        Some(word)
    })
}

/// Whether a character between two letters or two digits is part of the word.
fn joins(sign: u8, before: Option<&u8>, next: Option<&u8>) -> bool {
    let both = |is: fn(&u8) -> bool| before.is_some_and(is) && next.is_some_and(is);
    match sign {
        b'\'' => both(u8::is_ascii_alphabetic) || both(u8::is_ascii_digit),
        b'.' | b',' | b';' => both(u8::is_ascii_digit),
        _ => false,
    }
}

/// The words of `text` in normalized form (NFC).
fn unicode_words(text: &str, same_case: impl Fn(&str) -> String) -> Vec<String> {
    let visible: String = text.chars().filter(|character| !is_ignorable(*character)).collect();
    let text: String = same_case(&visible.nfc().collect::<String>()).nfc().collect();
    text.unicode_words().flat_map(parts).map(str::to_owned).collect()
}

/// Splits a Unicode word at the additional boundaries.
fn parts(word: &str) -> impl Iterator<Item = &str> {
    let mut rest = word;
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let mut before = None;
            let end = rest.char_indices().find_map(|(index, character)| {
                let next = rest.get(index..).and_then(|rest| rest.chars().nth(1));
                let is_end = ends_a_word(character, before, next);
                before = Some(character);
                is_end.then_some((index, index.saturating_add(character.len_utf8())))
            });
            let (end, behind) = end.unwrap_or((rest.len(), rest.len()));
            let part = rest.get(..end).unwrap_or_default();
            rest = rest.get(behind..).unwrap_or_default();
            if part.contains(char::is_alphanumeric) {
                return Some(part);
            }
        }
        None
    })
}

/// Whether a character is an additional word boundary.
fn ends_a_word(sign: char, before: Option<char>, next: Option<char>) -> bool {
    match sign {
        '.' | '\u{2024}' | '\u{FE52}' | '\u{FF0E}' => {
            !(before.is_some_and(char::is_numeric) && next.is_some_and(char::is_numeric))
        }
        ':' | '\u{FE13}' | '\u{FE55}' | '\u{FF1A}' => true,
        // Low lines, and the narrow no-break space.
        '_' | '\u{203F}' | '\u{2040}' | '\u{2054}' | '\u{FE33}' | '\u{FE34}' | '\u{FE4D}'..='\u{FE4F}' | '\u{FF3F}' => {
            true
        }
        '\u{202F}' => true,
        _ => false,
    }
}

/// Whether a character is invisible and does not change a word: soft hyphens, joiners, direction marks, variation
/// selectors.
const fn is_ignorable(character: char) -> bool {
    matches!(
        character,
        '\u{AD}'
            | '\u{34F}'
            | '\u{61C}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200C}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

/// Case folding: `STRASSE` equals `Straße`.
fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            // The Turkish dotless i is not an i.
            'ı' => folded.push('ı'),
            character => folded.extend(character.to_uppercase().flat_map(char::to_lowercase)),
        }
    }
    folded
}
