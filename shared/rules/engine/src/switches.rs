//! `switch`, with the meaning of `==`.
//!
//! The language finds a case by the hash of its value: there the number 5000 is none of the amounts 5000 and 5000.00, and a
//! text is quietly no number. So each `switch x { … }` is run as `switch KINDS | x { … }`: the operator is one of
//! [`operator`], which brings numbers into the form that the cases have, and refuses what `==` could not compare with them.

use rhai::{Dynamic, Position};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use crate::failure::Finding;
use crate::functions::comparing::named;
use crate::tokens::{Placed, Word};

/// What the cases of a `switch` are; a bit for each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Kinds(u32);

impl Kinds {
    const NUMBERS: Self = Self(1);
    const TEXTS: Self = Self(2);
    const LETTERS: Self = Self(4);
    const FLAGS: Self = Self(8);
    /// Lists and other things: nothing is known of what they may be compared with.
    const OTHERS: Self = Self(16);
    /// Whole numbers among the cases are written with a point.
    const WITH_POINT: Self = Self(32);

    const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// As the character that a script is run with: one of those that no script needs.
    fn written(self) -> Option<char> {
        char::from_u32(FIRST_CHARACTER | self.0)
    }

    fn read(character: char) -> Option<Self> {
        let bits = u32::from(character).checked_sub(FIRST_CHARACTER)?;
        (bits < 64).then_some(Self(bits))
    }

    fn in_words(self) -> &'static str {
        match self {
            _ if self.has(Self::NUMBERS) => "a number",
            _ if self.has(Self::TEXTS) => "a text",
            _ if self.has(Self::LETTERS) => "a letter",
            _ => "true or false",
        }
    }
}

/// A character for private use.
const FIRST_CHARACTER: u32 = 0xF_0000;

/// A `switch` of a script.
#[derive(Debug)]
struct Switch {
    at: Position,
    kinds: Kinds,
    /// The kind of its first case, but for `()`.
    first: Option<Kinds>,
    has_numbers_without_point: bool,
}

/// What the words of a script say about its `switch`es.
#[derive(Debug, Default)]
pub struct Switches {
    all: Vec<Switch>,
    /// What is wrong with them.
    pub findings: Vec<Finding>,
}

/// What stands between two braces or brackets.
#[derive(Debug, Default)]
struct Block {
    /// The `switch` whose cases it holds, if it is one's.
    of: Option<usize>,
    /// The `switch`es in it whose cases have not come yet.
    open: Vec<usize>,
    /// The words since the last case or statement ended; a block within counts as one.
    head: Vec<Placed>,
    /// Whether it ends what stands before it, as `}` does, but for a map's.
    is_braced: bool,
    has_cases: bool,
    begins: Position,
}

/// Finds the `switch`es among the words of a script that can be parsed.
pub fn find(words: &[Placed]) -> Switches {
    let mut found = Switches::default();
    let mut around: Vec<Block> = Vec::new();
    let mut block = Block::default();
    for (word, at) in words.iter().copied() {
        match word {
            Word::Brace | Word::Bracket => {
                let is_braced = word == Word::Brace;
                let of = block.open.last().copied().filter(|_| is_braced);
                let within = Block { of, is_braced, begins: at, ..Block::default() };
                around.push(std::mem::replace(&mut block, within));
            }
            Word::Close => {
                let Some(outer) = around.pop() else { continue };
                let closed = std::mem::replace(&mut block, outer);
                if closed.has_cases {
                    block.open.pop();
                }
                if closed.is_braced {
                    block.head.clear();
                } else {
                    block.head.push((Word::Other, closed.begins));
                }
            }
            Word::Comma => block.head.clear(),
            Word::Arrow => {
                let head = std::mem::take(&mut block.head);
                block.has_cases = true;
                if let Some(index) = block.of {
                    found.add_cases(index, &head);
                }
            }
            Word::Switch => {
                block.open.push(found.all.len());
                found.all.push(Switch { at, kinds: Kinds::default(), first: None, has_numbers_without_point: false });
            }
            _ => block.head.push((word, at)),
        }
    }
    found
}

impl Switches {
    /// Takes in the cases before one `=>`.
    fn add_cases(&mut self, index: usize, head: &[Placed]) {
        let Some(switch) = self.all.get_mut(index) else { return };
        let values = head.split(|(word, _)| *word == Word::If).next().unwrap_or_default();
        for case in values.split(|(word, _)| *word == Word::Or) {
            let Some((_, at)) = case.first().copied() else { continue };
            let mut refuse = |message: &str| self.findings.push(Finding::at(at, message));
            let words: Vec<Word> = case.iter().map(|(word, _)| *word).collect();
            let kind = match words.as_slice() {
                [Word::Underscore | Word::Unit] => continue,
                [Word::Whole] | [Word::Minus, Word::Whole] => {
                    switch.has_numbers_without_point = true;
                    Kinds::NUMBERS
                }
                [Word::Decimal { is_whole, .. }] | [Word::Minus, Word::Decimal { is_whole, .. }] => {
                    if *is_whole {
                        switch.kinds.add(Kinds::WITH_POINT);
                    }
                    Kinds::NUMBERS
                }
                [.., Word::Range, _] | [.., Word::Range, _, _] => Kinds::NUMBERS,
                [Word::Text] => Kinds::TEXTS,
                [Word::Letter] => Kinds::LETTERS,
                [Word::Flag] => Kinds::FLAGS,
                _ => {
                    refuse("a case is a text, a number, a range such as 1..10, true, false or (): for others use `if`");
                    Kinds::OTHERS
                }
            };
            let first = *switch.first.get_or_insert(kind);
            if kind != first && kind != Kinds::OTHERS && first != Kinds::OTHERS {
                let (this, other) = (kind.in_words(), first.in_words());
                refuse(&format!("the cases of a switch are of one kind: this one is {this}, the first is {other}"));
            }
            switch.kinds.add(kind);
            if switch.has_numbers_without_point && switch.kinds.has(Kinds::WITH_POINT) {
                refuse(
                    "the whole numbers of a switch are written either all with a point or all without: 5000.00 or 5000",
                );
            }
        }
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The script as it is run. None: the `switch`es are not where they were said to be.
    pub fn run_as(&self, script: &str) -> Option<String> {
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
                run.extend([' ', '\'', switch.kinds.written()?, '\'', ' ']);
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

/// What stands between the kinds of a `switch`'s cases and what it goes by. No other operator binds less, but for `||`, which
/// gives no more than true or false.
pub const OPERATOR: &str = "|";

/// What a `switch` goes by: `value`, in the form that its cases have. Err: it is nothing that they could be compared with.
pub fn operator(cases: char, value: Dynamic) -> Result<Dynamic, String> {
    let Some(kinds) = Kinds::read(cases) else {
        return Err(format!("there is no {} | {}", named(&cases.into()), named(&value)));
    };
    if value.is_unit() || kinds.has(Kinds::OTHERS) || kinds == Kinds::default() {
        return Ok(value);
    }
    let (is_known, form) = if let Some(number) = crate::functions::numbers::decimal(&value) {
        (kinds.has(Kinds::NUMBERS), form(number, value, kinds))
    } else {
        let kind = match &value {
            text if text.is_string() => Kinds::TEXTS,
            letter if letter.is_char() => Kinds::LETTERS,
            flag if flag.is_bool() => Kinds::FLAGS,
            _ => Kinds::default(),
        };
        (kinds.has(kind), value)
    };
    if is_known { Ok(form) } else { Err(format!("cannot compare {} with {}", named(&form), kinds.in_words())) }
}

/// A whole number with a point or without one, as the cases have it; others as they are.
fn form(number: Decimal, value: Dynamic, kinds: Kinds) -> Dynamic {
    if kinds.has(Kinds::WITH_POINT) {
        return Dynamic::from_decimal(number);
    }
    match number.to_i64().filter(|_| number.is_integer()) {
        Some(whole) => whole.into(),
        None => value,
    }
}
