//! What a component without stores and upstreams has in their place: errors.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use edge_capabilities::database::{DatabaseError, Dialect, Row, Value};
use edge_capabilities::http::{HttpError, UpstreamName};
use edge_capabilities::key_value::StoreError;
use edge_capabilities::{Database, Http, KeyValue};
use http::{Request, Response};

const REASON: &str = "this component has no stores and calls no upstream";

pub(crate) struct Missing;

#[async_trait]
impl Database for Missing {
    async fn query(&self, _: &str, _: &[Value]) -> Result<Vec<Row>, DatabaseError> {
        Err(DatabaseError::Unavailable(REASON.into()))
    }

    async fn dialect(&self) -> Result<Dialect, DatabaseError> {
        Err(DatabaseError::Unavailable(REASON.into()))
    }
}

#[async_trait]
impl KeyValue for Missing {
    async fn get(&self, _: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Err(StoreError(REASON.into()))
    }

    async fn set(&self, _: &str, _: &[u8]) -> Result<(), StoreError> {
        Err(StoreError(REASON.into()))
    }

    async fn delete(&self, _: &str) -> Result<(), StoreError> {
        Err(StoreError(REASON.into()))
    }

    async fn increment(&self, _: &str, _: i64) -> Result<i64, StoreError> {
        Err(StoreError(REASON.into()))
    }
}

#[async_trait]
impl Http for Missing {
    async fn send(&self, _: UpstreamName, _: Request<Bytes>, _: Duration) -> Result<Response<Bytes>, HttpError> {
        Err(HttpError::Failed(REASON.into()))
    }
}
