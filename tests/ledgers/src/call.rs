//! What a stand-in is asked, and what it answers.

use axum::body::Body;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// A request to a stand-in.
#[derive(Clone, Debug)]
pub struct Call {
    /// The method.
    pub method: Method,
    /// The path after `/ledgers/{provider}`, as it was sent.
    pub path: String,
    /// The query as it was sent; empty where there is none.
    pub raw_query: String,
    /// The query's parameters, decoded.
    pub query: Vec<(String, String)>,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// Where it was sent to, up to `/ledgers/{provider}`, for links: `http://127.0.0.1:8000/ledgers/xero`.
    pub base: String,
}

/// Names and values of a form or a query, decoded.
pub(crate) fn parameters(written: &str) -> Vec<(String, String)> {
    let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(name), decode(value))
    };
    written.split('&').filter(|pair| !pair.is_empty()).map(pair).collect()
}

impl Call {
    /// A parameter of the query.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The bearer token; empty where there is none.
    pub fn bearer(&self) -> &str {
        self.header("authorization").and_then(|header| header.strip_prefix("Bearer ")).unwrap_or("")
    }

    /// Name and password of basic authentication.
    pub fn basic(&self) -> Option<(String, String)> {
        let encoded = self.header("authorization")?.strip_prefix("Basic ")?;
        let decoded = String::from_utf8(BASE64_STANDARD.decode(encoded).ok()?).ok()?;
        decoded.split_once(':').map(|(name, password)| (name.to_owned(), password.to_owned()))
    }

    /// The parameters of a form.
    pub fn form(&self) -> Vec<(String, String)> {
        parameters(&String::from_utf8_lossy(&self.body))
    }

    /// The JSON body.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The segments of the path, decoded.
    pub fn segments(&self) -> Vec<String> {
        let decode = |segment: &str| percent_decode_str(segment).decode_utf8_lossy().into_owned();
        self.path.split('/').filter(|segment| !segment.is_empty()).map(decode).collect()
    }

    /// Method and path: `POST /api.xro/2.0/Invoices`.
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// Names and values of headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Reply {
    /// JSON.
    pub fn json(status: u16, body: &Value) -> Self {
        let content_type = ("content-type".to_owned(), "application/json; charset=utf-8".to_owned());
        Self { status, headers: vec![content_type], body: body.to_string() }
    }

    /// Nothing but a status.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: String::new() }
    }

    /// Text of another type.
    pub fn text(status: u16, content_type: &str, body: impl Into<String>) -> Self {
        Self { status, headers: vec![("content-type".to_owned(), content_type.to_owned())], body: body.into() }
    }

    /// With a header more.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in self.headers {
            if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value.parse::<HeaderValue>()) {
                response.headers_mut().append(name, value);
            }
        }
        response
    }
}
