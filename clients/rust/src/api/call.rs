//! How an operation is called.

use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, IF_MATCH};
use http::{HeaderName, HeaderValue, Method, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::client::EdgeClient;
use crate::error::EdgeError;
use crate::shared::encode;

/// The operations of the edge, one method each.
#[derive(Clone)]
pub struct Api<'c> {
    client: &'c EdgeClient,
    timeout: Duration,
    headers: Vec<(HeaderName, String)>,
}

impl EdgeClient {
    /// The operations of the edge beside seat checks, one method each.
    pub fn api(&self) -> Api<'_> {
        Api { client: self, timeout: Duration::from_secs(30), headers: Vec::new() }
    }
}

/// What a request has for its body.
pub(super) enum Body {
    None,
    Json(Bytes),
    Csv(String),
    Bytes(Bytes),
}

impl Body {
    pub(super) fn json(value: &(impl Serialize + ?Sized)) -> Result<Self, EdgeError> {
        Ok(Self::Json(serde_json::to_vec(value).map_err(unreadable)?.into()))
    }
}

/// A path that is put together: values are encoded.
pub(super) struct Path(String);

impl Path {
    pub(super) fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    pub(super) fn text(mut self, text: &str) -> Self {
        self.0.push_str(text);
        self
    }

    pub(super) fn value(self, value: &str) -> Self {
        let encoded = encode(value);
        // A segment of dots alone would lead to another path.
        let is_dots = encoded.bytes().all(|byte| byte == b'.');
        self.text(&if is_dots { encoded.replace('.', "%2E") } else { encoded })
    }

    pub(super) fn query(self, query: &str) -> Self {
        if query.is_empty() { self } else { self.text("?").text(query) }
    }
}

/// The members of a value that are there, as a query.
pub(super) fn query(value: &impl Serialize) -> Result<String, EdgeError> {
    let serde_json::Value::Object(members) = serde_json::to_value(value).map_err(unreadable)? else {
        return Ok(String::new());
    };
    let written = members.into_iter().filter_map(|(name, value)| {
        let value = match value {
            serde_json::Value::Null => return None,
            serde_json::Value::String(text) => text,
            other => other.to_string(),
        };
        Some(format!("{}={}", encode(&name), encode(&value)))
    });
    Ok(written.collect::<Vec<_>>().join("&"))
}

fn unreadable(error: serde_json::Error) -> EdgeError {
    EdgeError::unavailable(format!("unreadable: {error}"))
}

impl Api<'_> {
    /// The same operations, in this tenant: for platform keys, which belong to none.
    #[must_use]
    pub fn tenant(self, tenant_id: &str) -> Self {
        self.header(HeaderName::from_static("x-tenant-id"), tenant_id)
    }

    /// The same operations, each once however often it is sent with this key.
    #[must_use]
    pub fn idempotency_key(self, key: &str) -> Self {
        self.header(HeaderName::from_static("idempotency-key"), key)
    }

    /// The same operations, if what they change still has this `ETag`.
    #[must_use]
    pub fn if_match(self, etag: &str) -> Self {
        self.header(IF_MATCH, etag)
    }

    /// The same operations, each given up after so long; 30 s by default.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    fn header(mut self, name: HeaderName, value: &str) -> Self {
        self.headers.retain(|(it, _)| *it != name);
        self.headers.push((name, value.to_owned()));
        self
    }

    /// Sends a request. A response whose status is not 2xx is an error.
    async fn call(&self, method: Method, path: Path, body: Body) -> Result<Response<Bytes>, EdgeError> {
        let shared = self.client.shared();
        let (media, body) = match body {
            Body::None => (None, Bytes::new()),
            Body::Json(body) | Body::Bytes(body) => (Some("application/json"), body),
            Body::Csv(text) => (Some("text/csv"), text.into()),
        };
        let mut request = shared.request(method, &path.0, body).map_err(|error| EdgeError::unavailable(error.0))?;
        if let Some(media) = media {
            request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media));
        }
        for (name, value) in &self.headers {
            let value = HeaderValue::try_from(value);
            let value = value.map_err(|_| EdgeError::unavailable(format!("{name} has characters that none may have")))?;
            request.headers_mut().insert(name, value);
        }
        let response = tokio::time::timeout(self.timeout, shared.send(request)).await;
        let late = |_| EdgeError::unavailable(format!("no answer within {:?}", self.timeout));
        let response = response.map_err(late)?.map_err(|error| EdgeError::unavailable(error.0))?;
        if response.status().is_success() {
            return Ok(response);
        }
        Err(EdgeError::of(response.status(), response.body()))
    }

    pub(super) async fn json<T: DeserializeOwned>(
        &self,
        method: Method,
        path: Path,
        body: Body,
    ) -> Result<T, EdgeError> {
        let response = self.call(method, path, body).await?;
        serde_json::from_slice(response.body()).map_err(unreadable)
    }

    pub(super) async fn json_or_nothing<T: DeserializeOwned>(
        &self,
        method: Method,
        path: Path,
        body: Body,
    ) -> Result<Option<T>, EdgeError> {
        let response = self.call(method, path, body).await?;
        if response.status() == StatusCode::NO_CONTENT || response.body().is_empty() {
            return Ok(None);
        }
        serde_json::from_slice(response.body()).map(Some).map_err(unreadable)
    }

    pub(super) async fn text(&self, method: Method, path: Path, body: Body) -> Result<String, EdgeError> {
        let response = self.call(method, path, body).await?;
        Ok(String::from_utf8_lossy(response.body()).into_owned())
    }

    pub(super) async fn bytes(&self, method: Method, path: Path, body: Body) -> Result<Bytes, EdgeError> {
        Ok(self.call(method, path, body).await?.into_body())
    }

    pub(super) async fn nothing(&self, method: Method, path: Path, body: Body) -> Result<(), EdgeError> {
        self.call(method, path, body).await.map(drop)
    }
}
