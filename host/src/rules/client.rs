//! The edge's API, over HTTP.

use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, ETAG, IF_MATCH};
use http::{HeaderValue, Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Failure;
use super::responses::{Problem, Rule};
use crate::capabilities::outbound_http::connector;

/// How long an answer may take: a backtest computes for some seconds.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The largest answer that is read, bytes.
const MAX_RESPONSE_LEN: usize = 16 << 20;

/// A running edge.
pub struct Edge {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    url: String,
    authorization: HeaderValue,
    tenant: Option<HeaderValue>,
}

/// What was answered.
pub struct EdgeResponse {
    status: StatusCode,
    etag: Option<HeaderValue>,
    body: Bytes,
}

impl Edge {
    /// The edge at `url`, as who has `key`.
    pub fn new(url: &str, key: &str) -> Result<Self, Failure> {
        let mut authorization = HeaderValue::try_from(format!("Bearer {key}"))
            .map_err(|_| Failure::Impossible("the key holds characters that no key has".into()))?;
        authorization.set_sensitive(true);
        let connector = connector(TIMEOUT).map_err(|error| Failure::Impossible(error.to_string()))?;
        let client = Client::builder(TokioExecutor::new()).build(connector);
        Ok(Self { client, url: url.trim_end_matches('/').to_owned(), authorization, tenant: None })
    }

    /// The same, for the tenant `tenant`.
    pub fn for_tenant(mut self, tenant: &str) -> Result<Self, Failure> {
        let tenant = HeaderValue::try_from(tenant);
        self.tenant = Some(tenant.map_err(|_| Failure::Impossible("no tenant has such an id".into()))?);
        Ok(self)
    }

    /// The rule `name`, and the ETag of what is in force.
    pub async fn rule(&self, name: &str) -> Result<(Rule, HeaderValue), Failure> {
        let answer = self.get(name, "").await?;
        let rule = answer.read()?;
        let etag = answer.etag.ok_or_else(|| Failure::Impossible("the edge sent no ETag".into()))?;
        Ok((rule, etag))
    }

    /// What stands under the rule `name` at `path`.
    pub async fn get(&self, name: &str, path: &str) -> Result<EdgeResponse, Failure> {
        self.send(Method::GET, name, path, None, Bytes::new()).await
    }

    /// Posts `body` to `path` of the rule `name`; with `if_match` if what is in force still is that.
    pub async fn post<T: Serialize>(
        &self,
        name: &str,
        path: &str,
        if_match: Option<HeaderValue>,
        body: &T,
    ) -> Result<EdgeResponse, Failure> {
        let body = serde_json::to_vec(body).map_err(|error| Failure::Impossible(error.to_string()))?;
        self.send(Method::POST, name, path, if_match, body.into()).await
    }

    async fn send(
        &self,
        method: Method,
        name: &str,
        path: &str,
        if_match: Option<HeaderValue>,
        body: Bytes,
    ) -> Result<EdgeResponse, Failure> {
        self.call(method, &format!("/api/v1/rules/{name}{path}"), if_match, body).await
    }

    /// What the edge answers at `path`.
    pub async fn call(
        &self,
        method: Method,
        path: &str,
        if_match: Option<HeaderValue>,
        body: Bytes,
    ) -> Result<EdgeResponse, Failure> {
        let url = format!("{}{path}", self.url);
        let mut request = Request::builder()
            .method(method)
            .uri(&url)
            .header(AUTHORIZATION, self.authorization.clone())
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/json");
        if let Some(if_match) = if_match {
            request = request.header(IF_MATCH, if_match);
        }
        if let Some(tenant) = &self.tenant {
            request = request.header("x-tenant-id", tenant);
        }
        let request = request.body(Full::new(body));
        let request = request.map_err(|_| Failure::Impossible(format!("{} is not a URL", self.url)))?;
        let unreachable = |why: &dyn ToString| {
            Failure::Impossible(format!("the edge at {} cannot be reached: {}", self.url, why.to_string()))
        };
        let answered = async {
            let response = self.client.request(request).await.map_err(|error| {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                unreachable(&cause.unwrap_or_else(|| error.to_string()))
            })?;
            let (head, body) = response.into_parts();
            let body = Limited::new(body, MAX_RESPONSE_LEN).collect().await.map_err(|error| unreachable(&error))?;
            Ok(EdgeResponse { status: head.status, etag: head.headers.get(ETAG).cloned(), body: body.to_bytes() })
        };
        let late = |_| unreachable(&"it does not answer");
        tokio::time::timeout(TIMEOUT, answered).await.map_err(late)?
    }
}

impl EdgeResponse {
    /// The answer's status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The answer's body, if it is the good kind of answer; else what is wrong.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        if self.status.is_success() { self.body_as() } else { Err(self.refusal()) }
    }

    /// The answer's body, whatever the status.
    pub fn body_as<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        let unreadable = |_| Failure::Impossible(format!("{}: this is not an edge's answer", self.status));
        serde_json::from_slice(&self.body).map_err(unreadable)
    }

    fn refusal(&self) -> Failure {
        let Ok(problem) = self.body_as::<Problem>() else {
            return Failure::Impossible(format!("{}: this is not an edge's answer", self.status));
        };
        let mut message = format!("{} ({})", problem.detail, problem.code);
        for error in &problem.errors {
            if let (Some(field), Some(what)) = (&error.field, &error.message) {
                message.push_str(&format!("\n  {field}: {what}"));
            }
        }
        match self.status {
            StatusCode::UNPROCESSABLE_ENTITY | StatusCode::PRECONDITION_FAILED | StatusCode::CONFLICT => {
                Failure::Refused(message)
            }
            _ => Failure::Impossible(message),
        }
    }
}
