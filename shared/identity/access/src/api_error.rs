//! Errors of this crate as HTTP responses.

use edge_http::{Code, Problem};

use crate::error::{ApiKeyError, AuthenticationError};

fn unauthenticated() -> Problem {
    let detail = "Send a valid API key or token as `Authorization: Bearer …`; it may have expired or been revoked.";
    Problem::new(Code::Unauthenticated, detail)
}

impl From<AuthenticationError> for Problem {
    fn from(error: AuthenticationError) -> Self {
        match error {
            AuthenticationError::Unauthenticated => unauthenticated(),
            // Only the log says why: a caller could use the reason to forge a better token.
            AuthenticationError::InvalidToken(error) => unauthenticated().because(error),
            AuthenticationError::MissingScope(scope) => {
                Self::new(Code::PermissionDenied, format!("The credential does not have the scope {scope}."))
            }
            AuthenticationError::TenantInactive => Self::new(Code::PermissionDenied, "The tenant is not active."),
            AuthenticationError::NotAMember => {
                Self::new(Code::PermissionDenied, "You are not, or no longer, a member of the tenant.")
            }
            AuthenticationError::UnknownTenant => Self::new(Code::TenantNotFound, "There is no such tenant."),
            AuthenticationError::KeysUnavailable(cause) => {
                let detail = "The token cannot be checked now because its issuer does not respond; try again.";
                Self::new(Code::UpstreamUnavailable, detail).retry_after(1).because(cause)
            }
            AuthenticationError::Unavailable(cause) => {
                let detail = "The credential cannot be checked now; try again.";
                Self::new(Code::StoreUnavailable, detail).retry_after(1).because(cause)
            }
        }
    }
}

impl From<ApiKeyError> for Problem {
    fn from(error: ApiKeyError) -> Self {
        match error {
            ApiKeyError::NotFound => Self::new(Code::ApiKeyNotFound, "There is no such API key."),
            ApiKeyError::CreatorRevoked => unauthenticated(),
            ApiKeyError::ScopeNotHeld(scope) => {
                let detail = format!("A key cannot hand on the scope {scope}, which it does not have.");
                Self::new(Code::PermissionDenied, detail)
            }
            ApiKeyError::ApplicationNotHeld => {
                Self::new(Code::PermissionDenied, "A key cannot grant an application that it is not allowed to use.")
            }
            ApiKeyError::ExpiresTooLate => {
                Self::new(Code::PermissionDenied, "A key cannot create a key that expires later than itself.")
            }
            ApiKeyError::UnknownTenant => Self::field("tenant_id", "is not a tenant"),
            ApiKeyError::Database(error) => error.into(),
        }
    }
}
