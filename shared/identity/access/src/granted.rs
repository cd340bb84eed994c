//! Rights as types: a handler that takes `Granted<SeatsVerify>` runs only for callers with that scope. A handler that acts
//! in a tenant takes `edge_tenants::Scoped<R>` instead.

use std::marker::PhantomData;

use axum::extract::{FromRef, FromRequestParts};
use edge_http::{Code, Problem, Timings};
use http::request::Parts;

use crate::authenticator::{Authenticator, BOOTSTRAP};
use crate::caller::{Caller, TenantId};
use crate::error::AuthenticationError;
use crate::scope::Scope;

/// A right that a handler can ask for.
pub trait Right: Send + Sync + 'static {
    /// The scope that the caller must have. None: the handler decides by something else than a scope, for example by the
    /// approvers that a rule names.
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
    /// May verify seats.
    SeatsVerify;
    /// May invalidate cached seats.
    SeatsWrite;
    /// May read subscriptions and invoices.
    BillingRead;
    /// May check out and cancel subscriptions.
    BillingWrite;
    /// May evaluate rules.
    RulesEvaluate;
    /// May read rules and decisions.
    RulesRead;
    /// May change rules.
    RulesWrite;
    /// May manage tenants and API keys.
    TenantsAdmin;
    /// May manage the synchronisation with the ERP.
    ErpAdmin;
    /// May read webhook events.
    WebhooksRead;
    /// May replay webhook events and create webhook endpoints.
    WebhooksWrite;
    /// May read applications and their plans.
    ApplicationsRead;
    /// May register and change applications and their plans.
    ApplicationsWrite;
    /// May read organizations.
    OrganizationsRead;
    /// May create and change organizations.
    OrganizationsWrite;
    /// May read subscriptions and their seats.
    SubscriptionsRead;
    /// May change subscriptions.
    SubscriptionsWrite;
    /// May read analytics.
    AnalyticsRead;
    /// May read entities, departments, contracts and disputes.
    EnterpriseRead;
    /// May change entities, departments, contracts and disputes.
    EnterpriseWrite;
    /// May read financial reports.
    ReportsRead;
    /// May connect accounting systems, and have them synchronised.
    IntegrationsAdmin;
    /// May read invoices.
    InvoicesRead;
    /// May create and change invoices, and record payments.
    InvoicesWrite;
    /// May read messages to people.
    MessagesRead;
    /// May tell people of events.
    MessagesWrite;
    /// May send and verify one-time codes.
    OtpSend;
    /// May read orders and shops.
    OrdersRead;
    /// May create, change and pack orders, and connect shops.
    OrdersWrite;
    /// May read jobs.
    JobsRead;
    /// May replay jobs and run those that are due.
    JobsWrite;
    /// May read the figures of the whole edge.
    OperationsRead;
}

/// Any caller with a valid credential.
#[derive(Clone, Copy, Debug)]
pub struct AnyScope;

impl Right for AnyScope {
    const SCOPE: Option<Scope> = None;
}

/// A caller with the right `R`.
pub struct Granted<R: Right> {
    /// The caller.
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
            return Err(AuthenticationError::MissingScope(scope).into());
        }
        Ok(Self { caller, right: PhantomData })
    }
}

/// Marks the response as personal, so that no cache stores it. Seat checks are not marked: caches store no response to a
/// POST, and each header costs time.
fn note_personal(parts: &Parts) {
    if let Some(timings) = Timings::of(&parts.extensions) {
        timings.note_personal();
    }
}

impl Authenticator {
    /// Counts a request against the rate limits of `caller` and its tenant; an error if one is exceeded. The bootstrap key
    /// is not limited: its holder must always get in.
    pub async fn count(&self, caller: &Caller, timings: Option<&Timings>) -> Result<(), Problem> {
        if &*caller.id == BOOTSTRAP {
            return Ok(());
        }
        let tenant = caller.tenant.as_ref().map(TenantId::as_str);
        let (status, is_exceeded) = match self.rate_limiter().take(&caller.id, tenant).await {
            Ok(None) => return Ok(()),
            Ok(Some(status)) => (status, false),
            Err(status) => (status, true),
        };
        if let Some(timings) = timings {
            timings.rate_limit(status);
        }
        if is_exceeded {
            let wait = u32::try_from(status.reset).unwrap_or(u32::MAX);
            let detail = "The rate limit of the credential or its tenant is exceeded; wait and try again.";
            return Err(Problem::new(Code::RateLimited, detail).retry_after(wait));
        }
        Ok(())
    }
}
