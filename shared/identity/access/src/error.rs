//! Why callers are refused, and why their keys are not created or revoked.

use edge_capabilities::database::DatabaseError;

use crate::scope::Scope;

/// Why a caller was not authenticated or lacks a right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthenticationError {
    /// The credential is missing, unknown or expired.
    #[error("the credential is missing, unknown or expired")]
    Unauthenticated,
    /// The token is invalid.
    #[error("{0}")]
    InvalidToken(TokenError),
    /// The credential lacks this scope.
    #[error("the credential lacks the scope {0}")]
    MissingScope(Scope),
    /// The credential is valid, but its tenant is not active.
    #[error("the tenant is not active")]
    TenantInactive,
    /// The token is valid, but its tenant has a member list that does not include the person.
    #[error("the person is not a member of the tenant")]
    NotAMember,
    /// The request names a tenant that does not exist, or of which the person is not a member.
    #[error("the person is not a member of the tenant that the request names")]
    UnknownTenant,
    /// The credential cannot be checked now.
    #[error("the credential cannot be checked now: {0}")]
    Unavailable(String),
    /// The token cannot be checked now.
    #[error("the token cannot be checked now: {0}")]
    KeysUnavailable(KeysUnavailable),
}

/// Why a token is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The credential does not have the form of a token, or no issuer is configured.
    #[error("the credential is not a token, or no issuer is configured")]
    NotAToken,
    /// A part of the token is malformed, or contains an extension that the edge does not support.
    #[error("the token cannot be read: {0}")]
    Unreadable(&'static str),
    /// The signature algorithm is not supported.
    #[error("the token's algorithm is not supported")]
    Algorithm,
    /// The issuer has no key that fits the token.
    #[error("the issuer has no key that fits the token")]
    UnknownKey,
    /// None of the issuer's keys made the signature.
    #[error("the token's signature is wrong")]
    Signature,
    /// The signature is right, but this claim does not have a value that is accepted here and now.
    #[error("the token's claim {0} is not accepted")]
    Claim(&'static str),
}

/// Why a token can be neither accepted nor refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the issuer's keys are not available: {0}")]
pub struct KeysUnavailable(pub String);

/// Why an API key is not created or not revoked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApiKeyError {
    /// There is no such key, or it belongs to another tenant.
    #[error("there is no such API key")]
    NotFound,
    /// The creator's own key was revoked or has expired.
    #[error("the key that creates the key was revoked or has expired")]
    CreatorRevoked,
    /// The creator lacks this scope.
    #[error("the creator lacks the scope {0}")]
    ScopeNotHeld(Scope),
    /// The creator may not use one of the applications.
    #[error("the creator may not use one of the applications")]
    ApplicationNotHeld,
    /// The key would expire after its creator's key.
    #[error("the key would expire after the key that creates it")]
    ExpiresTooLate,
    /// The tenant does not exist, or it is not the creator's.
    #[error("there is no such tenant")]
    UnknownTenant,
    /// The database failed.
    #[error("{0}")]
    Database(#[from] DatabaseError),
}
