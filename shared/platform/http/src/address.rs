//! The client's address.

use axum::extract::FromRequestParts;
use http::request::Parts;

use crate::context::Timings;

/// The address that a request comes from, with its port if known, as reported by the host or by trusted proxies; None if
/// it is unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address(pub Option<String>);

impl<S: Sync> FromRequestParts<S> for Address {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let address = parts.headers.get("spin-client-addr").and_then(|address| address.to_str().ok());
        let Some(address) = address else { return Ok(Self(None)) };
        let caller = match Timings::of(&parts.extensions).and_then(Timings::proxies) {
            Some(proxies) => proxies.caller(address, &parts.headers).await,
            None => address.to_owned(),
        };
        Ok(Self(Some(caller)))
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::routing::get;
    use edge_capabilities::testing::World;
    use http::Request;
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_caller_behind_a_trusted_proxy_is_the_one_that_it_names() {
        for (trusted, peer, expected) in [
            ("", "10.0.0.1:80", "10.0.0.1:80"),
            ("10.0.0.0/8, ::1", "10.0.0.1:80", "192.0.2.1"),
            ("10.0.0.0/8", "11.0.0.1:80", "11.0.0.1:80"),
        ] {
            let world = World::new(1);
            world.config.set("trusted_proxies", trusted);
            let routes = Router::new().route("/", get(async |Address(address): Address| address.unwrap()));
            let router = crate::finish(routes, "test", &world.instance().0);
            let request = Request::get("/").header("spin-client-addr", peer).header("x-forwarded-for", "192.0.2.1");
            let response = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
            let body = response.into_body().collect().await.unwrap().to_bytes();
            assert_eq!(body, expected, "{trusted}");
        }
    }
}
