//! The tokens of a script, recorded by the parser: information that the syntax tree no longer has, such as the digits
//! of a number and the cases of a `switch`.

use std::cell::RefCell;

use rhai::{Position, Token};

use crate::amount::Amount;

/// The kind of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// `switch`.
    Switch,
    /// `{`.
    Brace,
    /// `(`, `[`, `#{`.
    Bracket,
    /// A closing brace or bracket.
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
    /// A number without a decimal point.
    Whole,
    /// A number with a decimal point or an exponent.
    Decimal {
        /// Whether its value is a whole number.
        is_whole: bool,
        /// Whether it is represented exactly.
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

/// A token and its position.
pub type PlacedToken = (TokenKind, Position);

thread_local! {
    /// The tokens since the last [`record`]; None if none are recorded.
    static TOKENS: RefCell<Option<Vec<PlacedToken>>> = const { RefCell::new(None) };
}

/// Runs `parse` and returns its result with the recorded tokens.
pub fn record<T>(parse: impl FnOnce() -> T) -> (T, Vec<PlacedToken>) {
    TOKENS.with(|tokens| tokens.replace(Some(Vec::new())));
    let parsed = parse();
    (parsed, TOKENS.with(RefCell::take).unwrap_or_default())
}

/// Records a token.
pub fn note(token: &Token, position: Position) {
    TOKENS.with(|tokens| {
        if let Some(tokens) = tokens.borrow_mut().as_mut() {
            tokens.push((kind(token), position));
        }
    });
}

fn kind(token: &Token) -> TokenKind {
    match token {
        Token::Switch => TokenKind::Switch,
        Token::LeftBrace => TokenKind::Brace,
        Token::LeftParen | Token::LeftBracket | Token::QuestionBracket | Token::MapStart => TokenKind::Bracket,
        Token::RightBrace | Token::RightParen | Token::RightBracket => TokenKind::Close,
        Token::Comma => TokenKind::Comma,
        Token::DoubleArrow => TokenKind::Arrow,
        Token::If => TokenKind::If,
        Token::Pipe => TokenKind::Or,
        Token::ExclusiveRange | Token::InclusiveRange => TokenKind::Range,
        Token::Minus | Token::UnaryMinus => TokenKind::Minus,
        Token::IntegerConstant(_) => TokenKind::Whole,
        Token::DecimalConstant(constant) => {
            let (value, written) = &**constant;
            let is_exact = Amount::parse(written).is_some_and(|amount| amount.decimal() == *value);
            TokenKind::Decimal { is_whole: value.is_integer(), is_exact }
        }
        Token::StringConstant(_) => TokenKind::Text,
        Token::CharConstant(_) => TokenKind::Letter,
        Token::True | Token::False => TokenKind::Flag,
        Token::Unit => TokenKind::Unit,
        Token::Underscore => TokenKind::Underscore,
        _ => TokenKind::Other,
    }
}
