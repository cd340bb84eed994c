//! Passwords of mailboxes. A password is passed on to the mail service, and is neither stored nor logged nor fingerprinted.

use serde::{Deserialize, Serialize};

/// The fewest characters of a password.
const MIN_CHARS: usize = 8;

/// A password. It has no `Debug`, so that it gets into no log.
#[derive(Clone, Deserialize, Serialize)]
#[serde(transparent)]
pub(crate) struct Password(String);

impl Password {
    /// Whether it is long enough.
    pub(crate) fn is_long_enough(&self) -> bool {
        self.0.chars().count() >= MIN_CHARS
    }
}
