//! Upstreams, over Spin's outbound HTTP.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use edge_capabilities::clock::within;
use edge_capabilities::http::{HttpError, LARGEST_ANSWER};
use edge_capabilities::{Clock, Http};
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};

pub(crate) struct Outbound {
    clock: Arc<dyn Clock>,
}

impl Outbound {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock }
    }
}

#[async_trait]
impl Http for Outbound {
    async fn send(&self, request: Request<Bytes>, patience: Duration) -> Result<Response<Bytes>, HttpError> {
        let exchange = exchange(request);
        within(&*self.clock, patience, exchange).await.unwrap_or(Err(HttpError::TimedOut(patience)))
    }
}

async fn exchange(request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
    let failed = |error: &dyn std::fmt::Debug| HttpError::Failed(format!("{error:?}"));
    let response = spin_sdk::http::send(request.map(Full::new)).await.map_err(|error| failed(&error))?;
    let (head, mut body) = response.into_parts();
    let mut bytes = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|error| failed(&error))?.into_data() else { continue };
        if bytes.len().saturating_add(data.len()) > LARGEST_ANSWER {
            return Err(HttpError::TooLarge(LARGEST_ANSWER));
        }
        bytes.extend_from_slice(&data);
    }
    Ok(Response::from_parts(head, bytes.freeze()))
}
