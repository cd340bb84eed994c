//! Who may call, and what. A handler asks for a right by its type (`Granted<SeatsVerify>`), and so cannot forget to.

mod authentication;
mod caller;
mod granted;
mod issuing;
mod keys;
mod passport;
mod rates;
mod recent;
mod role;
mod router;
mod scope;
mod standing;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod token;

pub use authentication::{AuthenticationError, Authenticator, X_TENANT_ID};
pub use caller::{Caller, TenantId};
pub use granted::{
    AnyScope, BillingRead, BillingWrite, ErpAdmin, Granted, Right, RulesEvaluate, RulesRead, RulesWrite, SeatsVerify,
    SeatsWrite, TenantsAdmin, WebhooksRead, WebhooksWrite,
};
pub use issuing::{Descendants, IssuedKey, NewApiKey, RevokedKeys, ShownKey};
pub use passport::{NoKeys, Refused, router as passport_keys_router};
pub use role::Role;
pub use router::{ApiDoc, router, routes};
pub use scope::{Scope, Scopes};
