//! Request and response bodies: JSON within a size limit per route. An error names the invalid field.

use axum::Extension;
use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use edge_json::Strict;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};
use http_body_util::BodyExt as _;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::field_errors::FieldError;
use crate::problem::{Code, Problem};

/// The maximum size of a request body, bytes. [`BodyLimit::layer`] sets it for routes; the default is
/// [`BodyLimit::DEFAULT`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyLimit(usize);

impl BodyLimit {
    /// 64 KiB: enough for one resource, or for a hundred small ones.
    pub const DEFAULT: Self = Self(64 << 10);
    /// 1 MiB: webhooks, rules with their tests.
    pub const LARGE: Self = Self(1 << 20);
    /// 32 MiB: files of 100,000 records.
    pub const IMPORT: Self = Self(32 << 20);

    /// A layer that sets the limit for routes.
    pub const fn layer(self) -> Extension<Self> {
        Extension(self)
    }

    /// The limit in bytes.
    pub const fn bytes(self) -> usize {
        self.0
    }

    fn refusal(self) -> Problem {
        let (number, unit) = if self.0 >= 1 << 20 { (self.0 >> 20, "MiB") } else { (self.0 >> 10, "KiB") };
        Problem::new(
            Code::PayloadTooLarge,
            format!("The body is larger than {number} {unit}, which is the most that this route takes."),
        )
    }
}

/// A JSON body of a request or a response. In requests, unknown fields are ignored and fields of a wrong type are named.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

/// A JSON body of a request, and its bytes.
#[derive(Clone, Debug)]
pub struct JsonAndBytes<T>(pub T, pub Bytes);

/// The bytes of a request body of any type.
#[derive(Clone, Debug)]
pub struct Raw(pub Bytes);

impl<S: Sync> FromRequest<S> for Raw {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        read(request).await.map(Self)
    }
}

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for JsonAndBytes<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::new(Code::UnsupportedMediaType, "Send the body as application/json."));
        }
        let bytes = read(request).await?;
        Ok(Self(parse(&bytes)?, bytes))
    }
}

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        JsonAndBytes::from_request(request, state).await.map(|JsonAndBytes(value, _)| Self(value))
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => ([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response(),
            Err(_) => Problem::new(Code::Internal, "The answer could not be written.").into_response(),
        }
    }
}

/// Whether the body is declared as JSON. A body without Content-Type is accepted.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(content_type) = headers.get(CONTENT_TYPE) else { return true };
    let Ok(content_type) = content_type.to_str() else { return false };
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// Whether the body is not compressed.
fn is_plain(headers: &HeaderMap) -> bool {
    headers.get_all(CONTENT_ENCODING).iter().all(|value| {
        let mut codings = value.as_bytes().split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
        codings.all(|coding| coding.is_empty() || coding.eq_ignore_ascii_case(b"identity"))
    })
}

/// The value of Content-Length.
pub(crate) fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Reads the whole body. A body that is too large is refused by its Content-Length or as soon as the limit is exceeded; a
/// compressed one once it was read. (The layer drains the rest.)
async fn read(request: Request) -> Result<Bytes, Problem> {
    let is_plain = is_plain(request.headers());
    let limit = request.extensions().get().copied().unwrap_or(BodyLimit::DEFAULT);
    if content_length(request.headers()).is_some_and(|length| length > limit.0 as u64) {
        return Err(limit.refusal());
    }
    let mut body = request.into_body();
    let (mut first, mut whole) = (Bytes::new(), BytesMut::new());
    while let Some(frame) = body.frame().await {
        let broken = |_| Problem::new(Code::ValidationError, "The body broke off.");
        let Ok(data) = frame.map_err(broken)?.into_data() else { continue };
        if first.len().saturating_add(whole.len()).saturating_add(data.len()) > limit.0 {
            return Err(limit.refusal());
        }
        // Most bodies come in one piece, which needs no copy.
        if first.is_empty() && whole.is_empty() {
            first = data;
            continue;
        }
        whole.extend_from_slice(&std::mem::take(&mut first));
        whole.extend_from_slice(&data);
    }
    if !is_plain {
        return Err(Problem::new(
            Code::UnsupportedMediaType,
            "The body is compressed: send it without Content-Encoding.",
        )
        .accept_encoding("identity"));
    }
    Ok(if whole.is_empty() { first } else { whole.freeze() })
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // The second parse is only for the error: it tracks the path of the field.
    edge_json::from_slice(bytes).map_err(|_| {
        let mut text = serde_json::Deserializer::from_slice(bytes);
        match serde_path_to_error::deserialize::<_, T>(Strict::new(&mut text)) {
            Ok(_) => Problem::new(Code::ValidationError, "The body goes on after its JSON value."),
            Err(error) => refusal(&error),
        }
    })
}

/// Reads a part of a body, with the same errors as for a whole body.
pub fn read_json<T: DeserializeOwned>(part: &serde_json::Value) -> Result<T, Problem> {
    serde_path_to_error::deserialize(Strict::new(part)).map_err(|error| refusal(&error))
}

fn refusal(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let cause = error.inner();
    if !cause.is_data() {
        let (line, column) = (cause.line(), cause.column());
        return Problem::new(Code::ValidationError, format!("The body is not JSON: see line {line}, column {column}."));
    }
    let message = without_position(&cause.to_string());
    let path = error.path().to_string();
    // A missing field is reported at the object that lacks it.
    let field = match message.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
        Some(missing) if path == "." => missing.to_owned(),
        Some(missing) => format!("{path}.{missing}"),
        None if path == "." => "body".to_owned(),
        None => path,
    };
    let message =
        if message.starts_with("missing field") { "is required".to_owned() } else { without_values(&message) };
    Problem::fields(vec![FieldError::new(field, message)])
}

/// The message without serde's "at line 1 column 2", which does not help with a body of one line.
fn without_position(message: &str) -> String {
    message.split(" at line ").next().unwrap_or_default().to_owned()
}

/// The message without the value that was sent: responses and logs do not repeat callers' data.
fn without_values(message: &str) -> String {
    match message.split_once(", expected ") {
        Some((found, expected)) => {
            // The name of a Rust type means nothing to callers.
            let expected = if expected.starts_with("struct ") { "an object" } else { expected };
            let found = found.split([' ', '`', '"']).skip(2).find(|word| word.chars().all(char::is_alphabetic));
            match found.filter(|found| !found.is_empty()) {
                Some(found) => format!("must be {expected}, not {found}"),
                None => format!("must be {expected}"),
            }
        }
        None => "is not valid".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only read")]
    #[serde(rename_all = "camelCase")]
    struct Check {
        user_id: String,
        #[serde(default)]
        inner: Vec<Inner>,
        #[serde(default)]
        few: Option<edge_json::AtMost<i64, 2>>,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only read")]
    struct Inner {
        number: i64,
    }

    fn field_error(body: &str) -> (String, String) {
        let problem = parse::<Check>(body.as_bytes()).unwrap_err();
        assert_eq!(problem.code(), Code::ValidationError, "{body}");
        problem.errors().first().map_or_else(Default::default, |error| (error.field.clone(), error.message.clone()))
    }

    #[test]
    fn the_field_that_is_wrong_is_named_and_its_value_is_not_repeated() {
        for (body, field, message) in [
            ("{}", "userId", "is required"),
            (r#"{"userId":"u","inner":[{"number":1},{}]}"#, "inner[1].number", "is required"),
            (r#"{"userId":7}"#, "userId", "must be a string, not integer"),
            (r#"{"userId":null}"#, "userId", "must be a string, not null"),
            (r#"{"userId":"u","inner":[{"number":"hunter2"}]}"#, "inner[0].number", "must be i64, not string"),
            (r#"{"userId":"u","inner":"hunter2"}"#, "inner", "must be a sequence, not string"),
            (r#"{"userId":"u","few":[1,2,3]}"#, "few", "must be a list of at most 2 entries"),
            ("7", "body", "must be an object, not integer"),
            (r#"["u"]"#, "body", "must be an object, not sequence"),
            ("[]", "body", "must be an object, not sequence"),
            (r#"{"userId":"u","inner":[{"number":1},[2]]}"#, "inner[1]", "must be an object, not sequence"),
        ] {
            assert_eq!(field_error(body), (field.to_owned(), message.to_owned()), "{body}");
        }
    }

    #[test]
    fn what_is_not_json_is_refused_without_a_trap() {
        let deep = "[".repeat(10_000);
        let deep_object = format!(r#"{{"userId":{}"#, r#"{"a":"#.repeat(10_000));
        let deep_field = format!(r#"{{"userId":"u","x":{}{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
        for body in ["", "x", "{", r#"{"userId":"u"}}"#, r#"{"userId":"\ud800"}"#, &deep, &deep_object] {
            let problem = parse::<Check>(body.as_bytes()).unwrap_err();
            assert_eq!(problem.code(), Code::ValidationError);
        }
        assert!(parse::<Check>(&[b'"', 0xff, b'"']).is_err());
        // Unknown fields are ignored however deep they are.
        parse::<Check>(deep_field.as_bytes()).unwrap();
        assert!(parse::<Check>(br#"{"userId":"a","userId":"b"}"#).is_err());
    }

    #[tokio::test]
    async fn bodies_are_bounded_and_of_one_kind() {
        let ask = async |content_type: Option<&str>, announced: Option<usize>, length: usize| {
            let body = format!(r#"{{"userId":"{}"}}"#, "u".repeat(length));
            let mut request = http::Request::post("/").body(Body::from(body)).unwrap();
            if let Some(kind) = content_type {
                request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_str(kind).unwrap());
            }
            if let Some(announced) = announced {
                request.headers_mut().insert(CONTENT_LENGTH, announced.into());
            }
            Json::<Check>::from_request(request, &()).await.map(drop).map_err(|problem| problem.code())
        };
        for kind in
            [None, Some("application/json"), Some("Application/JSON; charset=utf-8"), Some("application/a+json")]
        {
            assert_eq!(ask(kind, None, 1).await, Ok(()), "{kind:?}");
        }
        for kind in ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonp"] {
            assert_eq!(ask(Some(kind), None, 1).await, Err(Code::UnsupportedMediaType), "{kind}");
        }
        let usual = BodyLimit::DEFAULT.bytes();
        assert_eq!(ask(None, None, usual - 13).await, Ok(()));
        assert_eq!(ask(None, None, usual - 12).await, Err(Code::PayloadTooLarge));
        assert_eq!(ask(None, Some(usual + 1), 1).await, Err(Code::PayloadTooLarge));
    }

    #[tokio::test]
    async fn a_route_may_take_larger_bodies_and_the_refusal_names_its_limit() {
        for (limit, size, named) in [(None, 64 << 10, "64 KiB"), (Some(BodyLimit::LARGE), 1 << 20, "1 MiB")] {
            let ask = async |size: usize| {
                let mut request = http::Request::post("/").body(Body::from(vec![b'x'; size])).unwrap();
                if let Some(limit) = limit {
                    request.extensions_mut().insert(limit);
                }
                Raw::from_request(request, &()).await.map(|Raw(body)| body.len())
            };
            assert_eq!(ask(size).await.unwrap(), size);
            let problem = ask(size + 1).await.unwrap_err();
            assert_eq!(problem.code(), Code::PayloadTooLarge);
            let written = serde_json::to_value(problem.body("id")).unwrap();
            assert!(written["detail"].as_str().unwrap().contains(named), "{written}");
        }
    }

    #[tokio::test]
    async fn a_compressed_body_is_refused_and_the_answer_says_that_none_is_taken() {
        for (values, is_plain) in [
            (&[][..], true),
            (&["identity"], true),
            (&["Identity, identity"], true),
            (&[""], true),
            (&["gzip"], false),
            (&["GZIP"], false),
            (&["br"], false),
            (&["deflate"], false),
            (&["zstd"], false),
            (&["x-gzip"], false),
            (&["identity, gzip"], false),
            (&["identity", "gzip"], false),
            (&["\u{e9}"], false),
        ] {
            let ask = || {
                let mut request = http::Request::post("/").body(Body::from(r#"{"userId":"u"}"#)).unwrap();
                for value in values {
                    request.headers_mut().append(CONTENT_ENCODING, HeaderValue::from_str(value).unwrap());
                }
                request
            };
            let raw = Raw::from_request(ask(), &()).await.map(drop);
            let json = Json::<Check>::from_request(ask(), &()).await.map(drop);
            for taken in [raw, json] {
                assert_eq!(taken.is_ok(), is_plain, "{values:?}");
                let Err(problem) = taken else { continue };
                assert_eq!(problem.code(), Code::UnsupportedMediaType);
                assert_eq!(problem.render("req_1").headers()[http::header::ACCEPT_ENCODING], "identity");
            }
        }
        // A body of another kind is refused for that, which is no matter of encodings.
        let request = http::Request::post("/").header(CONTENT_TYPE, "text/plain").body(Body::from("{}")).unwrap();
        let problem = Json::<Check>::from_request(request, &()).await.map(drop).unwrap_err();
        assert!(!problem.render("req_1").headers().contains_key(http::header::ACCEPT_ENCODING));
    }
}
