//! Rights as types: a handler that takes `Granted<SeatsVerify>` runs only for callers with that scope. A handler that acts
//! in a tenant takes `edge_tenants::Scoped<R>` instead.

use std::marker::PhantomData;

use axum::extract::{FromRef, FromRequestParts};
use edge_http::{Code, Problem, Timings};
use http::request::Parts;

use crate::authentication::{AuthenticationError, Authenticator};
use crate::caller::Caller;
use crate::scope::Scope;

/// A right that a handler can ask for.
pub trait Right: Send + Sync + 'static {
    /// The scope that the caller must have. None: any caller may ask, and the handler decides by something else than a
    /// scope, as where a rule names who may approve.
    const SCOPE: Option<Scope>;
    /// Whether requests that need it count against the caller's rate limit. Seat checks do not: most are answered from
    /// the cache, and counting one would cost more than answering it.
    const IS_COUNTED: bool = !matches!(Self::SCOPE, Some(Scope::SeatsVerify));
}

macro_rules! rights {
    ($($(#[$doc:meta])* $right:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $right;

        impl Right for $right {
            const SCOPE: Option<Scope> = Some(Scope::$right);
        }
    )*};
}

rights! {
    /// May ask whether users have seats.
    SeatsVerify;
    /// May invalidate what is known of seats.
    SeatsWrite;
    /// May read subscriptions and invoices.
    BillingRead;
    /// May check out and cancel.
    BillingWrite;
    /// May have rules decide.
    RulesEvaluate;
    /// May read rules and what they decided.
    RulesRead;
    /// May change rules.
    RulesWrite;
    /// May manage tenants and API keys.
    TenantsAdmin;
    /// May manage what is synchronised with the ERP.
    ErpAdmin;
    /// May read webhook events.
    WebhooksRead;
    /// May replay webhook events and make endpoints.
    WebhooksWrite;
}

/// Anybody with a valid credential.
#[derive(Clone, Copy, Debug)]
pub struct AnyScope;

impl Right for AnyScope {
    const SCOPE: Option<Scope> = None;
}

/// A caller with the right `R`.
pub struct Granted<R: Right> {
    /// Who it is.
    pub caller: Caller,
    right: PhantomData<R>,
}

impl<R: Right, S: Sync> FromRequestParts<S> for Granted<R>
where
    Authenticator: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let authenticator = Authenticator::from_ref(state);
        if R::IS_COUNTED {
            note_personal(parts);
        }
        let caller = authenticator.authenticate(&parts.headers).await?;
        if let Some(timings) = Timings::of(&parts.extensions) {
            timings.lap("key", &*authenticator.capabilities().clock);
        }
        if R::IS_COUNTED {
            authenticator.count(&caller, Timings::of(&parts.extensions)).await?;
        }
        if let Some(scope) = R::SCOPE.filter(|scope| !caller.may(*scope)) {
            return Err(AuthenticationError::Lacks(scope).into());
        }
        Ok(Self { caller, right: PhantomData })
    }
}

/// What a route answers to a caller no cache keeps. Of seat checks it need not be said: an answer to a POST is kept by
/// none, and each header costs.
fn note_personal(parts: &Parts) {
    if let Some(timings) = Timings::of(&parts.extensions) {
        timings.note_personal();
    }
}

fn unauthenticated() -> Problem {
    let detail = "Send a valid API key or token as `Authorization: Bearer …`; it may have expired or been revoked.";
    Problem::new(Code::Unauthenticated, detail)
}

impl From<AuthenticationError> for Problem {
    fn from(error: AuthenticationError) -> Self {
        match error {
            AuthenticationError::Unauthenticated => unauthenticated(),
            // Why, the log says and the caller is not told.
            AuthenticationError::BadToken(refused) => unauthenticated().because(refused),
            AuthenticationError::Lacks(scope) => {
                Self::new(Code::PermissionDenied, format!("The credential does not have the scope {scope}."))
            }
            AuthenticationError::TenantInactive => Self::new(Code::PermissionDenied, "The tenant is not active."),
            AuthenticationError::NoMember => {
                Self::new(Code::PermissionDenied, "You are not, or no longer, a member of the tenant.")
            }
            AuthenticationError::NotTheirs => Self::new(Code::TenantNotFound, "There is no such tenant."),
            AuthenticationError::NoKeys(cause) => {
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
