//! Imports from a stand-in ERP into the real routers, with a switch of the source, on two instances.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use edge_capabilities::testing::World;
use edge_database::Db;
use edge_seats::ShippedSeatAccess;
use edge_subscriptions::{Gateways, RecordedSeats};
use futures::future::join;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use super::*;
use crate::{ApiAnswer, csv, erp};

const PLATFORM: &str = "bootstrap-key-of-the-tests";

/// Organization and user; the states of the seat and the subscription in the ERP, and the end of the period.
type ErpSeats = BTreeMap<(String, String), (&'static str, &'static str, Option<&'static str>)>;

#[derive(Clone)]
struct Test {
    world: World,
    nodes: [Node; 2],
    erp: Arc<Mutex<ErpSeats>>,
    organizations: Vec<String>,
}

/// An instance of each component.
#[derive(Clone)]
struct Node {
    admin: Router,
    seats: Router,
}

fn node(world: &World) -> Node {
    let instance = || world.instance().0;
    let capabilities = instance();
    let departures = edge_tenants::Departures::new(&capabilities, &Db::new(capabilities.db.clone()), Vec::new());
    let routes = edge_subscriptions::routes(&capabilities, Gateways::manual(&capabilities))
        .merge(edge_applications::routes(&capabilities))
        .merge(edge_tenants::routes(&capabilities, departures));
    let capabilities = instance();
    let record = Arc::new(RecordedSeats::new(&capabilities, &Db::new(capabilities.db.clone())));
    let seats = edge_seats::routes_with(capabilities, Arc::new(ShippedSeatAccess), record, Router::new()).into_router();
    Node { admin: edge_http::finish(routes, "admin", &instance()), seats }
}

async fn test() -> Test {
    let world = World::new(1);
    world.config.set("bootstrap_admin_key", PLATFORM);
    world.config.set("erp_url", "http://erp");
    let erp = Arc::<Mutex<ErpSeats>>::default();
    let seats = erp.clone();
    world.http.on_request(move |request| {
        let parts: Vec<String> = request.uri().path().split('/').map(ToOwned::to_owned).collect();
        let found = seats.lock().unwrap().get(&(parts[5].clone(), parts[6].clone())).copied();
        let (status, body) = match found {
            Some((seat, subscription, end)) => (
                200,
                json!({"organization_id": format!("erp_{}", parts[5]), "seat_id": format!("seat_{}", parts[6]),
                    "seat_status": seat, "subscription_id": "s", "subscription_status": subscription,
                    "current_period_end": end, "version": 1}),
            ),
            None => (404, json!({"code": "SEAT_NOT_FOUND"})),
        };
        async move { Ok(Response::builder().status(status).body(Bytes::from(body.to_string())).unwrap()) }
    });
    let mut test = Test { nodes: [node(&world), node(&world)], world, erp, organizations: Vec::new() };
    test.ok("POST", "/applications", json!({"slug": "healos"})).await;
    let plan = json!({"id": "pro", "name": "Pro", "pricePerSeat": 10, "currency": "USD", "billingCycle": "monthly"});
    test.ok("POST", "/applications/healos/plans", plan).await;
    for external_org in ["h1", "h2"] {
        let new = json!({"name": external_org, "billingEmail": "b@x.example", "ownerUserId": "owner",
            "externalIds": {"healos": external_org}});
        let made = test.ok("POST", "/organizations", new).await;
        test.organizations.push(made["id"].as_str().unwrap().to_owned());
    }
    for (external_org, user, state) in [
        ("h1", "ana", ("ACTIVE", "ACTIVE", Some("2026-06-01T00:00:00Z"))),
        ("h1", "ben", ("ACTIVE", "ACTIVE", Some("2026-06-01T00:00:00Z"))),
        ("h1", "cid", ("REVOKED", "ACTIVE", Some("2026-06-01T00:00:00Z"))),
        ("h1", "dan", ("PENDING", "ACTIVE", Some("2026-06-01T00:00:00Z"))),
        ("h2", "ana", ("ACTIVE", "CANCELLED", Some("2026-01-20T00:00:00Z"))),
        ("h2", "eve", ("ACTIVE", "CANCELLED", Some("2026-01-20T00:00:00Z"))),
    ] {
        test.set(external_org, user, state);
    }
    test
}

const USERS: [(&str, &str, bool); 8] = [
    ("h1", "ana", true),
    ("h1", "ben", true),
    ("h1", "cid", false),
    ("h1", "dan", false),
    ("h1", "nobody", false),
    ("h2", "ana", true),
    ("h2", "eve", true),
    ("h2", "ben", false),
];

impl Test {
    fn set(&self, external_org: &str, user: &str, state: (&'static str, &'static str, Option<&'static str>)) {
        self.erp.lock().unwrap().insert((external_org.to_owned(), user.to_owned()), state);
    }

    async fn send(&self, node: usize, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {PLATFORM}"));
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let is_check = ["/verify-seat", "/api/v1/seats/"].iter().any(|prefix| path.starts_with(prefix));
        let router = if is_check { &self.nodes[node].seats } else { &self.nodes[node].admin };
        let response = router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        (head.status.as_u16(), serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    async fn ok(&self, method: &str, path: &str, body: Value) -> Value {
        let (status, answer) = self.send(0, method, path, Some(&body)).await;
        assert!(status < 300, "{method} {path}: {status} {answer}");
        answer
    }

    /// Whether a check grants, and where the answer comes from.
    async fn check(&self, node: usize, external_org: &str, user: &str) -> (bool, String) {
        let check = json!({"applicationSlug": "healos", "externalOrgId": external_org, "userId": user});
        let (status, verdict) = self.send(node, "POST", "/verify-seat", Some(&check)).await;
        assert_eq!(status, 200, "{verdict}");
        (verdict["hasAccess"].as_bool().unwrap(), verdict["source"].as_str().unwrap().to_owned())
    }

    async fn check_all(&self, when: &str) {
        for node in [0, 1] {
            for (external_org, user, expected) in USERS {
                let (granted, source) = self.check(node, external_org, user).await;
                assert_eq!(granted, expected, "{external_org} {user} on {node}, {when}, by {source}");
            }
        }
    }

    fn subjects(&self) -> Vec<erp::Subject> {
        let file = USERS.iter().fold("external_org_id,user_id\n".to_owned(), |mut file, (external_org, user, _)| {
            file.push_str(&format!("{external_org},{user}\n"));
            file
        });
        csv::read(file.as_bytes()).seats.into_iter().map(Into::into).collect()
    }

    async fn import_by(&self, api: &dyn EdgeApi, is_dry_run: bool) -> Result<Report, ImportError> {
        let seats = erp::read(api, "healos", self.subjects(), |_| {}).await?;
        let options = ImportOptions { application: "healos".into(), plan: Some("pro".into()), is_dry_run };
        import(api, &options, seats, |_| {}).await
    }

    async fn import(&self) -> Report {
        self.import_by(&Api::new(self, usize::MAX), false).await.unwrap()
    }

    async fn import_csv(&self, text: &str) -> Report {
        let file = csv::read(text.as_bytes());
        assert_eq!(file.bad, []);
        let options = ImportOptions { application: "healos".into(), plan: Some("pro".into()), is_dry_run: false };
        import(&Plain(self), &options, file.seats, |_| {}).await.unwrap()
    }

    /// The movements' sum and the seats of an organization: purchased, assigned, and who has a seat.
    async fn seats(&self, organization: usize) -> (i64, i64, Vec<String>) {
        let path = format!("/subscriptions?organizationId={}", self.organizations[organization]);
        let (_, found) = self.send(0, "GET", &path, None).await;
        let found = found["data"].as_array().unwrap();
        assert!(found.len() <= 1, "{found:?}");
        let Some(found) = found.first() else { return (0, 0, Vec::new()) };
        let path = format!("/subscriptions/{}/seats?state=ACTIVE", found["id"].as_str().unwrap());
        let (_, seats) = self.send(0, "GET", &path, None).await;
        let seats = seats["data"].as_array().unwrap().iter();
        let mut users: Vec<String> = seats.map(|seat| seat["userId"].as_str().unwrap().to_owned()).collect();
        users.sort_unstable();
        let count = |field: &str| found["seats"][field].as_i64().unwrap();
        (count("purchased"), count("assigned"), users)
    }

    async fn switch(&self, source: &str) {
        self.ok("PATCH", "/applications/healos", json!({"seatSource": source})).await;
    }
}

/// Calls an edge, until it is killed. Somebody is checked before each call.
struct Api<'t> {
    test: &'t Test,
    calls: AtomicUsize,
    killed_at: usize,
}

impl<'t> Api<'t> {
    fn new(test: &'t Test, killed_at: usize) -> Self {
        Self { test, calls: AtomicUsize::new(0), killed_at }
    }
}

#[async_trait]
impl EdgeApi for Api<'_> {
    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<ApiAnswer, String> {
        let number = self.calls.fetch_add(1, Ordering::Relaxed);
        if number == self.killed_at {
            return Err("killed".into());
        }
        let (external_org, user, expected) = USERS[number % USERS.len()];
        let (granted, source) = self.test.check(number % 2, external_org, user).await;
        assert_eq!(granted, expected, "{external_org} {user} before {method} {path}, by {source}");
        let (status, body) = self.test.send(0, method.as_str(), path, body).await;
        // The answer to a call may be lost with whoever made it.
        if number.saturating_add(1) == self.killed_at && method != Method::GET {
            return Err("killed".into());
        }
        Ok(ApiAnswer { status, body })
    }

    async fn pause(&self, duration: Duration) {
        self.test.world.clock.advance(duration).await;
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_with_a_seat_is_denied_by_an_import_and_a_switch_there_and_back() {
    let test = test().await;
    test.check_all("at first").await;
    let (status, problem) = test.send(0, "PATCH", "/applications/healos", Some(&json!({"seatSource": "edge"}))).await;
    assert_eq!((status, &problem["code"]), (409, &json!("SEATS_NOT_IMPORTED")));
    assert_eq!((&problem["organizations"], &problem["externalOrgIds"]), (&json!(2), &json!(["h1", "h2"])));
    let report = test.import().await;
    assert_eq!((report.subscriptions, report.made, report.there, report.without_seat), (2, 4, 0, 4));
    assert_eq!(report.refused, []);
    test.check_all("before the switch").await;
    // Checks that run throughout.
    let checks = async {
        for round in 0..10 {
            test.check_all(&format!("while it is switched, {round}")).await;
        }
    };
    join(test.switch("edge"), checks).await;
    let asked = test.world.http.calls();
    test.check_all("after the switch").await;
    test.world.clock.advance(Duration::from_secs(3600)).await;
    test.check_all("later").await;
    assert_eq!(test.world.http.calls(), asked, "the ERP is not asked");
    join(test.switch("erp"), test.check_all("while it is switched back")).await;
    test.check_all("after the switch back").await;
    assert!(test.world.http.calls() > asked, "the ERP is asked again");
}

#[tokio::test(start_paused = true)]
async fn an_import_that_is_killed_at_any_call_is_finished_by_the_next() {
    let test = test().await;
    for killed_at in 0.. {
        assert!(killed_at < 200);
        match test.import_by(&Api::new(&test, killed_at), false).await {
            Err(error) => assert_eq!(error, ImportError::Impossible("killed".into())),
            Ok(report) => {
                assert_eq!((report.made + report.there, report.refused), (4, Vec::new()));
                break;
            }
        }
        for organization in [0, 1] {
            let (purchased, assigned, users) = test.seats(organization).await;
            assert!(assigned <= purchased, "{killed_at}");
            assert_eq!(usize::try_from(assigned).unwrap(), users.len(), "{killed_at}");
        }
    }
    assert_eq!(test.seats(0).await, (2, 2, vec!["ana".into(), "ben".into()]));
    assert_eq!(test.seats(1).await, (2, 2, vec!["ana".into(), "eve".into()]));
}

#[tokio::test(start_paused = true)]
async fn a_dry_run_says_what_an_import_does_and_changes_nothing() {
    let test = test().await;
    let dry = test.import_by(&Api::new(&test, usize::MAX), true).await.unwrap();
    assert_eq!((test.seats(0).await.0, test.seats(1).await.0), (0, 0));
    let wet = test.import().await;
    assert_eq!(Report { is_dry_run: false, ..dry }, wet);
    let again = test.import().await;
    assert_eq!((again.made, again.there, again.subscriptions), (0, 4, 0));
}

#[tokio::test(start_paused = true)]
async fn a_seat_that_is_revoked_at_the_switch_grants_no_more() {
    let test = test().await;
    test.import().await;
    assert!(test.check(1, "h1", "ana").await.0);
    test.switch("edge").await;
    // Also an instance that read the application a moment ago reads the record.
    assert_eq!(test.check(1, "h1", "ana").await, (true, "record".into()));
    let path = format!("/subscriptions?organizationId={}", test.organizations[0]);
    let (_, found) = test.send(0, "GET", &path, None).await;
    let path = format!("/subscriptions/{}/seats", found["data"][0]["id"].as_str().unwrap());
    let (_, seats) = test.send(0, "GET", &format!("{path}?state=ACTIVE"), None).await;
    let ana = seats["data"].as_array().unwrap().iter().find(|seat| seat["userId"] == "ana").unwrap();
    let (status, _) = test.send(0, "DELETE", &format!("{path}/{}", ana["seatId"].as_str().unwrap()), None).await;
    assert_eq!(status, 204);
    // The ERP would still grant it.
    for node in [0, 1] {
        assert!(!test.check(node, "h1", "ana").await.0);
    }
    // Whoever imports an old file does not undo it.
    let report = test.import_csv("external_org_id,user_id\nh1,ana\nh1,ben\n").await;
    assert_eq!((report.made, report.there, report.refused.len()), (0, 1, 1));
    assert_eq!(report.refused[0].to_string(), "line 2: h1 ana: the seat was revoked at the edge");
    assert!(!test.check(0, "h1", "ana").await.0);
}

#[tokio::test(start_paused = true)]
async fn what_the_erp_takes_away_before_the_switch_the_next_import_takes_away() {
    let test = test().await;
    test.import().await;
    test.set("h1", "ben", ("REVOKED", "ACTIVE", None));
    let seats = erp::read(&Api::new(&test, 0), "healos", Vec::new(), |_| {}).await;
    assert_eq!(seats, Err(ImportError::Impossible("killed".into())));
    let options = ImportOptions { application: "healos".into(), plan: Some("pro".into()), is_dry_run: false };
    let file = csv::read(b"external_org_id,user_id,seat_status\nh1,ana,\nh1,ben,REVOKED\n");
    let report = import(&Plain(&test), &options, file.seats, |_| {}).await.unwrap();
    assert_eq!((report.revoked, report.there, report.refused), (1, 1, Vec::new()));
    assert_eq!(test.seats(0).await, (2, 1, vec!["ana".into()]));
}

/// Calls an edge without checks in between.
struct Plain<'t>(&'t Test);

#[async_trait]
impl EdgeApi for Plain<'_> {
    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<ApiAnswer, String> {
        let (status, body) = self.0.send(0, method.as_str(), path, body).await;
        Ok(ApiAnswer { status, body })
    }

    async fn pause(&self, duration: Duration) {
        self.0.world.clock.advance(duration).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_imported_is_refused_with_its_reason() {
    let test = test().await;
    let report = test
        .import_csv(
            "external_org_id,user_id,organization_id,seats,subscription_status,current_period_end\n\
             unknown,u1,,,,\nother,u2,3d1f0000-0000-4000-8000-000000000000,,,\nh1,u3,,1,,\nh1,u4,,1,,\n\
             h2,u5,,,EXPIRED,\n",
        )
        .await;
    let refused: Vec<String> = report.refused.iter().map(ToString::to_string).collect();
    assert_eq!((report.subscriptions, report.made), (1, 1));
    let expected = [
        "line 5: h1 u4: All purchased seats are assigned or offered.",
        "line 6: h2 u5:",
        "line 3: other u2: there is no organization with this organization_id",
        "line 2: unknown u1: no organization has this external id",
    ];
    assert_eq!(refused.len(), expected.len(), "{refused:#?}");
    for (refused, expected) in refused.iter().zip(expected) {
        assert!(refused.starts_with(expected), "{refused}");
    }
    // An organization has one id in an application: the import does not rename it.
    let alias = format!("external_org_id,user_id,organization_id\nalias,u6,{}\n", test.organizations[0]);
    let report = test.import_csv(&alias).await;
    assert!(report.refused[0].reason.contains("calls the organization h1"), "{report}");
}

#[tokio::test(start_paused = true)]
async fn an_edge_that_is_busy_is_asked_again_and_one_that_refuses_the_key_is_not() {
    struct Busy(AtomicUsize, u16);
    #[async_trait]
    impl EdgeApi for Busy {
        async fn call(&self, _: Method, _: &str, _: Option<&Value>) -> Result<ApiAnswer, String> {
            self.0.fetch_add(1, Ordering::Relaxed);
            Ok(ApiAnswer { status: self.1, body: json!({"code": "X", "detail": "no"}) })
        }

        async fn pause(&self, _: Duration) {}
    }
    for (status, calls) in [(503, 8), (429, 8), (401, 1), (403, 1), (500, 1)] {
        let busy = Busy(AtomicUsize::new(0), status);
        let outcome = import(&busy, &ImportOptions::default(), Vec::new(), |_| {}).await;
        assert!(matches!(outcome, Err(ImportError::Impossible(_))), "{status}");
        assert_eq!(busy.0.into_inner(), calls, "{status}");
    }
}
