//! The functions that scripts may use.

pub mod comparison;
mod exact;
pub mod instants;
pub mod lists;
pub mod maps;
pub mod numbers;
pub mod texts;
mod words;

use std::ops::{Range, RangeInclusive};

use rhai::plugin::combine_with_exported_module;
use rhai::{Array, Dynamic, EvalAltResult, FuncRegistration, Module};

use crate::switches;

type Fallible<T> = Result<T, Box<EvalAltResult>>;

/// The module of all functions.
pub fn module() -> Module {
    let mut module = Module::new();
    combine_with_exported_module!(&mut module, "comparison", comparison::functions);
    combine_with_exported_module!(&mut module, "instants", instants::functions);
    combine_with_exported_module!(&mut module, "lists", lists::functions);
    combine_with_exported_module!(&mut module, "maps", maps::functions);
    combine_with_exported_module!(&mut module, "numbers", numbers::functions);
    combine_with_exported_module!(&mut module, "texts", texts::functions);
    numbers::register_operators(&mut module);
    FuncRegistration::new(switches::OPERATOR)
        .set_into_module(&mut module, |cases: char, value: Dynamic| -> Fallible<Dynamic> {
            switches::operator(cases, value).map_err(Into::into)
        });
    module.set_iterable::<Array>();
    module.set_iterable::<Range<i64>>();
    module.set_iterable::<RangeInclusive<i64>>();
    module.build_index();
    module
}

/// The names of these functions and of Rhai's own, each with its numbers of parameters.
pub const NAMES: &[(&str, &[usize])] = &[
    ("abs", &[1]),
    ("all", &[2]),
    ("call", &[1, 2, 3, 4]),
    ("ceiling", &[1]),
    ("contains", &[2]),
    ("contains_word", &[2]),
    ("days", &[1]),
    ("div", &[3]),
    ("ends_with", &[2]),
    ("filter", &[2]),
    ("floor", &[1]),
    ("get", &[3]),
    ("hours", &[1]),
    ("instant", &[1]),
    ("is_empty", &[1]),
    ("join", &[2]),
    ("keys", &[1]),
    ("len", &[1]),
    ("map", &[2]),
    ("max", &[2]),
    ("min", &[2]),
    ("minutes", &[1]),
    ("number", &[1]),
    ("percent", &[3]),
    ("print", &[1]),
    ("push", &[2]),
    ("round", &[2]),
    ("some", &[2]),
    ("split", &[2]),
    ("starts_with", &[2]),
    ("sum", &[1]),
    ("to_lower", &[1]),
    ("to_string", &[1]),
    ("to_upper", &[1]),
    ("trim", &[1]),
    ("type_of", &[1]),
    ("values", &[1]),
    ("words", &[1]),
];

fn error<T>(message: impl Into<String>) -> Fallible<T> {
    Err(message.into().into())
}
