//! Authentication and authorisation. A handler names the right that it needs by a type (`Granted<SeatsVerify>`) and so
//! cannot forget to check it.

mod api_error;
mod api_key;
mod audit;
mod authenticator;
mod caller;
mod drain;
mod error;
mod granted;
mod lookup_cache;
mod me;
mod membership;
mod passport;
mod rate_limiter;
mod role;
mod scope;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use api_key::api::{
    ApiDoc, ApiKeyResponse, CreateApiKeyRequest, CreateApiKeyResponse, Descendants, RevokeApiKeyResponse, router,
    routes,
};
pub use audit::CREATED_KEYS;
pub use authenticator::{Authenticator, X_TENANT_ID};
pub use caller::{Caller, TenantId};
pub use drain::{DrainAccess, job_routes, jobs_router};
pub use error::{ApiKeyError, AuthenticationError, KeysUnavailable, TokenError};
pub use granted::{
    AnalyticsRead, AnyScope, ApplicationsRead, ApplicationsWrite, BillingRead, BillingWrite, EnterpriseRead,
    EnterpriseWrite, ErpAdmin, Granted, IntegrationsAdmin, InvoicesRead, InvoicesWrite, JobsRead, JobsWrite,
    MessagesRead, MessagesWrite, OperationsRead, OrdersRead, OrdersWrite, OrganizationsRead, OrganizationsWrite,
    OtpSend, ReportsRead, Right, RulesEvaluate, RulesRead, RulesWrite, SeatsVerify, SeatsWrite, SubscriptionsRead,
    SubscriptionsWrite, TenantsAdmin, WebhooksRead, WebhooksWrite,
};
pub use passport::router as passport_keys_router;
pub use role::Role;
pub use scope::{Scope, Scopes};
