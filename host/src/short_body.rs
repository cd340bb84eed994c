//! Short bodies in heads.
//!
//! A body of its own costs a request and an answer a stream, a future and several calls between host and guest each, which
//! is more than what most of the edge's requests have to say. So a component is given a body that is whole, short and can
//! be a header's value in the header [`HEADER`] too, and may answer in the same way: it is told so by
//! [`edge_capabilities::short_body::HOST_BODIES`]. Spin tells nobody, and there all bodies go their usual way, as here all longer ones.

use bytes::Bytes;
use edge_capabilities::short_body::{HEADER, MAX_BYTES};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use http_body_util::{BodyExt as _, Full};
use wasmtime_wasi_http::WasiBody;

static BODY: HeaderName = HeaderName::from_static(HEADER);

/// What may go into a request's head: `body`, if it is short. It is not copied.
pub fn short(body: &Bytes) -> Option<HeaderValue> {
    if !(1..=MAX_BYTES).contains(&body.len()) {
        return None;
    }
    HeaderValue::from_maybe_shared(body.clone()).ok()
}

/// Puts `body` into the head of a request. A header of that name that somebody else sent is dropped: the component would take
/// it for the body.
pub fn hand_over(headers: &mut HeaderMap, body: Option<HeaderValue>) {
    match body {
        Some(body) => drop(headers.insert(&BODY, body)),
        None => drop(headers.remove(&BODY)),
    }
}

/// `request` of a component to another, without such a header.
pub fn plain(mut request: Request<WasiBody>) -> Request<WasiBody> {
    hand_over(request.headers_mut(), None);
    request
}

/// `answer` with the body that its head has.
pub fn whole(mut answer: Response<WasiBody>) -> Response<WasiBody> {
    let Some(body) = answer.headers_mut().remove(&BODY) else { return answer };
    let body = Full::new(Bytes::copy_from_slice(body.as_bytes()));
    answer.map(|_| body.map_err(|never| match never {}).boxed_unsync())
}

#[cfg(test)]
mod tests {
    use http_body_util::Empty;

    use super::*;

    #[test]
    fn only_what_can_be_a_header_goes_into_a_head() {
        let longest = "x".repeat(MAX_BYTES);
        for body in ["{\"a\":1}", " ", "\u{e9}", "a\tb", &longest] {
            assert_eq!(short(&Bytes::copy_from_slice(body.as_bytes())).unwrap().as_bytes(), body.as_bytes());
        }
        for body in ["", "{\n}", "\0", "\u{7f}", "a\r\nb: c", &format!("{longest}x")] {
            assert_eq!(short(&Bytes::copy_from_slice(body.as_bytes())), None, "{body:?}");
        }
    }

    #[test]
    fn a_header_that_a_caller_sent_is_dropped() {
        let mut headers = HeaderMap::new();
        for body in [Some(HeaderValue::from_static("own")), None] {
            headers.append(&BODY, HeaderValue::from_static("theirs"));
            headers.append(&BODY, HeaderValue::from_static("theirs too"));
            hand_over(&mut headers, body.clone());
            assert_eq!(headers.get_all(&BODY).iter().collect::<Vec<_>>(), body.iter().collect::<Vec<_>>());
        }
    }

    #[tokio::test]
    async fn an_answer_has_the_body_of_its_head() {
        let empty = || Empty::new().map_err(|never| match never {}).boxed_unsync();
        for (head, body) in [(Some("{\"a\":1}"), "{\"a\":1}"), (None, "")] {
            let mut answer = Response::new(empty());
            if let Some(head) = head {
                answer.headers_mut().insert(&BODY, HeaderValue::from_static(head));
            }
            let (head, read) = whole(answer).into_parts();
            assert!(head.headers.is_empty());
            assert_eq!(read.collect().await.unwrap().to_bytes(), body);
        }
    }
}
