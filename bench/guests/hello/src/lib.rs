//! The least a component can do: the yardstick every figure of the bench is held against.

use spin_sdk::http::{IntoResponse, Request};
use spin_sdk::http_service;

#[http_service]
async fn hello(_request: Request) -> impl IntoResponse {
    "Hello, world\n"
}
