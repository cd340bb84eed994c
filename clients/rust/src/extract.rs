//! The verdict as an argument of axum's handlers.

use axum_core::extract::FromRequestParts;
use axum_core::response::Response;
use http::request::Parts;

use crate::layer::Refusal;
use crate::seat::SeatAnswer;

/// The answer that a [`SeatLayer`](crate::SeatLayer) put into the request. Without the layer the request fails with 500.
impl<S: Sync> FromRequestParts<S> for SeatAnswer {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let answer = parts.extensions.get::<Self>().cloned();
        answer.ok_or_else(|| Refusal::failed().response())
    }
}
