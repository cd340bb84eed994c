use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::routing::post;
use edge_capabilities::testing::{Tasks, World};
use http::Request;
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use super::*;

#[derive(Clone)]
struct Shop {
    idempotency: Idempotency,
    sold: Arc<AtomicU64>,
    clock: Arc<dyn Clock>,
}

fn scope(headers: &HeaderMap) -> IdempotencyScope {
    let of = |name| headers.get(name).and_then(|value| value.to_str().ok());
    IdempotencyScope::new(of("x-caller").unwrap_or("caller"), of("x-tenant"))
}

/// Sells `body` things: takes a second; refuses to sell none.
async fn sell(State(shop): State<Shop>, headers: HeaderMap, request: Idempotent<u64>) -> Result<Response, Problem> {
    let work = async |number| {
        shop.clock.sleep(Duration::from_secs(1)).await;
        if number == 0 {
            return Err(Problem::field("number", "must not be 0"));
        }
        Ok((StatusCode::CREATED, shop.sold.fetch_add(number, Ordering::SeqCst) + number))
    };
    shop.idempotency.once(&scope(&headers), request, work).await
}

/// Hands out a secret: takes a second.
async fn tell(State(shop): State<Shop>, headers: HeaderMap, request: Idempotent<u64>) -> Result<Response, Problem> {
    let work = async |_| {
        shop.clock.sleep(Duration::from_secs(1)).await;
        Ok((StatusCode::CREATED, format!("secret{}", shop.sold.fetch_add(1, Ordering::SeqCst))))
    };
    shop.idempotency.once_for_secret(&scope(&headers), request, work).await
}

/// Something that is sold to whoever says the word.
#[derive(serde::Deserialize)]
struct Behind {
    number: u64,
    word: String,
}

impl WithSecret for Behind {
    fn without_secret(&self) -> String {
        self.number.to_string()
    }
}

async fn sell_behind_a_word(
    State(shop): State<Shop>,
    headers: HeaderMap,
    IdempotentWithSecret(request): IdempotentWithSecret<Behind>,
) -> Result<Response, Problem> {
    let work = async |Behind { number, word }| {
        assert!(!word.is_empty());
        Ok((StatusCode::CREATED, shop.sold.fetch_add(number, Ordering::SeqCst) + number))
    };
    shop.idempotency.once(&scope(&headers), request, work).await
}

struct Test {
    world: World,
    tasks: Tasks,
    router: Router,
    sold: Arc<AtomicU64>,
}

fn test() -> Test {
    let world = World::new(1);
    let (capabilities, tasks) = world.instance();
    let db = Db::new(capabilities.db.clone());
    let sold = Arc::<AtomicU64>::default();
    let idempotency = Idempotency::new(&capabilities, &db);
    let shop = Shop { idempotency, sold: sold.clone(), clock: capabilities.clock.clone() };
    let routes = Router::new().route("/sell", post(sell)).route("/sell-again", post(sell));
    let routes = routes.route("/tell", post(tell)).route("/behind", post(sell_behind_a_word)).with_state(shop);
    Test { router: edge_http::finish(routes, "shop", &capabilities), world, tasks, sold }
}

impl Test {
    async fn drain(&self) {
        let db = Db::new(self.world.db.clone());
        db.advance_retention_time(self.world.clock.now()).await.unwrap();
    }

    async fn post(&self, path: &str, key: &str, body: &str) -> (u16, String) {
        self.post_as("t", path, key, body).await
    }

    async fn post_as(&self, credential: &str, path: &str, key: &str, body: &str) -> (u16, String) {
        let request = Request::post(path).header("authorization", format!("Bearer {credential}"));
        let request = request.header("idempotency-key", key);
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }
}

#[tokio::test(start_paused = true)]
async fn the_same_request_happens_once_and_is_answered_the_same() {
    let test = test();
    assert_eq!(test.post("/sell", "k", "3").await, (201, "3".into()));
    assert_eq!(test.post("/sell", "k", "3").await, (201, "3".into()));
    assert_eq!(test.post("/sell", "other", "3").await, (201, "6".into()));
    assert_eq!(test.sold.load(Ordering::SeqCst), 6);
    // Drains go on meanwhile.
    for _ in 0..100 {
        test.world.clock.advance(Duration::from_mins(15)).await;
        test.drain().await;
    }
    assert_eq!(test.post("/sell", "k", "3").await, (201, "9".into()));
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_ahead_for_a_while_makes_no_request_happen_again() {
    let test = test();
    let forty_days = millis(Duration::from_hours(24 * 40));
    test.post("/sell", "k", "3").await;
    for drained_before in [false, true] {
        if drained_before {
            test.drain().await;
        }
        test.world.clock.shift(forty_days);
        assert_eq!(test.post("/sell", "k", "3").await, (201, "3".into()), "{drained_before}");
        test.post("/sell", &format!("{drained_before}"), "0").await;
        for _ in 0..10 {
            test.drain().await;
            assert_eq!(test.post("/sell", "k", "3").await, (201, "3".into()), "{drained_before}");
        }
        test.world.clock.shift(-forty_days);
        assert_eq!(test.post("/sell", "k", "3").await, (201, "3".into()), "{drained_before}");
    }
    assert_eq!(test.sold.load(Ordering::SeqCst), 3);
}

#[tokio::test(start_paused = true)]
async fn marks_go_a_week_after_their_time_a_hundred_at_once() {
    let test = test();
    for number in 0..250 {
        test.post("/sell", &format!("k{number}"), "1").await;
    }
    let db = Db::new(test.world.db.clone());
    let marks = async || db.query("SELECT COUNT(*) FROM idempotent_requests", &[]).await.unwrap()[0].integer(0);
    for _ in 0..8 * 96 {
        test.world.clock.advance(Duration::from_mins(15)).await;
        test.drain().await;
    }
    test.post("/sell", "a", "1").await;
    assert_eq!(marks().await, Ok(251));
    test.world.clock.advance(Duration::from_hours(1)).await;
    for _ in 0..4 {
        test.drain().await;
    }
    for (key, left) in [("b", 152), ("c", 53), ("d", 4)] {
        test.post("/sell", key, "1").await;
        assert_eq!(marks().await, Ok(left), "{key}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_same_key_for_another_request_is_refused() {
    let test = test();
    test.post("/sell", "k", "3").await;
    for (path, body) in [("/sell", "4"), ("/sell-again", "3"), ("/sell", "3 ")] {
        let (status, answer) = test.post(path, "k", body).await;
        assert_eq!(status, 422);
        assert!(answer.contains("IDEMPOTENCY_KEY_REUSED"), "{answer}");
    }
    assert_eq!(test.sold.load(Ordering::SeqCst), 3);
}

#[tokio::test(start_paused = true)]
async fn while_the_first_runs_the_second_is_told_so() {
    let test = test();
    let posts = futures::future::join_all((0..5).map(|_| test.post("/sell", "k", "1"))).await;
    assert_eq!(posts.iter().filter(|(status, _)| *status == 201).count(), 1);
    for (status, answer) in posts.iter().filter(|(status, _)| *status != 201) {
        assert_eq!(*status, 409);
        assert!(answer.contains("IDEMPOTENCY_IN_PROGRESS"), "{answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn work_that_failed_may_be_tried_again_and_work_that_died_after_a_minute() {
    let test = test();
    assert_eq!(test.post("/sell", "k", "0").await.0, 400);
    assert_eq!(test.post("/sell", "k", "2").await, (201, "2".into()));
    let died = tokio::time::timeout(Duration::from_millis(500), test.post("/sell", "dies", "1")).await;
    assert!(died.is_err());
    assert_eq!(test.post("/sell", "dies", "1").await.0, 409);
    test.world.clock.advance(Duration::from_secs(61)).await;
    assert_eq!(test.post("/sell", "dies", "1").await, (201, "3".into()));
}

/// The outcome of a request that takes a second, half way through which `stop` happens.
async fn stopping<T>(request: impl Future<Output = T>, stop: impl FnOnce()) -> T {
    let stop = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        stop();
    };
    futures::future::join(request, stop).await.0
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_could_not_be_stored_is_given_again_however_long_the_record_was_gone() {
    for (gone_for, instance_dies) in [(5, false), (5, true), (300, false), (300, true), (86_000, true)] {
        let test = test();
        let sold = stopping(test.post("/sell", "k", "1"), || test.world.db.set_down(true)).await;
        assert_eq!(sold, (201, "1".into()));
        if instance_dies {
            test.tasks.kill();
        }
        test.world.clock.advance(Duration::from_secs(gone_for)).await;
        test.world.db.set_down(false);
        for _ in 0..3 {
            assert_eq!(test.post("/sell", "k", "1").await, (201, "1".into()), "{gone_for} {instance_dies}");
            test.world.clock.advance(Duration::from_secs(2)).await;
        }
        assert_eq!(test.sold.load(Ordering::SeqCst), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn where_both_stores_stop_the_answer_is_stored_as_soon_as_the_record_is_back() {
    let test = test();
    let stop = || {
        test.world.db.set_down(true);
        test.world.cache.set_down(true);
    };
    assert_eq!(stopping(test.post("/sell", "k", "1"), stop).await, (201, "1".into()));
    tokio::time::sleep(Duration::from_secs(300)).await;
    test.world.db.set_down(false);
    // Nobody knows what is in the cache.
    assert_eq!(test.post("/sell", "k", "1").await.0, 409);
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(test.post("/sell", "k", "1").await, (201, "1".into()));
    assert_eq!(test.sold.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_failed_request_whose_mark_could_not_be_removed_may_be_tried_again_once_the_record_is_back() {
    let test = test();
    assert_eq!(stopping(test.post("/sell", "k", "0"), || test.world.db.set_down(true)).await.0, 400);
    tokio::time::sleep(Duration::from_secs(2)).await;
    test.world.db.set_down(false);
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(test.post("/sell", "k", "2").await.0, 201);
}

#[tokio::test(start_paused = true)]
async fn a_secret_of_somebody_with_a_token_does_not_wait_beside_the_key_that_opens_it() {
    let test = test();
    for (credential, waits) in [("head.claims.one", 0), ("an api key", 1)] {
        let told = test.post_as(credential, "/tell", credential.get(..2).unwrap(), "1");
        assert_eq!(stopping(told, || test.world.db.set_down(true)).await.0, 201);
        let kept = test.world.cache.keys().iter().filter(|key| key.starts_with("idempotent:")).count();
        assert_eq!(kept, waits, "{credential}");
        test.world.db.set_down(false);
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(!test.world.cache.keys().iter().any(|key| key.starts_with("idempotent:")), "they are stored by now");
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_no_key_is_refused() {
    let test = test();
    for key in ["", "has space", &"x".repeat(256)] {
        assert_eq!(test.post("/sell", key, "1").await.0, 400, "{key:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_renewed_token_gets_the_stored_response_and_another_key_does_not() {
    let test = test();
    assert_eq!(test.post_as("head.claims.one", "/sell", "k", "3").await, (201, "3".into()));
    assert_eq!(test.post_as("head.claims.two", "/sell", "k", "3").await, (201, "3".into()));
    assert_eq!(test.post_as("key one", "/sell", "l", "3").await, (201, "6".into()));
    assert_eq!(test.post_as("key two", "/sell", "l", "3").await.0, 422);
}

#[tokio::test(start_paused = true)]
async fn a_key_is_one_callers_in_one_tenant() {
    let test = test();
    let mut answers = Vec::new();
    for (caller, tenant) in [
        ("user:ana", None),
        ("user:ana", Some("a")),
        ("user:ana", Some("b")),
        ("user:ben", Some("a")),
        ("key:1", Some("a")),
        ("user:ana:a", None),
        ("user:ana:a", Some("b")),
        ("user:ana", Some("a:b")),
    ] {
        for _ in 0..2 {
            let mut request = Request::post("/sell").header("authorization", "Bearer h.c.s");
            request = request.header("idempotency-key", "k").header("x-caller", caller);
            if let Some(tenant) = tenant {
                request = request.header("x-tenant", tenant);
            }
            let response = test.router.clone().oneshot(request.body(Body::from("1")).unwrap()).await.unwrap();
            let body = response.into_body().collect().await.unwrap().to_bytes();
            answers.push(String::from_utf8(body.to_vec()).unwrap());
        }
    }
    let expected: Vec<String> = (1..=8).flat_map(|number| [number.to_string(), number.to_string()]).collect();
    assert_eq!(answers, expected);
}

#[tokio::test(start_paused = true)]
async fn a_secret_is_told_again_and_whoever_has_the_record_alone_cannot_open_it() {
    let test = test();
    for credential in ["head.claims.one", "an api key"] {
        let first = test.post_as(credential, "/tell", credential.get(..2).unwrap(), "1").await;
        assert_eq!((first.0, first.1.starts_with("\"secret")), (201, true));
        assert_eq!(test.post_as(credential, "/tell", credential.get(..2).unwrap(), "1").await, first);
    }
    let renewed = test.post_as("head.claims.two", "/tell", "he", "1").await;
    assert_eq!(renewed, (201, "\"secret0\"".into()));
    // All that the database holds of it does not open it.
    let (capabilities, _) = test.world.instance();
    let all = "SELECT caller, key, fingerprint, answer FROM idempotent_requests";
    for row in capabilities.db.query(all, &[]).await.unwrap() {
        let cells: Vec<&str> = (0..4).map(|index| row.text(index).unwrap()).collect();
        let answer = cells[3];
        assert!(!answer.contains("secret"));
        for one in &cells {
            assert_eq!(ResponseCipher::new(&[one]).open(answer), None);
            for other in &cells {
                assert_eq!(ResponseCipher::new(&[one, other]).open(answer), None);
                assert!(cells.iter().all(|third| ResponseCipher::new(&[one, other, third]).open(answer).is_none()));
            }
        }
    }
    // Where the cache has lost the key, nothing is made a second time, and nothing is told.
    capabilities.cache.delete("idempotency-sealing-key").await.unwrap();
    let sold = test.sold.load(Ordering::SeqCst);
    let shop = Idempotency::new(&capabilities, &Db::new(capabilities.db.clone()));
    let fresh = Shop { idempotency: shop, sold: test.sold.clone(), clock: capabilities.clock.clone() };
    let fresh = Test {
        router: edge_http::finish(Router::new().route("/tell", post(tell)).with_state(fresh), "shop", &capabilities),
        world: test.world,
        tasks: test.tasks,
        sold: test.sold,
    };
    let (status, answer) = fresh.post_as("head.claims.two", "/tell", "he", "1").await;
    assert_eq!(status, 422, "{answer}");
    assert_eq!(fresh.sold.load(Ordering::SeqCst), sold);
}

#[tokio::test(start_paused = true)]
async fn a_secret_in_a_body_is_no_part_of_the_fingerprint() {
    let test = test();
    let fingerprint = async |word: &str| {
        let body = format!(r#"{{"number": 3, "word": "{word}"}}"#);
        assert_eq!(test.post("/behind", "k", &body).await, (201, "3".into()), "{word}");
        let db = Db::new(test.world.db.clone());
        let rows = db.query("SELECT fingerprint FROM idempotent_requests", &[]).await.unwrap();
        rows[0].text(0).unwrap().to_owned()
    };
    assert_eq!(fingerprint("open").await, fingerprint("sesame").await);
    assert_eq!(test.post("/behind", "k", r#"{"number": 4, "word": "open"}"#).await.0, 422);
    assert_eq!(test.sold.load(Ordering::SeqCst), 3);
}

#[tokio::test(start_paused = true)]
async fn without_the_record_nothing_happens() {
    let test = test();
    test.world.db.set_down(true);
    assert_eq!(test.post("/sell", "k", "1").await.0, 503);
    assert_eq!(test.sold.load(Ordering::SeqCst), 0);
}
