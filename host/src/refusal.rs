//! What the host answers where no component does, in the shape of the components' errors: RFC 9457, with the request's
//! id and `Server-Timing`.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::header::{CONNECTION, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use wasmtime_wasi_http::WasiBody;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// The longest request id that is taken over from a caller.
const MAX_ID_LEN: usize = 128;

/// The most seconds after which whoever is turned away is told to come back.
const MAX_RETRY_AFTER: u16 = 3;

/// Why a request gets no answer from a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No route leads there.
    NoSuchPath,
    /// The Host header cannot be read.
    BadHost,
    /// There is no Host header, or more than one.
    NotOneHost,
    /// The URL cannot be read.
    BadUrl,
    /// The body came too slowly, or not at all.
    SlowBody,
    /// The body broke off, or cannot be read.
    BrokenBody,
    /// Too many requests at once, here or in the component.
    Overloaded,
    /// Whether the host is ready was asked, and it is about to stop.
    Stopping,
    /// The component took too long.
    TimedOut,
    /// The component trapped.
    Failed,
}

impl Refusal {
    const fn parts(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::NoSuchPath => (StatusCode::NOT_FOUND, "NOT_FOUND", "There is nothing at this path."),
            Self::BadHost => (StatusCode::BAD_REQUEST, "VALIDATION_ERROR", "The Host header is not a host."),
            Self::NotOneHost => (StatusCode::BAD_REQUEST, "VALIDATION_ERROR", "Send one Host header."),
            Self::SlowBody => (StatusCode::REQUEST_TIMEOUT, "REQUEST_TIMEOUT", "The body did not come in time."),
            Self::BrokenBody => (StatusCode::BAD_REQUEST, "VALIDATION_ERROR", "The body broke off."),
            Self::BadUrl => (StatusCode::BAD_REQUEST, "VALIDATION_ERROR", "The URL cannot be read."),
            Self::Overloaded => {
                (StatusCode::SERVICE_UNAVAILABLE, "OVERLOADED", "Too many requests at once; try again.")
            }
            Self::Stopping => (StatusCode::SERVICE_UNAVAILABLE, "STOPPING", "This node is about to stop."),
            Self::TimedOut => (StatusCode::GATEWAY_TIMEOUT, "TIMEOUT", "The component did not answer in time."),
            Self::Failed => (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", "The component failed."),
        }
    }

    /// The answer to a request that came with `sent` for its id and has taken `elapsed`.
    pub fn answer(self, sent: Option<&HeaderValue>, elapsed: Duration) -> Response<WasiBody> {
        let (status, code, detail) = self.parts();
        let id = request_id(sent);
        // Written by hand: where most of what comes is turned away, each refusal takes time from those who are served. Nothing
        // in it has to be escaped.
        let (title, number) = (status.canonical_reason().unwrap_or("Error"), status.as_u16());
        let body = format!(
            r#"{{"type":"about:blank","title":"{title}","status":{number},"detail":"{detail}","code":"{code}","requestId":"{id}"}}"#
        );
        let mut response = Response::new(Full::from(body).map_err(|never| match never {}).boxed_unsync());
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self == Self::Overloaded {
            headers.insert(RETRY_AFTER, HeaderValue::from(retry_after()));
        }
        if matches!(self, Self::SlowBody | Self::BrokenBody) {
            // What may still come of the body is no request.
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        if let Ok(id) = HeaderValue::try_from(id) {
            headers.insert(X_REQUEST_ID, id);
        }
        let (millis, micros) = (elapsed.as_millis(), elapsed.subsec_micros() % 1000);
        if let Ok(timing) = HeaderValue::try_from(format!("total;dur={millis}.{micros:03}")) {
            headers.insert(SERVER_TIMING, timing);
        }
        response
    }
}

/// A number that nobody outside can foresee, without a call to the system: a counter, hashed under a key of this process.
fn random() -> u64 {
    static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    static COUNT: AtomicU64 = AtomicU64::new(0);
    KEY.hash_one(COUNT.fetch_add(1, Ordering::Relaxed))
}

/// After how many seconds to come back: whoever was turned away in the same moment does not come back in the same moment.
fn retry_after() -> u16 {
    u16::try_from(random() % u64::from(MAX_RETRY_AFTER)).unwrap_or(0).saturating_add(1)
}

/// What the caller sent for the request's id.
pub fn sent_id(headers: &HeaderMap) -> Option<HeaderValue> {
    headers.get(X_REQUEST_ID).cloned()
}

/// The caller's id, if it is a sane one, else a new one.
fn request_id(sent: Option<&HeaderValue>) -> String {
    let is_valid = |id: &&str| {
        (1..=MAX_ID_LEN).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:/+=".contains(&byte))
    };
    match sent.and_then(|id| id.to_str().ok()).filter(is_valid) {
        Some(id) => id.to_owned(),
        None => format!("req_{:016x}{:016x}", random(), random()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_carries_the_callers_id_or_one_of_its_own() {
        let elapsed = Duration::from_micros(1_234);
        let is_valid = HeaderValue::from_static("abc-1");
        let headers = Refusal::Overloaded.answer(Some(&is_valid), elapsed).headers().clone();
        assert_eq!(headers["x-request-id"], "abc-1");
        assert_eq!(headers["server-timing"], "total;dur=1.234");
        for insane in [None, Some(HeaderValue::from_static("")), Some(HeaderValue::from_static("a b"))] {
            let response = Refusal::NoSuchPath.answer(insane.as_ref(), elapsed);
            assert_eq!(response.status(), StatusCode::NOT_FOUND);
            assert!(response.headers()["x-request-id"].to_str().unwrap().starts_with("req_"));
        }
    }

    #[tokio::test]
    async fn every_refusal_is_json_and_no_two_have_the_same_id() {
        let all = [
            Refusal::NoSuchPath,
            Refusal::BadHost,
            Refusal::NotOneHost,
            Refusal::BadUrl,
            Refusal::SlowBody,
            Refusal::BrokenBody,
            Refusal::Overloaded,
            Refusal::Stopping,
            Refusal::TimedOut,
            Refusal::Failed,
        ];
        let mut ids = std::collections::BTreeSet::new();
        for refusal in all {
            let response = refusal.answer(None, Duration::ZERO);
            let (status, id) = (response.status().as_u16(), response.headers()["x-request-id"].clone());
            let body = response.into_body().collect().await.unwrap().to_bytes();
            let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(body["status"], status, "{refusal:?}");
            assert_eq!(body["requestId"], id.to_str().unwrap());
            assert!(!body["code"].as_str().unwrap().is_empty() && !body["detail"].as_str().unwrap().is_empty());
            assert!(ids.insert(id), "{refusal:?}");
        }
    }

    #[test]
    fn those_who_are_turned_away_come_back_at_different_times() {
        let told: std::collections::BTreeSet<_> = (0..200)
            .map(|_| Refusal::Overloaded.answer(None, Duration::ZERO).headers()["retry-after"].clone())
            .map(|seconds| seconds.to_str().unwrap().parse::<u16>().unwrap())
            .collect();
        assert_eq!(told.into_iter().collect::<Vec<_>>(), [1, 2, 3]);
        assert!(!Refusal::Failed.answer(None, Duration::ZERO).headers().contains_key("retry-after"));
    }
}
