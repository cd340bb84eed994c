//! Errors of the rulebook.

use edge_capabilities::database::DatabaseError;
use edge_capabilities::key_value::StoreError;
use edge_rules::Report;

/// A rule made no decision: nothing is granted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// The script failed. The cause is recorded with the decision and not shown to the caller.
    #[error("the rule {rule} failed: see decision {id}")]
    Script {
        /// The rule's name.
        rule: &'static str,
        /// The decision's id.
        id: String,
    },
    /// The input does not fit the rule. Nothing was decided or recorded.
    #[error("the input is not what the rule takes: {field}: {message}")]
    Input {
        /// The field; empty for the whole input.
        field: String,
        /// The cause.
        message: String,
    },
    /// The active version cannot be determined.
    #[error("{0}")]
    Unknown(String),
    /// The version does not compile on this build.
    #[error("version {version} does not compile: {message}")]
    Uncompilable {
        /// The version's number.
        version: i64,
        /// The cause.
        message: String,
    },
}

impl From<ActiveVersionUnknown> for RuleError {
    fn from(unknown: ActiveVersionUnknown) -> Self {
        Self::Unknown(unknown.to_string())
    }
}

/// A given version of a rule could not decide.
#[derive(Debug, thiserror::Error)]
pub enum VersionError {
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DatabaseError),
    /// The version made no decision.
    #[error(transparent)]
    Rule(#[from] RuleError),
}

/// A version was not created, activated or rolled back.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The script or its tests do not pass the check.
    #[error("the version does not pass the check")]
    Invalid(Box<Report>),
    /// The rule has no such version.
    #[error("there is no such version")]
    NoSuchVersion,
    /// No earlier version to go back to.
    #[error("there is no earlier version to go back to")]
    NothingBefore,
    /// The active version is not the one that the change was based on.
    #[error("another version was activated in the meantime")]
    Stale,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DatabaseError),
    /// The key-value store cannot be reached, so nothing was changed.
    #[error("nothing was changed: {0}")]
    Unannounceable(StoreError),
    /// The change is in the database; instances follow later.
    #[error("the change is in the database, but instances could not be notified: {0}")]
    Unannounced(StoreError),
}

/// The active version cannot be determined: nothing is cached, and the stores cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the active version cannot be determined: {0}")]
pub(crate) struct ActiveVersionUnknown(pub(crate) String);
