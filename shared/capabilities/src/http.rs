//! Upstreams, over HTTP.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};

/// A request that got no whole answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// Nothing, or not everything, came in time.
    #[error("no answer within {} ms", .0.as_millis())]
    TimedOut(Duration),
    /// No connection, or it broke.
    #[error("{0}")]
    Failed(String),
    /// The answer is larger than anybody wants to read.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
}

/// Upstreams, over HTTP. Whatever status an upstream answers with is an answer, not an error.
#[async_trait]
pub trait Http: Send + Sync {
    /// Sends `request` and reads the whole answer within `patience`, up to [`LARGEST_ANSWER`] bytes.
    async fn send(&self, request: Request<Bytes>, patience: Duration) -> Result<Response<Bytes>, HttpError>;
}

/// The largest body of an upstream's answer, bytes.
pub const LARGEST_ANSWER: usize = 4 << 20;
