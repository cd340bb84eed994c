//! What the edge serves: its OpenAPI document, made when the edge is built. The component `console` has a page that shows it.

use std::io::Read as _;
use std::sync::LazyLock;

use axum::body::Bytes;
use axum::response::{IntoResponse as _, Response};
use edge_http::{Code, Problem};
use flate2::read::GzDecoder;
use http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, VARY};
use http::{HeaderMap, HeaderValue, StatusCode};
use sha2::{Digest as _, Sha256};

/// `docs/openapi.json` without its white space, compressed. It is made from the handlers; a test of the crate `edge-openapi`
/// keeps it true.
const COMPRESSED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/openapi.json.gz"));

const GZIP: &str = "gzip";

/// The document's hash, of which the strong validators of its two forms are made.
static HASH: LazyLock<String> = LazyLock::new(|| hex::encode(Sha256::digest(COMPRESSED)));

/// The OpenAPI document, compressed for a caller who reads that; 304 to one who has it.
pub(crate) async fn openapi(headers: HeaderMap) -> Result<Response, Problem> {
    let is_compressed = edge_http::accepts_encoding(&headers, GZIP);
    let tag = format!("\"{}{}\"", *HASH, if is_compressed { "-gzip" } else { "" });
    let caching = [(ETAG, tag.as_str()), (CACHE_CONTROL, "max-age=300"), (VARY, "Accept-Encoding")];
    if edge_http::if_none_match(&headers, tag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, caching).into_response());
    }
    let document = if is_compressed { Bytes::from_static(COMPRESSED) } else { uncompressed()? };
    let mut response = (caching, [(CONTENT_TYPE, "application/json")], document).into_response();
    if is_compressed {
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(GZIP));
    }
    Ok(response)
}

/// Few ask for it, so it is not kept.
fn uncompressed() -> Result<Bytes, Problem> {
    let mut document = Vec::new();
    match GzDecoder::new(COMPRESSED).read_to_end(&mut document) {
        Ok(_) => Ok(document.into()),
        Err(error) => Err(Problem::new(Code::Internal, "The document cannot be read.").because(error)),
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use edge_capabilities::testing::World;
    use http::header::{ACCEPT_ENCODING, IF_NONE_MATCH};
    use http::{HeaderValue, Request};
    use http_body_util::BodyExt as _;
    use serde_json::Value;
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

    #[tokio::test(start_paused = true)]
    async fn the_document_is_compressed_for_those_who_read_that_and_the_same() {
        let world = World::new(1);
        let ask = async |encoding: &str| {
            let request = Request::get("/openapi.json").header(ACCEPT_ENCODING, encoding).body(Body::empty()).unwrap();
            let (capabilities, _tasks) = world.instance();
            let (head, body) = crate::router(capabilities).oneshot(request).await.unwrap().into_parts();
            assert_eq!(
                (head.status, &head.headers[VARY]),
                (StatusCode::OK, &HeaderValue::from_static("Accept-Encoding"))
            );
            (head.headers, body.collect().await.unwrap().to_bytes())
        };
        let (compressed_head, compressed) = ask("br, gzip").await;
        assert_eq!(compressed_head[CONTENT_ENCODING], GZIP);
        let mut document = Vec::new();
        GzDecoder::new(&*compressed).read_to_end(&mut document).unwrap();
        let (head, plain) = ask("gzip;q=0").await;
        assert!(!head.contains_key(CONTENT_ENCODING) && head[ETAG] != compressed_head[ETAG]);
        assert!(plain == document && compressed.len() * 4 < plain.len());
        let checked_in = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/openapi.json")).unwrap();
        let [plain, checked_in] = [&plain[..], &checked_in].map(|it| serde_json::from_slice::<Value>(it).unwrap());
        assert!(plain == checked_in);
    }
}
