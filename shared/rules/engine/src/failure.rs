//! What can go wrong.

use std::fmt;

use serde::Serialize;
use utoipa::ToSchema;

/// A message about a place in a script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Finding {
    /// The line, starting at 1; 0 if the message is not about a line.
    pub line: usize,
    /// The column, starting at 1; 0 if the message is not about a column.
    pub column: usize,
    /// The message.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => formatter.write_str(&self.message),
            line => write!(formatter, "line {line}: {}", self.message),
        }
    }
}

/// An evaluation that gave no outcome. Its text is for the audit and for whoever wrote the script.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Failure {
    /// What went wrong.
    pub kind: FailureKind,
    /// In which line of the script, from 1 on.
    pub line: Option<usize>,
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            None => self.kind.fmt(formatter),
            Some(line) => write!(formatter, "line {line}: {}", self.kind),
        }
    }
}

impl Failure {
    pub(crate) fn outcome(field: impl Into<String>, message: impl Into<String>) -> Self {
        FailureKind::InvalidOutcome { field: field.into(), message: message.into() }.into()
    }
}

impl From<FailureKind> for Failure {
    fn from(kind: FailureKind) -> Self {
        Self { kind, line: None }
    }
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FailureKind {
    /// The input does not fit the rule.
    #[error("the input is not valid: {}{message}", at(field))]
    InvalidInput {
        /// Which field; empty for the whole.
        field: String,
        /// Why.
        message: String,
    },
    /// The script failed.
    #[error("{message}")]
    Script {
        /// Why.
        message: String,
    },
    /// The script wanted more than it may have.
    #[error("the script hit a limit: {0}")]
    Limit(Limit),
    /// What the script gave does not fit the rule.
    #[error("the outcome is not valid: {}{message}", at(field))]
    InvalidOutcome {
        /// Which field; empty for the whole.
        field: String,
        /// Why.
        message: String,
    },
}

fn at(field: &str) -> String {
    if field.is_empty() { String::new() } else { format!("{field}: ") }
}

/// What a script may not have more of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Limit {
    /// Steps.
    Operations = 1,
    /// Milliseconds.
    Time,
    /// Calls within calls.
    Depth,
    /// Values held at once.
    Memory,
    /// The length of a text, list or map.
    Size,
    /// Variables.
    Variables,
}

impl fmt::Display for Limit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Operations => "too many steps",
            Self::Time => "it took too long",
            Self::Depth => "functions call each other too deeply",
            Self::Memory => "it holds too much at once",
            Self::Size => "a text, list or map is too long",
            Self::Variables => "too many variables",
        })
    }
}
