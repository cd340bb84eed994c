//! What the edge serves: its OpenAPI document, made when the edge is built. The component `console` has a page that shows it.

use std::sync::LazyLock;

use axum::response::{IntoResponse as _, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use http::{HeaderMap, StatusCode};
use sha2::{Digest as _, Sha256};

/// `docs/openapi.json` without its white space. It is made from the handlers; a test of the crate `edge-openapi` keeps it
/// true.
const DOCUMENT: &str = include_str!(concat!(env!("OUT_DIR"), "/openapi.json"));

/// A strong validator: the document's hash.
static TAG: LazyLock<String> = LazyLock::new(|| format!("\"{}\"", hex::encode(Sha256::digest(DOCUMENT))));

/// The OpenAPI document; 304 to a caller who has it.
pub(crate) async fn openapi(headers: HeaderMap) -> Response {
    let caching = [(ETAG, TAG.as_str()), (CACHE_CONTROL, "max-age=300")];
    if edge_http::if_none_match(&headers, TAG.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    (caching, [(CONTENT_TYPE, "application/json")], DOCUMENT).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use edge_capabilities::testing::World;
    use http::header::IF_NONE_MATCH;
    use http::{HeaderValue, Request};
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_document_is_sent_once_to_a_caller_who_keeps_it() {
        let world = World::new(1);
        let ask = async |known: Option<&HeaderValue>| {
            let mut request = Request::get("/openapi.json").body(Body::empty()).unwrap();
            if let Some(known) = known {
                request.headers_mut().insert(IF_NONE_MATCH, known.clone());
            }
            let (capabilities, _tasks) = world.instance();
            crate::router(capabilities).oneshot(request).await.unwrap()
        };
        let first = ask(None).await;
        assert_eq!(
            (first.status(), &first.headers()[CONTENT_TYPE]),
            (StatusCode::OK, &"application/json".parse().unwrap())
        );
        let tag = first.headers()[ETAG].clone();
        let again = ask(Some(&tag)).await;
        assert_eq!((again.status(), &again.headers()[ETAG]), (StatusCode::NOT_MODIFIED, &tag));
        assert_eq!(ask(Some(&"\"other\"".parse().unwrap())).await.status(), StatusCode::OK);
    }
}
