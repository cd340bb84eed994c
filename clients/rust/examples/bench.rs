//! How long a check from memory takes: `cargo run --release -p bheem-edge-client --example bench`. Prints nanoseconds per
//! check, the best of ten rounds, with one and with four threads.

#![allow(clippy::expect_used, clippy::cast_precision_loss, clippy::panic, reason = "a measurement ends where it fails")]

use std::time::{Duration, Instant};

use bheem_edge_client::{EdgeClient, Origin, ResponseFuture, SeatCheck, Transport};
use bytes::Bytes;
use http::{Request, Response};

const USERS: usize = 1000;
// So few that the feed, which has to wait for them, is not given up meanwhile.
const CHECKS: usize = 100_000;
const ROUNDS: usize = 10;

/// An edge that grants everybody, and whose feed tells of no change.
struct Granting;

impl Transport for Granting {
    fn send(&self, request: Request<Bytes>) -> ResponseFuture {
        let body: &[u8] = match request.uri().path() {
            "/verify-seat" => {
                br#"{"hasAccess":true,"seatId":"seat_789","subscriptionStatus":"ACTIVE","expiresAt":"2027-02-01T00:00:00Z",
                "reason":"SEAT_ACTIVE","source":"cache","asOf":"2026-01-01T00:00:00.000Z","version":12,
                "now":"2026-01-01T00:00:00.000Z","freshUntil":"2026-01-01T01:00:00.000Z","staleUntil":"2026-01-02T00:00:00.000Z"}"#
            }
            _ => br#"{"changes":[],"next":"p1","reset":true}"#,
        };
        let waits = request.uri().query().is_some();
        Box::pin(async move {
            if waits {
                tokio::time::sleep(Duration::from_secs(20)).await;
            }
            Ok(Response::new(Bytes::from_static(body)))
        })
    }
}

#[tokio::main]
async fn main() {
    let client = EdgeClient::builder("http://edge.test", "key").transport(Granting).build().expect("a client");
    client.start();
    while !client.is_connected() {
        tokio::task::yield_now().await;
    }
    let users: Vec<String> = (0..USERS).map(|user| format!("user_{user}")).collect();
    for user in &users {
        client.verify_seat(&SeatCheck::new(user, "healos", "hospital_456")).await.expect("an answer");
    }
    for threads in [1, 4] {
        let mut best = f64::INFINITY;
        for _ in 0..ROUNDS {
            let workers = (0..threads).map(|_| {
                let (client, users) = (client.clone(), users.clone());
                tokio::spawn(async move {
                    let start = Instant::now();
                    for user in users.iter().cycle().take(CHECKS) {
                        let check = SeatCheck::new(user, "healos", "hospital_456");
                        let answer = client.verify_seat(&check).await.expect("an answer");
                        assert!(answer.has_access && answer.origin == Origin::Memory);
                    }
                    start.elapsed().as_nanos() as f64 / CHECKS as f64
                })
            });
            let workers: Vec<_> = workers.collect();
            let mut slowest = 0.0_f64;
            for worker in workers {
                slowest = slowest.max(worker.await.expect("a result"));
            }
            best = best.min(slowest);
        }
        println!("{best:.0} ns per check, {threads} at once");
    }
}
