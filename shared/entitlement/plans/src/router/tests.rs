use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use edge_capabilities::Counters;
use edge_capabilities::counters::PLANS_LEFT_OUT;
use edge_capabilities::http::HttpError;
use edge_capabilities::testing::World;
use futures::future::join_all;
use http::Request;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::*;

const LIST: &str = "/api/v1/billing/plans";
const ONE: &str = "/api/v1/billing/plans/sku-pro";

/// What the ERP does, and what it was asked.
#[derive(Clone)]
struct Erp {
    price: &'static str,
    status: u16,
    down: bool,
    /// It takes requests and never answers.
    hangs: bool,
    /// Written into its list behind the plan.
    beside: &'static str,
    /// It sells nothing any more.
    sold_out: bool,
    asked: Vec<String>,
}

struct Test {
    world: World,
    edge: Router,
    erp: Arc<Mutex<Erp>>,
}

fn test() -> Test {
    let world = World::new(1);
    world.config.set("erp_url", "http://erp");
    let erp = Arc::new(Mutex::new(Erp {
        price: "2499.10",
        status: 200,
        down: false,
        hangs: false,
        beside: "",
        sold_out: false,
        asked: Vec::new(),
    }));
    let (state, clock) = (erp.clone(), world.clock.clone());
    world.http.on_request(move |request| {
        let path = request.uri().path_and_query().unwrap().as_str().to_owned();
        let Erp { price, status, down, hangs, beside, sold_out, .. } = {
            let mut erp = state.lock().unwrap();
            erp.asked.push(path.clone());
            erp.clone()
        };
        let clock = clock.clone();
        async move {
            edge_capabilities::Clock::sleep(&*clock, Duration::from_millis(50)).await;
            if hangs {
                std::future::pending::<()>().await;
            }
            if down {
                return Err(HttpError::Failed("cut".into()));
            }
            let plan =
                format!(r#"{{"sku_id":"sku-pro","sku_code":"WORKSPACE-PRO","name":"Pro","base_price":{price}}}"#);
            let (status, body) = match path.as_str() {
                "/api/v1/shared/sku-subscription?plan_prefix=WORKSPACE-" if sold_out => {
                    (200, r#"{"data":[]}"#.to_owned())
                }
                _ if sold_out => (404, "{}".to_owned()),
                "/api/v1/shared/sku-subscription?plan_prefix=WORKSPACE-" => {
                    (status, format!(r#"{{"data":[{plan}{beside}]}}"#))
                }
                "/api/v1/shared/sku-subscription/sku/sku-pro" => (status, plan),
                "/api/v1/shared/sku-subscription/sku/odd" => {
                    (200, r#"{"sku_id":"odd","base_price":"cheap"}"#.to_owned())
                }
                _ => (404, "{}".to_owned()),
            };
            Ok(http::Response::builder().status(status).body(Bytes::from(body)).unwrap())
        }
    });
    let edge = routes(world.instance().0).into_router();
    Test { world, edge, erp }
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

impl Test {
    async fn get(&self, path: &str) -> Answer {
        self.get_with(path, "").await
    }

    async fn get_with(&self, path: &str, known: &str) -> Answer {
        let request = Request::get(path).header("if-none-match", known).body(Body::empty()).unwrap();
        let response = self.edge.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.into_body().collect().await.unwrap().to_bytes();
        Answer { status, headers, body: String::from_utf8(body.to_vec()).unwrap() }
    }

    fn erp(&self) -> std::sync::MutexGuard<'_, Erp> {
        self.erp.lock().unwrap()
    }

    fn questions(&self) -> usize {
        self.erp().asked.len()
    }

    async fn wait(&self, seconds: u64) {
        self.world.clock.advance(Duration::from_secs(seconds)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn plans_are_listed_and_shown_by_id_and_by_code_with_every_digit() {
    let test = test();
    let plan = concat!(
        r#"{"sku_id":"sku-pro","sku_code":"WORKSPACE-PRO","name":"Pro","description":null,"currency":"INR","#,
        r#""billing_cycle":null,"base_price":2499.10,"offer_price":null,"setup_fee":null,"trial_period_days":null,"#,
        r#""tiers":[]}"#
    );
    let list = test.get(LIST).await;
    assert_eq!((list.status, list.header("content-type")), (200, "application/json"));
    assert_eq!(list.body, format!(r#"{{"plans":[{plan}]}}"#));
    assert_eq!(test.get(ONE).await.body, plan);
    assert_eq!(test.get("/api/v1/billing/plans/WORKSPACE-PRO").await.body, plan);
    for unknown in ["nothing", "%00", &"x".repeat(200)] {
        let answer = test.get(&format!("/api/v1/billing/plans/{unknown}")).await;
        assert_eq!((answer.status, answer.json()["code"].as_str()), (404, Some("PLAN_NOT_FOUND")), "{unknown}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_news_is_served_by_every_instance_without_asking() {
    let test = test();
    let first = test.get(LIST).await;
    test.wait(59).await;
    let other = Test { edge: routes(test.world.instance().0).into_router(), world: test.world, erp: test.erp };
    let second = other.get(LIST).await;
    assert_eq!((first.header("age"), second.header("age")), ("0", "59"));
    assert_eq!((&first.body, first.header("etag")), (&second.body, second.header("etag")));
    assert_eq!(second.header("cache-control"), "public, max-age=60, stale-while-revalidate=540, stale-if-error=86340");
    assert_eq!(other.questions(), 1);
}

#[tokio::test(start_paused = true)]
async fn who_knows_it_is_told_so_until_it_changes() {
    let test = test();
    let etag = test.get(LIST).await.header("etag").to_owned();
    for known in [etag.clone(), format!("W/{etag}"), format!("\"other\", {etag}"), "*".to_owned()] {
        let answer = test.get_with(LIST, &known).await;
        assert_eq!((answer.status, answer.body.as_str()), (304, ""), "{known}");
        assert_eq!((answer.header("etag"), answer.header("age")), (etag.as_str(), "0"));
        assert!(!answer.header("cache-control").is_empty());
    }
    assert_eq!(test.get_with(LIST, "\"other\"").await.status, 200);
    test.erp().price = "2500";
    test.wait(700).await;
    let answer = test.get_with(LIST, &etag).await;
    assert_eq!((answer.status, &answer.json()["plans"][0]["base_price"]), (200, &json!(2500.00)));
}

#[tokio::test(start_paused = true)]
async fn what_is_a_little_old_is_served_while_one_asks_for_news() {
    let test = test();
    let old = test.get(LIST).await.body;
    test.erp().price = "2500";
    test.wait(61).await;
    for answer in join_all((0..20).map(|_| test.get(LIST))).await {
        assert_eq!((&answer.body, answer.header("age")), (&old, "61"));
    }
    test.wait(1).await;
    assert_ne!(test.get(LIST).await.body, old);
    assert_eq!(test.questions(), 2);
}

#[tokio::test(start_paused = true)]
async fn while_the_erp_is_down_what_it_said_is_served_for_a_day_and_then_no_more() {
    let test = test();
    let old = test.get(LIST).await.body;
    test.erp().down = true;
    for hours in [1, 23] {
        test.wait(hours * 3600 - 60).await;
        assert_eq!(test.get(LIST).await.body, old);
    }
    test.wait(121).await;
    let answer = test.get(LIST).await;
    assert_eq!((answer.status, answer.json()["code"].as_str()), (503, Some("UPSTREAM_UNAVAILABLE")));
    assert_eq!(answer.header("retry-after"), "1");
    test.erp().down = false;
    assert_eq!(test.get(LIST).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn an_erp_that_is_down_is_not_asked_by_everybody() {
    let test = test();
    test.get(LIST).await;
    test.wait(3600).await;
    test.erp().down = true;
    for _ in 0..50 {
        assert_eq!(test.get(LIST).await.status, 200);
    }
    assert_eq!(test.questions(), 2);
    test.wait(2).await;
    test.get(LIST).await;
    assert_eq!(test.questions(), 3);
}

#[tokio::test(start_paused = true)]
async fn of_those_who_come_at_once_one_asks_and_all_hear() {
    let test = test();
    for answer in join_all((0..30).map(|_| test.get(LIST))).await {
        assert_eq!(answer.status, 200);
    }
    assert_eq!(test.questions(), 1);
    let test = self::test();
    test.erp().down = true;
    for answer in join_all((0..30).map(|_| test.get(LIST))).await {
        assert_eq!(answer.status, 503);
    }
    assert_eq!(test.questions(), 1);
}

#[tokio::test(start_paused = true)]
async fn who_gives_up_while_asking_stands_in_nobodys_way() {
    let test = test();
    assert!(tokio::time::timeout(Duration::from_millis(10), test.get(LIST)).await.is_err());
    assert_eq!(test.get(LIST).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_cannot_be_read_is_a_failure_and_the_log_names_the_field() {
    for path in [LIST, ONE] {
        let test = test();
        test.erp().price = "\"much\"";
        let answer = test.get(path).await;
        assert_eq!((answer.status, answer.json()["code"].as_str()), (503, Some("UPSTREAM_UNAVAILABLE")));
        assert!(!answer.body.contains("base_price"));
        assert!(test.world.log.lines().iter().any(|line| line.contains("the plan's base_price cannot be read")));
        test.erp().price = "1";
        assert_eq!(test.get(path).await.status, 200);
        // And where something is known already, that is served.
        test.erp().price = "{}";
        test.wait(3600).await;
        let answer = test.get(path).await;
        assert_eq!((answer.status, answer.header("age")), (200, "3600"));
    }
    let test = test();
    for status in [201, 204, 301, 401, 403, 404, 500] {
        test.erp().status = status;
        assert_eq!(test.get(LIST).await.status, 503, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_is_gone_does_not_come_back_when_the_erp_is_down() {
    let test = test();
    assert_eq!(test.get(ONE).await.status, 200);
    test.erp().sold_out = true;
    test.wait(3600).await;
    assert_eq!(test.get(ONE).await.status, 404);
    test.erp().down = true;
    test.wait(60).await;
    assert_eq!(test.get(ONE).await.status, 503);
}

#[tokio::test(start_paused = true)]
async fn those_who_sell_find_a_plan_by_id_or_code_and_never_an_old_one_while_the_erp_tells() {
    let test = test();
    let catalogue = Catalogue::new(&test.world.instance().0);
    assert_eq!(catalogue.find("sku-pro").await.unwrap().unwrap().id, "sku-pro");
    assert_eq!(catalogue.find("WORKSPACE-PRO").await.unwrap().unwrap().id, "sku-pro");
    assert_eq!(catalogue.find("gone").await, Ok(None));
    test.wait(61).await;
    test.erp().price = "1";
    assert_eq!(catalogue.find("sku-pro").await.unwrap().unwrap().price().unwrap().minor, 100);
    test.erp().down = true;
    test.wait(3600).await;
    assert_eq!(catalogue.find("sku-pro").await.unwrap().unwrap().price().unwrap().minor, 100);
}

#[tokio::test(start_paused = true)]
async fn without_the_cache_the_erp_is_asked() {
    let test = test();
    test.world.cache.set_down(true);
    assert_eq!(test.get(LIST).await.status, 200);
    assert_eq!(test.get(LIST).await.status, 200);
    assert_eq!(test.questions(), 1);
}

#[tokio::test(start_paused = true)]
async fn one_bad_plan_is_left_out_and_named_and_the_others_are_sold() {
    let test = test();
    test.erp().beside = r#",null,{"sku_id":"odd","sku_code":"WORKSPACE-ODD","base_price":"cheap"},
        {"sku_id":7,"sku_code":"WORKSPACE-FALSE","name":false,"description":false,"base_price":"1",
         "tiers":[{"tier_code":"T","max_users":"5"}]}"#;
    let list = test.get(LIST).await;
    assert_eq!(list.status, 200);
    let ids: Vec<Value> = list.json()["plans"].as_array().unwrap().iter().map(|plan| plan["sku_id"].clone()).collect();
    assert_eq!(ids, [json!("sku-pro"), json!("7")]);
    assert_eq!(list.json()["plans"][1]["tiers"][0]["max_users"], 5);
    assert_eq!(test.get(ONE).await.status, 200);
    assert_eq!(test.get("/api/v1/billing/plans/WORKSPACE-PRO").await.status, 200);
    for bad in ["odd", "WORKSPACE-ODD"] {
        assert_eq!(test.get(&format!("/api/v1/billing/plans/{bad}")).await.status, 503, "{bad}");
    }
    let catalogue = Catalogue::new(&test.world.instance().0);
    assert_eq!(catalogue.find("WORKSPACE-PRO").await.unwrap().unwrap().id, "sku-pro");
    let lines: Vec<Value> = test.world.log.lines().iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let named = |id: Value, cause: &str| {
        lines.iter().any(|line| line["outcome"] == "PLAN_LEFT_OUT" && line["sku_id"] == id && line["cause"] == cause)
    };
    assert!(named(Value::Null, "the plan's JSON cannot be read"), "{lines:?}");
    assert!(named(json!("odd"), "the plan's base_price cannot be read"), "{lines:?}");
    test.wait(2).await;
    let counters = Counters::new(&test.world.instance().0);
    assert_eq!(counters.read(PLANS_LEFT_OUT).await.unwrap(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_the_erp_only_lists_is_found_by_its_code() {
    let test = test();
    test.erp().beside = r#",{"sku_id":"listed","sku_code":"WORKSPACE-LISTED","base_price":12.50}"#;
    let plan = test.get("/api/v1/billing/plans/WORKSPACE-LISTED").await;
    assert_eq!((plan.status, &plan.json()["base_price"]), (200, &json!(12.5)), "{}", plan.body);
    let catalogue = Catalogue::new(&test.world.instance().0);
    assert_eq!(catalogue.find("WORKSPACE-LISTED").await.unwrap().unwrap().price().unwrap().minor, 1250);
}

#[tokio::test(start_paused = true)]
async fn a_code_that_two_plans_have_is_nobodys() {
    let test = test();
    test.erp().beside = r#",{"sku_id":"other","sku_code":"WORKSPACE-PRO","base_price":1}"#;
    assert_eq!(test.get(LIST).await.json()["plans"].as_array().unwrap().len(), 2);
    assert_eq!(test.get(ONE).await.status, 200);
    assert_eq!(test.get("/api/v1/billing/plans/WORKSPACE-PRO").await.status, 503);
    assert!(
        test.world.log.lines().iter().any(|line| line.contains("the plan's sku_code, which another plan has too,"))
    );
    let catalogue = Catalogue::new(&test.world.instance().0);
    assert!(catalogue.find("WORKSPACE-PRO").await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_name_that_is_not_on_the_list_costs_the_erp_nothing() {
    let test = test();
    test.get(LIST).await;
    assert_eq!(test.questions(), 1);
    for number in 0..2_000 {
        assert_eq!(test.get(&format!("/api/v1/billing/plans/made-up-{number}")).await.status, 404);
    }
    assert_eq!(test.questions(), 1);
    // Once the list is no news, it is asked for again: once.
    test.wait(61).await;
    for answer in join_all((0..50).map(|number| {
        let test = &test;
        async move { test.get(&format!("/api/v1/billing/plans/made-up-{number}")).await }
    }))
    .await
    {
        assert_eq!(answer.status, 404);
    }
    assert_eq!(test.questions(), 2);
    // One that is on it is asked for by its id.
    assert_eq!(test.get("/api/v1/billing/plans/WORKSPACE-PRO").await.status, 200);
    assert_eq!(test.erp().asked[2..], ["/api/v1/shared/sku-subscription/sku/sku-pro"]);
}

#[tokio::test(start_paused = true)]
async fn while_the_erp_hangs_few_wait_for_it_and_what_is_known_is_served() {
    let test = test();
    assert_eq!(test.get(ONE).await.status, 200);
    test.wait(3600).await;
    test.erp().hangs = true;
    let asked = test.questions();
    let made_up = |number: u64| {
        let test = &test;
        async move {
            // A hundred each second.
            test.world.clock.advance(Duration::from_millis(number * 10)).await;
            let started = tokio::time::Instant::now();
            let status = test.get(&format!("/api/v1/billing/plans/made-up-{number}")).await.status;
            (status, started.elapsed())
        }
    };
    let answers = join_all((0..4_200).map(made_up)).await;
    assert!(answers.iter().all(|(status, _)| *status == 503));
    // Those of the first second wait for the first call; then one for each call there is.
    let waited = answers.iter().filter(|(_, took)| *took >= Duration::from_millis(500)).count();
    assert!((100..130).contains(&waited), "{waited}");
    let calls = test.questions() - asked;
    assert!((2..=15).contains(&calls), "{calls} calls in 42 s");
    let known = test.get(ONE).await;
    assert_eq!((known.status, known.header("age")), (200, "3644"), "{}", known.body);
    // And back.
    test.erp().hangs = false;
    test.wait(1).await;
    assert_eq!(test.get("/api/v1/billing/plans/made-up").await.status, 404);
}
