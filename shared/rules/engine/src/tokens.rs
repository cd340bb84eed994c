//! The words of a script as the parser came by them: what the parsed script does not tell any more, such as the digits of a
//! number and the cases of a `switch`.

use std::cell::RefCell;

use rhai::{Position, Token};

use crate::amount::Amount;

/// A word of a script, as far as it is of interest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// `switch`.
    Switch,
    /// `{`.
    Brace,
    /// `(`, `[`, `#{`.
    Bracket,
    /// What closes any of them.
    Close,
    /// `,`.
    Comma,
    /// `=>`.
    Arrow,
    /// `if`.
    If,
    /// `|`.
    Or,
    /// `..` or `..=`.
    Range,
    /// `-`.
    Minus,
    /// A number without a point.
    Whole,
    /// A number with a point, or an exponent.
    Decimal {
        /// Whether its value is a whole number.
        is_whole: bool,
        /// Whether it is kept as it is written.
        is_exact: bool,
    },
    /// A text.
    Text,
    /// A letter, such as `'a'`.
    Letter,
    /// `true` or `false`.
    Flag,
    /// `()`.
    Unit,
    /// `_`.
    Underscore,
    /// Any other.
    Other,
}

/// A word, and where it stands.
pub type Placed = (Word, Position);

thread_local! {
    /// What was read since the last [`record`]; None while nobody wants to know.
    static WORDS: RefCell<Option<Vec<Placed>>> = const { RefCell::new(None) };
}

/// What `parse` gives, and the words that the parser came by.
pub fn record<T>(parse: impl FnOnce() -> T) -> (T, Vec<Placed>) {
    WORDS.with(|words| words.replace(Some(Vec::new())));
    let parsed = parse();
    (parsed, WORDS.with(RefCell::take).unwrap_or_default())
}

/// Notes a word that the parser has come by.
pub fn note(token: &Token, position: Position) {
    WORDS.with(|words| {
        if let Some(words) = words.borrow_mut().as_mut() {
            words.push((word(token), position));
        }
    });
}

fn word(token: &Token) -> Word {
    match token {
        Token::Switch => Word::Switch,
        Token::LeftBrace => Word::Brace,
        Token::LeftParen | Token::LeftBracket | Token::QuestionBracket | Token::MapStart => Word::Bracket,
        Token::RightBrace | Token::RightParen | Token::RightBracket => Word::Close,
        Token::Comma => Word::Comma,
        Token::DoubleArrow => Word::Arrow,
        Token::If => Word::If,
        Token::Pipe => Word::Or,
        Token::ExclusiveRange | Token::InclusiveRange => Word::Range,
        Token::Minus | Token::UnaryMinus => Word::Minus,
        Token::IntegerConstant(_) => Word::Whole,
        Token::DecimalConstant(constant) => {
            let (value, written) = &**constant;
            let is_exact = Amount::parse(written).is_some_and(|amount| amount.decimal() == *value);
            Word::Decimal { is_whole: value.is_integer(), is_exact }
        }
        Token::StringConstant(_) => Word::Text,
        Token::CharConstant(_) => Word::Letter,
        Token::True | Token::False => Word::Flag,
        Token::Unit => Word::Unit,
        Token::Underscore => Word::Underscore,
        _ => Word::Other,
    }
}
