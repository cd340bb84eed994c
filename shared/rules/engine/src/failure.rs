//! Errors of scripts.

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

/// An evaluation without an outcome. The message is for the audit log and the author of the script.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Failure {
    /// The kind of failure.
    pub kind: FailureKind,
    /// The line of the script, starting at 1.
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

/// The kind of a failure.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FailureKind {
    /// The input does not match the contract.
    #[error("the input is not valid: {}{message}", at(field))]
    InvalidInput {
        /// The field; empty if the whole value is wrong.
        field: String,
        /// The message.
        message: String,
    },
    /// The script failed.
    #[error("{message}")]
    Script {
        /// The message.
        message: String,
    },
    /// The script hit a limit.
    #[error("the script hit a limit: {0}")]
    Limit(Limit),
    /// The outcome does not match the contract.
    #[error("the outcome is not valid: {}{message}", at(field))]
    InvalidOutcome {
        /// The field; empty if the whole value is wrong.
        field: String,
        /// The message.
        message: String,
    },
}

fn at(field: &str) -> String {
    if field.is_empty() { String::new() } else { format!("{field}: ") }
}

/// A limit of the sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Limit {
    /// The number of operations.
    Operations = 1,
    /// The duration.
    Time,
    /// The call depth.
    Depth,
    /// The number of values held at once.
    Memory,
    /// The length of a text, list or map.
    Size,
    /// The number of variables.
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
