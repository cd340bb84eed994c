//! The functions a script may use, as the engine itself knows them: what docs/rules.md is written from.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use edge_capabilities::{Clock, Timestamp};
use rhai::FuncInfo;

use crate::{functions, sandbox, switches};

/// A function, described for those who write scripts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Described {
    /// Its name, or the operator.
    pub name: String,
    /// How many values it takes.
    pub takes: usize,
    /// What it does.
    pub text: String,
    /// How it is used, if there is an example.
    pub example: Option<String>,
}

impl Described {
    /// Whether it is an operator, such as `+`.
    pub fn is_operator(&self) -> bool {
        !self.name.starts_with(|first: char| first.is_alphabetic())
    }
}

/// The functions a script may use, by name.
pub fn reference() -> Vec<Described> {
    let engine = sandbox::engine(Arc::new(NoClock));
    let mut described = engine.collect_fn_metadata(None, |function| Some(describe(&function)), true);
    // That of `switch` no script needs to know of.
    described.retain(|function| function.name != switches::OPERATOR);
    described.sort();
    // Operators take several kinds of numbers, each in a function of its own.
    described.dedup();
    described
}

/// The functions that checks know by name: has to be the same.
pub fn known_to_checks() -> BTreeSet<(String, usize)> {
    let names = functions::NAMES.iter();
    names.flat_map(|(name, counts)| counts.iter().map(|count| ((*name).to_owned(), *count))).collect()
}

fn describe(function: &FuncInfo<'_>) -> Described {
    let comments = function.metadata.comments.iter().flat_map(|comment| comment.lines());
    let lines: Vec<_> = comments.map(|line| line.trim_start_matches('/').trim()).collect();
    let mut parts = lines.split(|line| *line == "# Example");
    let text = parts.next().unwrap_or_default().join(" ").trim().to_owned();
    let example = parts.next().map(|lines| lines.join(" ").trim().trim_matches('`').to_owned());
    Described { name: function.metadata.name.to_string(), takes: function.metadata.num_params, text, example }
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
