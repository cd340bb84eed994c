//! What the host answers where no component does, in the shape of the components' errors: RFC 9457, with the request's
//! id and `Server-Timing`.

use std::cell::RefCell;
use std::io::Write as _;
use std::time::{Duration, SystemTime};

use http::header::{CONNECTION, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use wasmtime_wasi_http::WasiBody;

use crate::random;

/// The header of a request's id.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// The media type of all refusals.
const PROBLEM: &str = "application/problem+json";

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

    /// The body. Written by hand: where most of what comes is turned away, each refusal takes time from those who are
    /// served. Nothing in it has to be escaped.
    fn problem(self, id: &str) -> String {
        let (status, code, detail) = self.parts();
        let (title, number) = (status.canonical_reason().unwrap_or("Error"), status.as_u16());
        format!(
            r#"{{"type":"about:blank","title":"{title}","status":{number},"detail":"{detail}","code":"{code}","requestId":"{id}"}}"#
        )
    }

    /// The bytes of the answer to a request that came with `sent` for its id and has taken `elapsed`, on a connection that
    /// stays open.
    pub fn written(self, sent: Option<&str>, elapsed: Duration) -> Vec<u8> {
        let id = request_id(sent);
        let (status, body) = (self.parts().0, self.problem(&id));
        let mut written = Vec::with_capacity(512);
        // Writing into memory does not fail.
        let _ = write!(
            written,
            "HTTP/1.1 {} {}\r\ncontent-type: {PROBLEM}\r\n",
            status.as_str(),
            status.canonical_reason().unwrap_or("Error")
        );
        if self == Self::Overloaded {
            let _ = write!(written, "retry-after: {}\r\n", retry_after());
        }
        let (length, timing) = (body.len(), timing(elapsed));
        let _ = write!(
            written,
            "x-request-id: {id}\r\nserver-timing: {timing}\r\ncontent-length: {length}\r\ndate: {}\r\n\r\n{body}",
            date()
        );
        written
    }

    /// The answer to a request that came with `sent` for its id and has taken `elapsed`.
    pub fn answer(self, sent: Option<&HeaderValue>, elapsed: Duration) -> Response<WasiBody> {
        let id = request_id(sent.and_then(|id| id.to_str().ok()));
        let (status, body) = (self.parts().0, self.problem(&id));
        let mut response = Response::new(Full::from(body).map_err(|never| match never {}).boxed_unsync());
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM));
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
        if let Ok(timing) = HeaderValue::try_from(timing(elapsed)) {
            headers.insert(SERVER_TIMING, timing);
        }
        response
    }
}

/// `Server-Timing` of a request that has taken `elapsed`.
fn timing(elapsed: Duration) -> String {
    let (millis, micros) = (elapsed.as_millis(), elapsed.subsec_micros() % 1000);
    format!("total;dur={millis}.{micros:03}")
}

/// The time of day for the header `date`, made once a second.
fn date() -> String {
    thread_local! {
        static DATE: RefCell<(u64, String)> = const { RefCell::new((0, String::new())) };
    }
    let now = SystemTime::now();
    let second = now.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    DATE.with_borrow_mut(|(made, date)| {
        if *made != second || date.is_empty() {
            *made = second;
            *date = httpdate::fmt_http_date(now);
        }
        date.clone()
    })
}

/// After how many seconds to come back: whoever was turned away in the same moment does not come back in the same moment.
fn retry_after() -> u16 {
    u16::try_from(random::below(MAX_RETRY_AFTER.into())).unwrap_or(0).saturating_add(1)
}

/// What the caller sent for the request's id.
pub fn sent_id(headers: &HeaderMap) -> Option<HeaderValue> {
    headers.get(X_REQUEST_ID).cloned()
}

/// The caller's id, if it is a sane one, else a new one.
fn request_id(sent: Option<&str>) -> String {
    let is_valid = |id: &&str| {
        (1..=MAX_ID_LEN).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:/+=".contains(&byte))
    };
    match sent.filter(is_valid) {
        Some(id) => id.to_owned(),
        None => format!("req_{:016x}{:016x}", random::number(), random::number()),
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

    #[tokio::test]
    async fn what_is_written_at_the_door_says_what_hyper_would_write() {
        let elapsed = Duration::from_micros(1_234);
        let written = Refusal::Overloaded.written(Some("abc-1"), elapsed);
        let mut headers = [httparse::EMPTY_HEADER; 16];
        let mut response = httparse::Response::new(&mut headers);
        let length = response.parse(&written).unwrap().unwrap();
        let answer = Refusal::Overloaded.answer(Some(&HeaderValue::from_static("abc-1")), elapsed);
        assert_eq!((response.version, response.code), (Some(1), Some(answer.status().as_u16())));
        assert_eq!(response.reason, answer.status().canonical_reason());
        let told: std::collections::BTreeMap<_, _> =
            response.headers.iter().map(|header| (header.name, std::str::from_utf8(header.value).unwrap())).collect();
        for name in ["content-type", "x-request-id", "server-timing"] {
            assert_eq!(told[name].as_bytes(), answer.headers()[name].as_bytes());
        }
        assert!(httpdate::parse_http_date(told["date"]).is_ok() && told.contains_key("retry-after"));
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(written[length..], body[..]);
        assert_eq!(told["content-length"], body.len().to_string());
        let other = Refusal::Overloaded.written(Some("a b"), elapsed);
        assert!(String::from_utf8(other).unwrap().contains("x-request-id: req_"));
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
