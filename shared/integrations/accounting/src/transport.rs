//! Requests to providers, and what their statuses mean in general.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use edge_capabilities::Http;
use edge_capabilities::http::HttpError;
use http::header::RETRY_AFTER;
use http::{HeaderMap, Request, Response, StatusCode};

use crate::error::AccountingError;
use crate::provider::Provider;

/// Sends requests to one provider.
#[derive(Clone)]
pub struct Transport {
    http: Arc<dyn Http>,
    provider: Provider,
    timeout: Duration,
}

impl Transport {
    /// Requests to `provider`, each within `timeout`.
    pub fn new(http: Arc<dyn Http>, provider: Provider, timeout: Duration) -> Self {
        Self { http, provider, timeout }
    }

    /// Sends `request`: gives whatever response there is. Without one, says whether the request may have been acted on.
    pub async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, AccountingError> {
        let label = self.provider.label();
        self.http.send(self.provider.upstream(), request, self.timeout).await.map_err(|error| match error {
            HttpError::NotSent(_) | HttpError::Busy(_) => {
                AccountingError::Unavailable(format!("{label} was not reached: {error}"))
            }
            HttpError::TimedOut(_) | HttpError::Failed(_) | HttpError::TooLarge(_) => {
                AccountingError::Unknown(format!("{label} did not answer: {error}"))
            }
        })
    }
}

/// The whole seconds in `Retry-After`.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let written = headers.get(RETRY_AFTER)?.to_str().ok()?;
    written.trim().split('.').next()?.parse().ok().map(Duration::from_secs)
}

/// What a status means that means the same everywhere: 401, 408, 429, 5xx. None: the body says more.
pub fn error_of_status(provider: Provider, status: StatusCode, headers: &HeaderMap) -> Option<AccountingError> {
    let label = provider.label();
    let says = || format!("{label} answered with the status {}", status.as_u16());
    match status {
        StatusCode::UNAUTHORIZED => Some(AccountingError::Unauthorized(says())),
        StatusCode::TOO_MANY_REQUESTS => Some(AccountingError::Throttled { wait: retry_after(headers), daily: false }),
        StatusCode::REQUEST_TIMEOUT => Some(AccountingError::Unknown(says())),
        status if status.is_server_error() => Some(AccountingError::Unknown(says())),
        _ => None,
    }
}
