//! HTTP conventions. Every router of the edge is wrapped by [`finish`] and so follows the same conventions: errors as
//! problem+json, a request id and a timing on each response, one log line per request.

mod access_log;
mod address;
mod bearer;
mod body;
mod conditional;
mod context;
mod drain;
mod encoding;
mod field_errors;
mod html;
mod layer;
mod listing;
mod problem;
mod proxies;
mod routes;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

use axum::Router;
use edge_capabilities::Capabilities;

pub use access_log::LogOutcome;
pub use address::Address;
pub use bearer::bearer;
pub use body::{BodyLimit, Json, JsonAndBytes, Raw, read_json};
pub use conditional::if_none_match;
pub use context::{RateLimitStatus, RequestId, Timings};
pub use edge_json::{InvalidText, Text, is_email, nullable};
pub use encoding::accepts_encoding;
pub use field_errors::{FieldError, FieldErrors};
pub use html::{escape_html, page_policy};
pub use listing::{Listing, Page};
pub use problem::{Code, Members, Problem, ProblemBody};
pub use routes::{Direct, Routes};

/// `routes` with the conventions of the edge, as the component `component`.
pub fn finish(routes: Router, component: &'static str, capabilities: &Capabilities) -> Router {
    under(routes, layer::HttpLayer::new(component, capabilities))
}

/// The same, where `direct` is one of `routes` that most requests are for.
pub fn finish_with(routes: Router, direct: Direct, component: &'static str, capabilities: &Capabilities) -> Routes {
    let layer = layer::HttpLayer::new(component, capabilities);
    Routes::new(under(routes, layer.clone()), layer.at(direct.path()), direct)
}

fn under(routes: Router, layer: layer::HttpLayer) -> Router {
    routes
        .fallback(async || Problem::new(Code::NotFound, "There is nothing at this path."))
        .method_not_allowed_fallback(async || Problem::new(Code::MethodNotAllowed, "This path takes another method."))
        .layer(layer)
}

/// Lets extractors take parts of a router's state: `state_parts!(AppState { tenants: Tenants })`.
#[macro_export]
macro_rules! state_parts {
    ($state:ty { $($field:ident: $part:ty),+ $(,)? }) => {$(
        impl ::axum::extract::FromRef<$state> for $part {
            fn from_ref(state: &$state) -> Self {
                state.$field.clone()
            }
        }
    )+};
}
