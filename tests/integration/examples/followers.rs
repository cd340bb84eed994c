//! Many clients that follow the feed of changes of one edge: how long a revocation takes to reach them, and what they cost
//! the edge while nothing happens. `bench/followers.sh` runs it.
//!
//! Variables: `EDGE`, `UPSTREAMS`: addresses; `ADMIN`: the bootstrap key; `EDGE_PID`: the edge's process; `FOLLOWERS`,
//! `ROUNDS`, `IDLE_SECS`: how many clients, revocations and seconds of idling.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a measurement ends where something is not as expected"
)]

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tokio::sync::mpsc;

/// How long a follower waits for a change, seconds: as the client libraries do.
const WAIT: u32 = 20;
/// Clock ticks of `/proc/PID/stat` in a second: the same on every Linux.
const TICKS: f64 = 100.0;
/// One follower in so many asks for the seat after it has heard of the change.
const ASKING: usize = 10;

type Http = Client<HttpConnector, Full<Bytes>>;

/// What all of them need.
struct Setup {
    http: Http,
    edge: String,
    key: String,
    /// Responses that the followers got.
    responses: AtomicU64,
    /// Followers that have begun to wait.
    following: AtomicUsize,
    /// Checks that were answered 503, and sent again.
    overloaded: AtomicU64,
    /// Followers that were told to forget everything, or were refused.
    troubled: AtomicU64,
    /// What the last of these was answered.
    trouble: Mutex<Option<String>>,
}

/// A follower has heard of a change; `is_denial`: and was denied afterwards.
struct Notice {
    follower: usize,
    /// The highest fence of the change.
    fence: i64,
    at: Instant,
    is_denial: bool,
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run bench/followers.sh"))
}

fn number(name: &str) -> usize {
    variable(name).parse().unwrap_or_else(|_| panic!("{name} is not a number"))
}

fn check() -> Value {
    json!({"userId": "ana", "applicationSlug": "healos", "externalOrgId": "hospital_456", "lifetime": true})
}

async fn call(http: &Http, method: Method, url: &str, key: &str, body: Option<&Value>) -> (u16, Value) {
    let body = Full::new(Bytes::from(body.map(ToString::to_string).unwrap_or_default()));
    let request = Request::builder()
        .method(method)
        .uri(url)
        .header("authorization", format!("Bearer {key}"))
        .header("content-type", "application/json")
        .body(body)
        .unwrap();
    let response = http.request(request).await.unwrap_or_else(|error| panic!("{url}: {error:?}"));
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

/// Follows, and tells of each change.
async fn follow(setup: Arc<Setup>, number: usize, notices: mpsc::UnboundedSender<Notice>) {
    let feed = format!("{}/api/v1/seats/changes", setup.edge);
    let mut since = None;
    let mut is_counted = false;
    loop {
        let url = since.as_ref().map_or_else(|| feed.clone(), |since| format!("{feed}?since={since}&wait={WAIT}"));
        if since.is_some() && !is_counted {
            setup.following.fetch_add(1, Ordering::Relaxed);
            is_counted = true;
        }
        let (status, answer) = call(&setup.http, Method::GET, &url, &setup.key, None).await;
        let at = Instant::now();
        setup.responses.fetch_add(1, Ordering::Relaxed);
        let is_reset = status == 200 && since.is_some() && answer["reset"] == true;
        if status != 200 || is_reset {
            setup.troubled.fetch_add(1, Ordering::Relaxed);
            *setup.trouble.lock().unwrap() = Some(format!("{status} {answer}"));
        }
        if status != 200 {
            tokio::time::sleep(Duration::from_millis(250)).await;
            continue;
        }
        since = Some(answer["next"].as_str().unwrap().to_owned());
        // Who is told to forget everything has heard of it too.
        let changes = answer["changes"].as_array().unwrap();
        let highest = changes.iter().filter_map(|change| change["fence"].as_i64()).max();
        let heard = if is_reset { Some(i64::MAX) } else { highest };
        let Some(fence) = heard else { continue };
        if notices.send(Notice { follower: number, fence, at, is_denial: false }).is_err() {
            return;
        }
        if number.is_multiple_of(ASKING) {
            let verify = format!("{}/verify-seat", setup.edge);
            let (mut status, mut verdict) = (503, Value::Null);
            while status == 503 {
                (status, verdict) = call(&setup.http, Method::POST, &verify, &setup.key, Some(&check())).await;
                if status == 503 {
                    setup.overloaded.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
            assert_eq!((status, &verdict["hasAccess"]), (200, &json!(false)), "{verdict}");
            if notices.send(Notice { follower: number, fence, at: Instant::now(), is_denial: true }).is_err() {
                return;
            }
        }
    }
}

/// The processor time that a process has taken, seconds.
fn processor_time(pid: &str) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("the edge runs");
    // The second field is the program's name, in parentheses.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / TICKS
}

/// The memory that a process has for itself, MB.
fn memory(pid: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("the edge runs");
    let resident = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
    resident.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1000
}

async fn share_of_a_core(pid: &str, time: Duration) -> f64 {
    let (before, started) = (processor_time(pid), Instant::now());
    tokio::time::sleep(time).await;
    (processor_time(pid) - before) / started.elapsed().as_secs_f64()
}

fn print_quantiles(what: &str, mut millis: Vec<u128>) {
    millis.sort_unstable();
    let at = |share: f64| millis[((millis.len() - 1) as f64 * share) as usize];
    println!("{what}: p50 {} ms, p99 {} ms, max {} ms of {}", at(0.5), at(0.99), at(1.0), millis.len());
}

#[tokio::main]
async fn main() {
    let (edge, upstreams, admin, pid) =
        (variable("EDGE"), variable("UPSTREAMS"), variable("ADMIN"), variable("EDGE_PID"));
    let (followers, rounds) = (number("FOLLOWERS"), number("ROUNDS"));
    let idle = Duration::from_secs(number("IDLE_SECS") as u64);
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let http = Client::builder(TokioExecutor::new()).build(connector);
    let new = json!({"name": "bench", "scopes": ["seats:verify", "seats:write"]});
    let (status, answer) = call(&http, Method::POST, &format!("{edge}/api/v1/api-keys"), &admin, Some(&new)).await;
    assert_eq!(status, 201, "{answer}");
    let key = answer["key"].as_str().unwrap().to_owned();
    let setup = Setup {
        http: http.clone(),
        edge: edge.clone(),
        key: key.clone(),
        responses: AtomicU64::new(0),
        following: AtomicUsize::new(0),
        overloaded: AtomicU64::new(0),
        troubled: AtomicU64::new(0),
        trouble: Mutex::default(),
    };
    let setup = Arc::new(setup);
    let set_seat = async |status: &str| {
        let url = format!("{upstreams}/_control/seats/healos/hospital_456/ana");
        let (status, answer) = call(&http, Method::PUT, &url, "", Some(&json!({"seat_status": status}))).await;
        assert!(status < 300, "{answer}");
    };
    let verify = format!("{edge}/verify-seat");
    let invalidate = async || {
        let body = json!({"applicationSlug": "healos", "externalOrgId": "hospital_456"});
        let url = format!("{edge}/api/v1/seats/invalidate");
        let (status, answer) = call(&http, Method::POST, &url, &key, Some(&body)).await;
        assert_eq!(status, 200, "{answer}");
        answer["fence"].as_i64().unwrap()
    };
    set_seat("ACTIVE").await;
    invalidate().await;
    let (_, verdict) = call(&http, Method::POST, &verify, &key, Some(&check())).await;
    assert_eq!(verdict["hasAccess"], true, "{verdict}");
    // What was started by that ends.
    tokio::time::sleep(Duration::from_secs(5)).await;
    let without = share_of_a_core(&pid, idle / 2).await;
    let memory_without = memory(&pid);

    let (sender, mut notices) = mpsc::unbounded_channel();
    for number in 0..followers {
        tokio::spawn(follow(setup.clone(), number, sender.clone()));
        // Clients do not all start at once.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    drop(sender);
    let started = Instant::now();
    while setup.following.load(Ordering::Relaxed) < followers {
        let following = setup.following.load(Ordering::Relaxed);
        let trouble = setup.trouble.lock().unwrap().clone();
        assert!(started.elapsed() < Duration::from_secs(60), "only {following} can follow: {trouble:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    let before = setup.responses.load(Ordering::Relaxed);
    let with = share_of_a_core(&pid, idle).await;
    let responses = (setup.responses.load(Ordering::Relaxed) - before) as f64 / idle.as_secs_f64();
    println!(
        "{followers} followers that wait: {:.1} % of a core, {responses:.0} responses a second ({:.1} % without them); {} MB \
         ({memory_without} MB without them)",
        (with - without) * 100.0,
        without * 100.0,
        memory(&pid).saturating_sub(memory_without)
    );

    let (mut told, mut denied) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        // Anywhere in the time between two looks.
        tokio::time::sleep(Duration::from_millis((round as u64 * 137) % 500)).await;
        set_seat("REVOKED").await;
        let revoked = Instant::now();
        let fence = invalidate().await;
        // One revocation may be listed as several raises: the one that was answered counts, for each follower once.
        let mut waiting: HashSet<(usize, bool)> = (0..followers).map(|follower| (follower, false)).collect();
        waiting.extend((0..followers).step_by(ASKING).map(|follower| (follower, true)));
        while !waiting.is_empty() {
            let heard = tokio::time::timeout(Duration::from_secs(30), notices.recv()).await;
            let notice = heard.expect("a follower does not hear of it").expect("a follower has ended");
            if notice.fence < fence || !waiting.remove(&(notice.follower, notice.is_denial)) {
                continue;
            }
            let millis = notice.at.saturating_duration_since(revoked).as_millis();
            if notice.is_denial { denied.push(millis) } else { told.push(millis) }
        }
    }
    print_quantiles("revocation to notice", told);
    print_quantiles("revocation to denial", denied);
    let troubled = setup.troubled.load(Ordering::Relaxed);
    println!(
        "responses that were refused or told to forget everything: {troubled} {:?}",
        setup.trouble.lock().unwrap()
    );
    println!("checks that were answered 503 and sent again: {}", setup.overloaded.load(Ordering::Relaxed));
}
