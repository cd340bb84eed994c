//! Where HTTP meets the domain. Every router of the edge is finished by [`finish`], and so keeps the same conventions:
//! errors as problem+json, a request id and a timing on each answer, one log line for each request.

mod access_log;
mod address;
mod bearer;
mod body;
mod conditional;
mod listing;
mod problem;
mod proxies;
mod request;
mod unread;

use axum::Router;
use edge_capabilities::Capabilities;

pub use access_log::Outcome;
pub use address::Address;
pub use bearer::bearer;
pub use body::{BodyLimit, Json, JsonAndBytes, Raw, read_json};
pub use conditional::if_none_match;
pub use listing::{Listing, Page};
pub use problem::{Code, FieldError, Members, Problem, ProblemBody};
pub use request::{RateLimitStatus, RequestId, Timings};

/// `routes` under the conventions of the edge, as the component called `component`.
pub fn finish(routes: Router, component: &'static str, capabilities: &Capabilities) -> Router {
    let border = request::HttpLayer::new(component, capabilities);
    routes
        .fallback(async || Problem::new(Code::NotFound, "There is nothing at this path."))
        .method_not_allowed_fallback(async || Problem::new(Code::MethodNotAllowed, "This path takes another method."))
        .layer(border)
}
