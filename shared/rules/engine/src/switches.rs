//! `switch` with the semantics of `==`.
//!
//! Rhai finds a case by the hash of its value: there the integer 5000 equals neither of the amounts 5000 and 5000.00,
//! and a text silently equals no number. So each `switch x { … }` is rewritten to `switch KINDS | x { … }`, where the
//! operator is [`operator`]: it normalizes numbers to the form of the cases, and refuses values that `==` could not
//! compare with them.

use rhai::{Dynamic, Position};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use crate::failure::Finding;
use crate::functions::comparison::type_label;
use crate::tokens::{PlacedToken, TokenKind};

/// The kinds of the cases of a `switch`; a bit for each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct CaseKinds(u32);

impl CaseKinds {
    const NUMBERS: Self = Self(1);
    const TEXTS: Self = Self(2);
    const LETTERS: Self = Self(4);
    const FLAGS: Self = Self(8);
    /// Lists and others: it is unknown what they may be compared with.
    const OTHERS: Self = Self(16);
    /// Whole numbers among the cases have a decimal point.
    const WITH_POINT: Self = Self(32);

    const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// The character that encodes the kinds in the rewritten script.
    fn to_char(self) -> Option<char> {
        char::from_u32(FIRST_CHARACTER | self.0)
    }

    fn from_char(character: char) -> Option<Self> {
        let bits = u32::from(character).checked_sub(FIRST_CHARACTER)?;
        (bits < 64).then_some(Self(bits))
    }

    fn label(self) -> &'static str {
        match self {
            _ if self.has(Self::NUMBERS) => "a number",
            _ if self.has(Self::TEXTS) => "a text",
            _ if self.has(Self::LETTERS) => "a letter",
            _ => "true or false",
        }
    }
}

/// A private-use character.
const FIRST_CHARACTER: u32 = 0xF_0000;

/// A `switch` of a script.
#[derive(Debug)]
struct Switch {
    at: Position,
    kinds: CaseKinds,
    /// The kind of the first case other than `()`.
    first: Option<CaseKinds>,
    has_numbers_without_point: bool,
}

/// The `switch`es of a script.
#[derive(Debug, Default)]
pub struct Switches {
    all: Vec<Switch>,
    /// Errors.
    pub findings: Vec<Finding>,
}

/// The tokens between two braces or brackets.
#[derive(Debug, Default)]
struct Block {
    /// The `switch` whose cases it contains, if any.
    of: Option<usize>,
    /// The `switch`es in it whose cases have not begun yet.
    open: Vec<usize>,
    /// The tokens since the end of the last case or statement; an inner block counts as one.
    head: Vec<PlacedToken>,
    /// Whether its end also ends the statement, as `}` does, except for maps.
    is_braced: bool,
    has_cases: bool,
    begins: Position,
}

/// Finds the `switch`es among the tokens of a parsed script.
pub fn find(tokens: &[PlacedToken]) -> Switches {
    let mut found = Switches::default();
    let mut around: Vec<Block> = Vec::new();
    let mut block = Block::default();
    for (token, at) in tokens.iter().copied() {
        match token {
            TokenKind::Brace | TokenKind::Bracket => {
                let is_braced = token == TokenKind::Brace;
                let of = block.open.last().copied().filter(|_| is_braced);
                let within = Block { of, is_braced, begins: at, ..Block::default() };
                around.push(std::mem::replace(&mut block, within));
            }
            TokenKind::Close => {
                let Some(outer) = around.pop() else { continue };
                let closed = std::mem::replace(&mut block, outer);
                if closed.has_cases {
                    block.open.pop();
                }
                if closed.is_braced {
                    block.head.clear();
                } else {
                    block.head.push((TokenKind::Other, closed.begins));
                }
            }
            TokenKind::Comma => block.head.clear(),
            TokenKind::Arrow => {
                let head = std::mem::take(&mut block.head);
                block.has_cases = true;
                if let Some(index) = block.of {
                    found.add_cases(index, &head);
                }
            }
            TokenKind::Switch => {
                block.open.push(found.all.len());
                found.all.push(Switch {
                    at,
                    kinds: CaseKinds::default(),
                    first: None,
                    has_numbers_without_point: false,
                });
            }
            _ => block.head.push((token, at)),
        }
    }
    found
}

impl Switches {
    /// Adds the cases before one `=>`.
    fn add_cases(&mut self, index: usize, head: &[PlacedToken]) {
        let Some(switch) = self.all.get_mut(index) else { return };
        let values = head.split(|(token, _)| *token == TokenKind::If).next().unwrap_or_default();
        for case in values.split(|(token, _)| *token == TokenKind::Or) {
            let Some((_, at)) = case.first().copied() else { continue };
            let mut refuse = |message: &str| self.findings.push(Finding::at(at, message));
            let tokens: Vec<TokenKind> = case.iter().map(|(token, _)| *token).collect();
            let kind = match tokens.as_slice() {
                [TokenKind::Underscore | TokenKind::Unit] => continue,
                [TokenKind::Whole] | [TokenKind::Minus, TokenKind::Whole] => {
                    switch.has_numbers_without_point = true;
                    CaseKinds::NUMBERS
                }
                [TokenKind::Decimal { is_whole, .. }] | [TokenKind::Minus, TokenKind::Decimal { is_whole, .. }] => {
                    if *is_whole {
                        switch.kinds.add(CaseKinds::WITH_POINT);
                    }
                    CaseKinds::NUMBERS
                }
                [.., TokenKind::Range, _] | [.., TokenKind::Range, _, _] => CaseKinds::NUMBERS,
                [TokenKind::Text] => CaseKinds::TEXTS,
                [TokenKind::Letter] => CaseKinds::LETTERS,
                [TokenKind::Flag] => CaseKinds::FLAGS,
                _ => {
                    refuse(
                        "a case must be a text, a number, a range such as 1..10, true, false or (): use `if` for others",
                    );
                    CaseKinds::OTHERS
                }
            };
            let first = *switch.first.get_or_insert(kind);
            if kind != first && kind != CaseKinds::OTHERS && first != CaseKinds::OTHERS {
                let (this, other) = (kind.label(), first.label());
                refuse(&format!("the cases of a switch must be of one kind: this one is {this}, the first is {other}"));
            }
            switch.kinds.add(kind);
            if switch.has_numbers_without_point && switch.kinds.has(CaseKinds::WITH_POINT) {
                refuse("the whole numbers of a switch must all have a decimal point or all have none: 5000.00 or 5000");
            }
        }
    }

    /// Whether the script has no `switch`.
    pub const fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The rewritten script. None: a `switch` is not at its recorded position.
    pub fn rewrite_script(&self, script: &str) -> Option<String> {
        let mut run = String::with_capacity(script.len().saturating_add(self.all.len().saturating_mul(12)));
        let mut switches = self.all.iter();
        let mut next = switches.next();
        let (mut line, mut column) = (1, 0);
        let mut rest = script;
        while let Some(character) = rest.chars().next() {
            column += 1;
            let here = next.filter(|switch| (switch.at.line(), switch.at.position()) == (Some(line), Some(column)));
            if let (Some(switch), Some(after)) = (here, rest.strip_prefix(SWITCH)) {
                run.push_str(SWITCH);
                run.extend([' ', '\'', switch.kinds.to_char()?, '\'', ' ']);
                run.extend([OPERATOR, " "]);
                column += SWITCH.len() - 1;
                (rest, next) = (after, switches.next());
                continue;
            }
            run.push(character);
            rest = rest.get(character.len_utf8()..)?;
            if character == '\n' {
                (line, column) = (line + 1, 0);
            }
        }
        next.is_none().then_some(run)
    }
}

const SWITCH: &str = "switch";

/// The operator between the kinds of a `switch` and its value. It has the lowest precedence, except for `||`, whose
/// result is a boolean.
pub const OPERATOR: &str = "|";

/// Normalizes the value of a `switch` to the form of its cases. Err: it is not comparable with them.
pub fn operator(cases: char, value: Dynamic) -> Result<Dynamic, String> {
    let Some(kinds) = CaseKinds::from_char(cases) else {
        return Err(format!("there is no {} | {}", type_label(&cases.into()), type_label(&value)));
    };
    if value.is_unit() || kinds.has(CaseKinds::OTHERS) || kinds == CaseKinds::default() {
        return Ok(value);
    }
    let (is_comparable, value) = if let Some(number) = crate::functions::numbers::decimal(&value) {
        (kinds.has(CaseKinds::NUMBERS), normalize_number(number, value, kinds))
    } else {
        let kind = match &value {
            text if text.is_string() => CaseKinds::TEXTS,
            letter if letter.is_char() => CaseKinds::LETTERS,
            flag if flag.is_bool() => CaseKinds::FLAGS,
            _ => CaseKinds::default(),
        };
        (kinds.has(kind), value)
    };
    if is_comparable { Ok(value) } else { Err(format!("cannot compare {} with {}", type_label(&value), kinds.label())) }
}

/// A whole number with or without a decimal point, as the cases have it; other values unchanged.
fn normalize_number(number: Decimal, value: Dynamic, kinds: CaseKinds) -> Dynamic {
    if kinds.has(CaseKinds::WITH_POINT) {
        return Dynamic::from_decimal(number);
    }
    match number.to_i64().filter(|_| number.is_integer()) {
        Some(whole) => whole.into(),
        None => value,
    }
}
