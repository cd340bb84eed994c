//! The client over real connections, and with its surroundings.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::extract::{Query, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::{BuildError, EdgeClient, EdgeError, Origin, SeatCheck};

/// An edge that grants everybody, and whose feed tells of no change.
async fn edge(checks: Arc<AtomicUsize>) -> SocketAddr {
    let verify = async |State(checks): State<Arc<AtomicUsize>>, Json(check): Json<Value>| {
        checks.fetch_add(1, Ordering::Relaxed);
        assert_eq!(check["lifetime"], true);
        Json(json!({
            "hasAccess": true, "reason": "SEAT_ACTIVE", "source": "cache", "asOf": "2026-01-01T00:00:00.000Z",
            "now": "2026-01-01T00:00:00.000Z", "freshUntil": "2026-01-01T00:01:00.000Z",
            "staleUntil": "2026-01-01T01:00:00.000Z", "version": 3,
        }))
    };
    let changes = async |Query(query): Query<Vec<(String, String)>>| {
        if query.iter().any(|(name, _)| name == "wait") {
            std::future::pending::<()>().await;
        }
        Json(json!({"changes": [], "next": "p1", "reset": true}))
    };
    let routes = Router::new()
        .route("/verify-seat", post(verify))
        .route("/api/v1/seats/changes", get(changes))
        .with_state(checks);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    address
}

#[tokio::test]
async fn a_check_goes_over_a_connection_and_the_next_comes_from_memory() {
    let checks = Arc::new(AtomicUsize::new(0));
    let client = EdgeClient::new(format!("http://{}", edge(checks.clone()).await), "key").unwrap();
    client.start();
    while !client.is_connected() {
        tokio::task::yield_now().await;
    }
    let check = SeatCheck::new("ana", "healos", "hospital_456");
    assert_eq!(client.remembered(&check), None);
    let answer = client.verify_seat(&check).await.unwrap();
    assert_eq!((answer.has_access, answer.origin, answer.version), (true, Origin::Edge, Some(3)));
    let answer = client.verify_seat(&check).await.unwrap();
    assert_eq!((answer.has_access, answer.origin, checks.load(Ordering::Relaxed)), (true, Origin::Memory, 1));
    assert_eq!(client.remembered(&check), Some(answer));

    client.close();
    assert!(!client.is_connected() && client.remembered_answers() == 0);
    assert_eq!(client.verify_seat(&check).await.unwrap().origin, Origin::Edge);
}

#[tokio::test]
async fn without_a_connection_nobody_has_access() {
    // Nobody listens at a port that was given back.
    let address = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let client =
        EdgeClient::builder(format!("http://{address}"), "key").timeout(Duration::from_secs(60)).build().unwrap();
    let answer = client.verify_seat(&SeatCheck::new("ana", "healos", "hospital_456")).await.unwrap();
    assert_eq!(
        (answer.has_access, answer.origin, answer.reason.as_str()),
        (false, Origin::Unavailable, "EDGE_UNAVAILABLE")
    );
}

#[tokio::test]
async fn the_feed_is_left_when_the_last_clone_is_dropped() {
    let (client, alive) = {
        let client = EdgeClient::new(format!("http://{}", edge(Arc::default()).await), "key").unwrap();
        let alive = client.weak();
        client.start();
        (client.clone(), alive)
    };
    tokio::task::yield_now().await;
    assert!(alive.upgrade().is_some());
    drop(client);
    while alive.upgrade().is_some() {
        tokio::task::yield_now().await;
    }
}

#[test]
fn a_malformed_address_or_key_builds_no_client() {
    for url in ["", "edge.example.com", "ftp://edge.example.com", "http://", "https://edge.example.com/?a=b"] {
        assert!(matches!(EdgeClient::new(url, "key"), Err(BuildError::Url(_))), "{url}");
    }
    assert_eq!(EdgeClient::new("http://edge.example.com", "a\nb").unwrap_err(), BuildError::Key);
    assert!(EdgeClient::new("https://edge.example.com/", "key").is_ok());
}

#[test]
fn neither_the_key_nor_a_user_is_in_the_debug_form() {
    let client = EdgeClient::new("http://edge.example.com", "secret").unwrap();
    assert_eq!(format!("{client:?}"), r#"EdgeClient { url: "http://edge.example.com", .. }"#);
}

#[test]
fn errors_say_what_the_edge_said() {
    let body = br#"{"status":403,"code":"FORBIDDEN","detail":"The key lacks seats:verify.","extra":1}"#;
    let error = EdgeError::of(http::StatusCode::FORBIDDEN, body);
    assert_eq!((error.code(), error.status()), ("FORBIDDEN", Some(403)));
    assert_eq!(error.to_string(), "the edge refused the request: 403 FORBIDDEN: The key lacks seats:verify.");
    assert_eq!(EdgeError::of(http::StatusCode::NOT_FOUND, b"<html>").code(), "HTTP_404");
    assert_eq!(EdgeError::of(http::StatusCode::BAD_GATEWAY, b"<html>").code(), "UNAVAILABLE");
}
