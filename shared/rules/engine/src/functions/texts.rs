//! Texts.

#![expect(clippy::unwrap_used, reason = "in macro-generated code: the engine matches the types before the call")]

use rhai::plugin::*;
use rhai::{Array, ImmutableString};

use super::{Fallible, words};
use crate::failure::Limit;
use crate::run::{charge, log, stop};
use crate::sandbox::{MAX_LIST_LEN, MAX_TEXT_LEN};

#[export_module]
pub mod functions {
    /// How many characters a text has.
    ///
    /// # Example
    /// `"CEO".len() == 3`
    #[rhai_fn(name = "len", return_raw)]
    pub fn text_len(text: &str) -> Fallible<i64> {
        charge_text(text)?;
        Ok(i64::try_from(text.chars().count()).unwrap_or(i64::MAX))
    }

    /// Whether a text has no characters.
    ///
    /// # Example
    /// `input.department.is_empty()`
    #[rhai_fn(name = "is_empty")]
    pub fn text_is_empty(text: &str) -> bool {
        text.is_empty()
    }

    /// Whether a text contains another, also within words; also written `part in text`. For job titles and the like
    /// use `contains_word`: `"Doctor"` contains `"cto"`.
    ///
    /// # Example
    /// `"Contractor".contains("tract")`
    #[rhai_fn(name = "contains", return_raw)]
    pub fn text_contains(text: &str, part: &str) -> Fallible<bool> {
        charge_text(text)?;
        Ok(text.contains(part))
    }

    /// Whether a text contains a word, or several one after the other: whole words of any language, in capitals or not.
    ///
    /// # Example
    /// `"Deputy CTO".contains_word("cto") && !"Doctor".contains_word("cto")`
    #[rhai_fn(return_raw)]
    pub fn contains_word(text: &str, word: &str) -> Fallible<bool> {
        charge_text(text)?;
        charge_text(word)?;
        Ok(words::contains(text, word))
    }

    /// The words of a text, in small letters.
    ///
    /// # Example
    /// `"Vice-President, Sales".words() == ["vice", "president", "sales"]`
    #[rhai_fn(return_raw)]
    pub fn words(text: &str) -> Fallible<Array> {
        charge_text(text)?;
        to_list(words::of(text))
    }

    /// Whether a text starts with another.
    ///
    /// # Example
    /// `"WORKSPACE-PRO".starts_with("WORKSPACE-")`
    pub fn starts_with(text: &str, part: &str) -> bool {
        text.starts_with(part)
    }

    /// Whether a text ends with another.
    ///
    /// # Example
    /// `"a@bheem.com".ends_with("@bheem.com")`
    pub fn ends_with(text: &str, part: &str) -> bool {
        text.ends_with(part)
    }

    /// The text in small letters.
    ///
    /// # Example
    /// `"CEO".to_lower() == "ceo"`
    #[rhai_fn(return_raw)]
    pub fn to_lower(text: &str) -> Fallible<String> {
        charge_text(text)?;
        Ok(text.to_lowercase())
    }

    /// The text in capitals.
    ///
    /// # Example
    /// `"inr".to_upper() == "INR"`
    #[rhai_fn(return_raw)]
    pub fn to_upper(text: &str) -> Fallible<String> {
        charge_text(text)?;
        Ok(text.to_uppercase())
    }

    /// The text without blanks at either end.
    ///
    /// # Example
    /// `" CEO ".trim() == "CEO"`
    #[rhai_fn(return_raw)]
    pub fn trim(text: &str) -> Fallible<String> {
        charge_text(text)?;
        Ok(text.trim().to_owned())
    }

    /// The parts of a text, cut wherever another stands.
    ///
    /// # Example
    /// `"a,b".split(",") == ["a", "b"]`
    #[rhai_fn(return_raw)]
    pub fn split(text: &str, at: &str) -> Fallible<Array> {
        charge_text(text)?;
        to_list(text.split(at).map(str::to_owned))
    }

    /// The text itself.
    ///
    /// # Example
    /// `"a".to_string() == "a"`
    #[rhai_fn(name = "to_string")]
    pub fn text_to_string(text: ImmutableString) -> ImmutableString {
        text
    }

    /// `"true"` or `"false"`.
    ///
    /// # Example
    /// `true.to_string() == "true"`
    #[rhai_fn(name = "to_string")]
    pub fn flag_to_string(flag: bool) -> String {
        flag.to_string()
    }

    /// Writes a value into the decision's log.
    ///
    /// # Example
    /// `print("limit is " + limit)`
    #[rhai_fn(return_raw)]
    pub fn print(value: Dynamic) -> Fallible<()> {
        charge(LOG_LINE_COST)?;
        log(&value.to_string());
        Ok(())
    }

    /// A text, and a number, instant or flag after it.
    #[rhai_fn(name = "+", return_raw)]
    pub fn append(text: ImmutableString, other: Dynamic) -> Fallible<String> {
        concatenated(&text, &to_text(&other)?)
    }

    /// A number, instant or flag, and a text after it.
    #[rhai_fn(name = "+", return_raw)]
    pub fn prepend(other: Dynamic, text: ImmutableString) -> Fallible<String> {
        concatenated(&to_text(&other)?, &text)
    }

    /// Two texts, one after the other.
    #[rhai_fn(name = "+", return_raw)]
    pub fn append_text(text: ImmutableString, other: ImmutableString) -> Fallible<String> {
        concatenated(&text, &other)
    }

    /// Puts a number, instant, flag or text at the end of a text; also what `${…}` in a text does.
    #[rhai_fn(name = "+=", return_raw)]
    pub fn append_in_place(text: &mut ImmutableString, other: Dynamic) -> Fallible<()> {
        *text = concatenated(text, &to_text(&other)?)?.into();
        Ok(())
    }
}

/// The operations that logging a line costs.
const LOG_LINE_COST: usize = 20;

/// Charges the reading of a text by its length.
fn charge_text(text: &str) -> Fallible<()> {
    charge(text.len() / 64)
}

/// Checks the length of a text in bytes.
pub fn check_text_len(length: usize) -> Fallible<()> {
    if length > MAX_TEXT_LEN { Err(stop(Limit::Size)) } else { Ok(()) }
}

fn concatenated(a: &str, b: &str) -> Fallible<String> {
    check_text_len(a.len().saturating_add(b.len()))?;
    charge(a.len().saturating_add(b.len()) / 64)?;
    Ok([a, b].concat())
}

/// Converts a value to text for concatenation.
fn to_text(value: &Dynamic) -> Fallible<String> {
    if let Ok(text) = value.as_immutable_string_ref() {
        return Ok(text.to_string());
    }
    if let Some(instant) = value.clone().try_cast::<crate::contract::Instant>() {
        return Ok(instant.to_string());
    }
    if value.is_int() || value.is_decimal() || value.is_bool() || value.is_char() {
        return Ok(value.to_string());
    }
    super::error(format!("{} cannot be part of a text", super::comparison::type_label(value)))
}

fn to_list(texts: impl IntoIterator<Item = String>) -> Fallible<Array> {
    let mut list = Array::new();
    for text in texts {
        if list.len() >= MAX_LIST_LEN {
            return Err(stop(Limit::Size));
        }
        list.push(text.into());
    }
    charge(list.len())?;
    Ok(list)
}
