//! Errors over HTTP.

use edge_access::Caller;
use edge_http::{Code, Problem};

use crate::error::WebhookError;

/// Refuses a tenant's key where only the platform's may be used.
pub(super) fn require_platform(caller: &Caller) -> Result<(), Problem> {
    match caller.tenant {
        None => Ok(()),
        Some(_) => Err(Problem::new(Code::PermissionDenied, "This takes a key of the platform's, not a tenant's.")),
    }
}

impl From<WebhookError> for Problem {
    fn from(error: WebhookError) -> Self {
        let detail = "A store of the edge's cannot be reached; try again.";
        Self::new(Code::StoreUnavailable, detail).retry_after(1).because(error)
    }
}
