//! The connection to the edge.

use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{Connect, HttpConnector};
use hyper_util::rt::TokioExecutor;

use crate::error::BuildError;

/// No response arrived: there was no connection, or it broke.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TransportError(pub String);

/// A response that is on its way. It is given up by being dropped.
pub type ResponseFuture = Pin<Box<dyn Future<Output = Result<Response<Bytes>, TransportError>> + Send>>;

/// Sends requests to the edge. The client has one of its own; another is for tests, or for what lies between.
pub trait Transport: Send + Sync + 'static {
    /// Sends a request whose URI is absolute. Time-outs and retries are the client's.
    fn send(&self, request: Request<Bytes>) -> ResponseFuture;
}

/// HTTP/1.1 with connections that are kept.
struct Http<C>(Client<C, Full<Bytes>>);

impl<C: Connect + Clone + Send + Sync + 'static> Transport for Http<C> {
    fn send(&self, request: Request<Bytes>) -> ResponseFuture {
        let response = self.0.request(request.map(Full::new));
        Box::pin(async {
            let (head, body) = response.await.map_err(|error| TransportError(causes(&error)))?.into_parts();
            let body = body.collect().await.map_err(|error| TransportError(causes(&error)))?;
            Ok(Response::from_parts(head, body.to_bytes()))
        })
    }
}

/// An error with what it comes from: hyper's own words are short.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}

fn connector() -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    connector.enforce_http(false);
    connector
}

fn client<C: Connect + Clone + Send + Sync + 'static>(connector: C) -> Box<dyn Transport> {
    Box::new(Http(Client::builder(TokioExecutor::new()).build(connector)))
}

/// The transport for an address, which begins with `https` or not.
pub(crate) fn transport(is_https: bool) -> Result<Box<dyn Transport>, BuildError> {
    if is_https { https() } else { Ok(client(connector())) }
}

#[cfg(feature = "tls")]
fn https() -> Result<Box<dyn Transport>, BuildError> {
    let builder = hyper_rustls::HttpsConnectorBuilder::new();
    let roots = builder.with_native_roots().map_err(|error| BuildError::Certificates(error.to_string()))?;
    Ok(client(roots.https_only().enable_http1().wrap_connector(connector())))
}

#[cfg(not(feature = "tls"))]
fn https() -> Result<Box<dyn Transport>, BuildError> {
    Err(BuildError::NoTls)
}
