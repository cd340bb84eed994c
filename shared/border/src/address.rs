//! Where a request comes from.

use axum::extract::FromRequestParts;
use http::request::Parts;

/// The address and port a request comes from, as the host tells it; None where it does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address(pub Option<String>);

impl<S: Sync> FromRequestParts<S> for Address {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let address = parts.headers.get("spin-client-addr").and_then(|address| address.to_str().ok());
        Ok(Self(address.map(ToOwned::to_owned)))
    }
}
