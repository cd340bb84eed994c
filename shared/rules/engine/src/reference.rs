//! The reference of the functions that scripts may use. docs/rules.md is generated from it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use edge_capabilities::{Clock, Timestamp};
use rhai::FuncInfo;

use crate::{functions, sandbox, switches};

/// A function's entry in the reference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FunctionReference {
    /// The name, or the operator.
    pub name: String,
    /// The number of parameters.
    pub takes: usize,
    /// The description.
    pub text: String,
    /// An example, if there is one.
    pub example: Option<String>,
}

impl FunctionReference {
    /// Whether it is an operator, such as `+`.
    pub fn is_operator(&self) -> bool {
        !self.name.starts_with(|first: char| first.is_alphabetic())
    }
}

/// The functions that scripts may use, sorted by name.
pub fn reference() -> Vec<FunctionReference> {
    let engine = sandbox::engine(Arc::new(NoClock));
    let mut described = engine.collect_fn_metadata(None, |function| Some(describe(&function)), true);
    // The operator of rewritten switches is internal.
    described.retain(|function| function.name != switches::OPERATOR);
    described.sort();
    // An operator has a function for each combination of number types.
    described.dedup();
    described
}

/// The functions that the static analysis knows; must be the same.
pub fn checked_functions() -> BTreeSet<(String, usize)> {
    let names = functions::NAMES.iter();
    names.flat_map(|(name, counts)| counts.iter().map(|count| ((*name).to_owned(), *count))).collect()
}

fn describe(function: &FuncInfo<'_>) -> FunctionReference {
    let comments = function.metadata.comments.iter().flat_map(|comment| comment.lines());
    let lines: Vec<_> = comments.map(|line| line.trim_start_matches('/').trim()).collect();
    let mut parts = lines.split(|line| *line == "# Example");
    let text = parts.next().unwrap_or_default().join(" ").trim().to_owned();
    let example = parts.next().map(|lines| lines.join(" ").trim().trim_matches('`').to_owned());
    FunctionReference { name: function.metadata.name.to_string(), takes: function.metadata.num_params, text, example }
}

struct NoClock;

#[async_trait]
impl Clock for NoClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(0)
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    async fn sleep(&self, _: Duration) {}
}
