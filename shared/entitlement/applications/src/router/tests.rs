use edge_capabilities::testing::World;
use serde_json::{Value, json};

use super::*;

const PLATFORM: &str = "bootstrap-key-of-the-tests";

struct Test {
    router: Router,
    access: Router,
    world: World,
}

fn test() -> Test {
    let world = World::new(1);
    world.config.set("bootstrap_admin_key", PLATFORM);
    let (capabilities, _) = world.instance();
    Test { router: router(capabilities.clone()), access: edge_access::router(capabilities), world }
}

impl Test {
    async fn ask(&self, router: &Router, key: &str, method: &str, path: &str, body: Value) -> (u16, Value) {
        edge_http::testing::ask(router, key, None, method, path, &body).await
    }

    async fn platform(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        self.ask(&self.router, PLATFORM, method, path, body).await
    }

    async fn key(&self, body: Value) -> String {
        let (status, made) = self.ask(&self.access, PLATFORM, "POST", "/api/v1/api-keys", body).await;
        assert_eq!(status, 201, "{made}");
        made["key"].as_str().unwrap().to_owned()
    }

    /// Registers an application with the plan `pro`.
    async fn register(&self, slug: &str) {
        let (status, made) = self.platform("POST", "/applications", json!({"slug": slug})).await;
        assert_eq!(status, 201, "{made}");
        let (status, made) = self.platform("POST", &format!("/applications/{slug}/plans"), pro()).await;
        assert_eq!(status, 201, "{made}");
    }
}

fn pro() -> Value {
    json!({"id": "pro", "name": "Pro", "pricePerSeat": 10, "currency": "USD", "billingCycle": "monthly"})
}

fn with(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

#[tokio::test(start_paused = true)]
async fn an_application_is_registered_shown_and_changed() {
    let test = test();
    let new = json!({"slug": "healos", "name": "HealOS", "externalIdName": "hospital_id"});
    let (status, made) = test.platform("POST", "/applications", new.clone()).await;
    let expected = json!({
        "slug": "healos", "name": "HealOS", "externalIdName": "hospital_id", "seatSource": "erp",
        "seatCooldownHours": 0, "invitationDays": 7,
        "createdAt": "2026-01-01T00:00:00.000Z", "updatedAt": "2026-01-01T00:00:00.000Z",
    });
    assert_eq!((status, &made), (201, &expected));
    let (status, problem) = test.platform("POST", "/applications", new).await;
    assert_eq!((status, &problem["code"]), (409, &json!("ALREADY_EXISTS")));
    let change = json!({"seatSource": "edge", "seatCooldownHours": 24, "invitationDays": 14});
    let (status, changed) = test.platform("PATCH", "/applications/healos", change).await;
    let expected = with(
        with(with(expected, "seatSource", json!("edge")), "seatCooldownHours", json!(24)),
        "invitationDays",
        json!(14),
    );
    assert_eq!((status, &changed["name"]), (200, &json!("HealOS")));
    assert_eq!(test.platform("GET", "/applications/healos", Value::Null).await, (200, expected));
    for (method, body) in [("GET", Value::Null), ("PATCH", json!({}))] {
        let (status, problem) = test.platform(method, "/applications/none", body).await;
        assert_eq!((status, &problem["code"]), (404, &json!("APPLICATION_NOT_FOUND")));
    }
}

#[tokio::test(start_paused = true)]
async fn wrong_fields_of_an_application_are_named() {
    let test = test();
    test.register("healos").await;
    for (field, value) in [
        ("slug", json!("")),
        ("slug", json!("HealOS")),
        ("slug", json!("a/b")),
        ("slug", json!("x".repeat(64))),
        ("slug", json!(7)),
        ("name", json!(" ")),
        ("externalIdName", json!("\n")),
        ("seatSource", json!("cloud")),
        ("seatCooldownHours", json!(-1)),
        ("seatCooldownHours", json!(8785)),
        ("invitationDays", json!(0)),
        ("invitationDays", json!("7")),
    ] {
        let new = with(json!({"slug": "openmic"}), field, value.clone());
        let (status, problem) = test.platform("POST", "/applications", new).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (400, &json!(field)), "{problem}");
        if field != "slug" {
            let (status, problem) = test.platform("PATCH", "/applications/healos", json!({field: value})).await;
            assert_eq!((status, &problem["errors"][0]["field"]), (400, &json!(field)), "{problem}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_plan_is_created_shown_and_listed() {
    let test = test();
    test.register("healos").await;
    let new = json!({
        "name": "Year", "pricePerSeat": "99.50", "currency": "inr", "billingCycle": "annual", "trialDays": 14,
        "minSeats": 2, "maxSeats": 50, "stripePriceId": "price_1",
    });
    let (status, made) = test.platform("POST", "/applications/healos/plans", new).await;
    let id = made["id"].as_str().unwrap();
    assert!(id.starts_with("plan_"), "{id}");
    let expected = json!({
        "id": id, "applicationSlug": "healos", "number": 2, "version": 1, "name": "Year", "pricePerSeat": 99.5,
        "currency": "INR", "billingCycle": "annual", "trialDays": 14, "minSeats": 2, "maxSeats": 50,
        "stripePriceId": "price_1", "active": true,
        "createdAt": "2026-01-01T00:00:00.000Z", "updatedAt": "2026-01-01T00:00:00.000Z",
    });
    assert_eq!((status, &made), (201, &expected));
    let (_, listed) = test.platform("GET", "/applications/healos/plans", Value::Null).await;
    let mut shown: Vec<(i64, &str)> = listed["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|plan| (plan["number"].as_i64().unwrap(), plan["id"].as_str().unwrap()))
        .collect();
    shown.sort_unstable();
    assert_eq!(shown, [(1, "pro"), (2, id)]);
    let (status, problem) = test.platform("POST", "/applications/healos/plans", pro()).await;
    assert_eq!((status, &problem["code"]), (409, &json!("ALREADY_EXISTS")));
    for (method, path, code) in [
        ("POST", "/applications/none/plans", "APPLICATION_NOT_FOUND"),
        ("PATCH", "/applications/healos/plans/none", "PLAN_NOT_FOUND"),
        ("PATCH", "/applications/healos/plans/a%00b", "PLAN_NOT_FOUND"),
    ] {
        let (status, problem) = test.platform(method, path, pro()).await;
        assert_eq!((status, &problem["code"]), (404, &json!(code)), "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_new_price_is_a_new_version_and_the_old_one_stays() {
    let test = test();
    test.register("healos").await;
    let path = "/applications/healos/plans/pro";
    test.platform("PATCH", path, json!({"stripePriceId": "price_1"})).await;
    let (status, changed) = test.platform("PATCH", path, json!({"pricePerSeat": 12.5})).await;
    assert_eq!((status, &changed["version"], &changed["pricePerSeat"]), (200, &json!(3), &json!(12.5)));
    // Stripe's price has the old amount.
    assert_eq!(changed["stripePriceId"], Value::Null);
    let (_, same) = test.platform("PATCH", path, json!({"pricePerSeat": "12.50", "name": "Pro"})).await;
    assert_eq!(same["version"], 3);
    let plans = Plans::new(Db::new(test.world.db.clone()));
    let minor =
        async |version| plans.version("healos", "pro", version).await.unwrap().map(|plan| plan.price_per_seat.minor);
    assert_eq!([minor(1).await, minor(2).await, minor(3).await], [Some(1000), Some(1000), Some(1250)]);
    assert_eq!(minor(4).await, None);
    let current = plans.current("healos", "pro").await.unwrap().unwrap();
    assert_eq!((current.version, current.number), (3, 1));
    assert_eq!(plans.by_number(1).await.unwrap(), Some(current.clone()));
    assert_eq!(plans.by_id("pro").await.unwrap(), Some(current));
    test.register("openmic").await;
    assert_eq!(plans.by_id("pro").await.unwrap(), None);
    assert_eq!(plans.by_number(3).await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn wrong_fields_of_a_plan_are_named() {
    let test = test();
    test.register("healos").await;
    for (field, value) in [
        ("id", json!("")),
        ("id", json!("a b")),
        ("id", json!("x".repeat(65))),
        ("name", json!("")),
        ("pricePerSeat", json!(-1)),
        ("pricePerSeat", json!(0.001)),
        ("pricePerSeat", json!("many")),
        ("currency", json!("USDX")),
        ("billingCycle", json!("weekly")),
        ("trialDays", json!(731)),
        ("minSeats", json!(0)),
        ("minSeats", json!("five")),
        ("maxSeats", json!(0)),
        ("stripePriceId", json!("\u{0}")),
    ] {
        let new = with(with(pro(), "id", json!("other")), field, value.clone());
        let (status, problem) = test.platform("POST", "/applications/healos/plans", new).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (400, &json!(field)), "{problem}");
        if field != "id" {
            let change = json!({field: value});
            let (status, problem) = test.platform("PATCH", "/applications/healos/plans/pro", change).await;
            assert_eq!((status, &problem["errors"][0]["field"]), (400, &json!(field)), "{problem}");
        }
    }
    let (status, problem) = test.platform("PATCH", "/applications/healos/plans/pro", json!({"currency": "JPY"})).await;
    assert_eq!((status, &problem["errors"][0]["field"]), (400, &json!("pricePerSeat")));
}

#[tokio::test(start_paused = true)]
async fn of_twenty_plans_created_at_once_each_gets_its_own_number() {
    let test = test();
    test.register("healos").await;
    let create = async |name: usize| {
        let new = with(pro(), "id", json!(format!("plan-{}", name / 2)));
        test.platform("POST", "/applications/healos/plans", new).await
    };
    let answers = futures::future::join_all((0..20).map(create)).await;
    let mut numbers: Vec<i64> = answers.iter().filter_map(|(_, made)| made["number"].as_i64()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (2..=11).collect::<Vec<_>>());
    assert_eq!(answers.iter().filter(|(status, _)| *status == 409).count(), 10);
}

#[tokio::test(start_paused = true)]
async fn changes_that_come_together_are_all_made() {
    let test = test();
    test.register("healos").await;
    let path = "/applications/healos/plans/pro";
    let changes = [json!({"pricePerSeat": 11}), json!({"name": "Better"}), json!({"trialDays": 7})];
    let all = changes.into_iter().map(|change| test.platform("PATCH", path, change));
    let answers = futures::future::join_all(all).await;
    assert!(answers.iter().all(|(status, _)| *status == 200), "{answers:?}");
    let (_, listed) = test.platform("GET", "/applications/healos/plans", Value::Null).await;
    let plan = &listed["data"][0];
    assert_eq!(
        (&plan["version"], &plan["pricePerSeat"], &plan["name"], &plan["trialDays"]),
        (&json!(4), &json!(11.0), &json!("Better"), &json!(7))
    );
}

#[tokio::test(start_paused = true)]
async fn a_tenant_reads_applications_and_only_the_platform_changes_them() {
    let test = test();
    test.register("healos").await;
    test.register("openmic").await;
    let scopes = json!(["applications:read", "applications:write"]);
    let tenants = test.key(json!({"name": "k", "scopes": scopes, "tenant_id": "t1"})).await;
    let products = test.key(json!({"name": "k", "scopes": scopes, "applications": ["openmic"]})).await;
    let reader = test.key(json!({"name": "k", "scopes": ["applications:read"]})).await;
    let nobody = test.key(json!({"name": "k", "scopes": ["seats:verify"]})).await;
    let new = || json!({"slug": "salesrole"});
    for (key, method, path, body, expected) in [
        (&tenants, "GET", "/applications/healos", Value::Null, 200),
        (&tenants, "GET", "/applications/healos/plans", Value::Null, 200),
        (&tenants, "POST", "/applications", new(), 403),
        (&tenants, "PATCH", "/applications/healos", json!({}), 403),
        (&tenants, "POST", "/applications/healos/plans", pro(), 403),
        (&tenants, "PATCH", "/applications/healos/plans/pro", json!({}), 403),
        (&products, "GET", "/applications/healos", Value::Null, 404),
        (&products, "GET", "/applications/healos/plans", Value::Null, 404),
        (&products, "PATCH", "/applications/healos", json!({}), 404),
        (&products, "PATCH", "/applications/openmic", json!({"name": "Openmic"}), 200),
        (&products, "POST", "/applications", new(), 403),
        (&reader, "GET", "/applications/healos", Value::Null, 200),
        (&reader, "POST", "/applications", new(), 403),
        (&nobody, "GET", "/applications", Value::Null, 403),
    ] {
        let (status, answer) = test.ask(&test.router, key, method, path, body).await;
        assert_eq!(status, expected, "{method} {path} {answer}");
    }
    let slugs = async |key: &str, query: &str| {
        let (_, listed) = test.ask(&test.router, key, "GET", &format!("/applications{query}"), Value::Null).await;
        let slugs: Vec<String> =
            listed["data"].as_array().unwrap().iter().map(|one| one["slug"].as_str().unwrap().to_owned()).collect();
        (slugs, listed["nextCursor"].clone())
    };
    assert_eq!(slugs(&tenants, "").await, (vec!["healos".into(), "openmic".into()], Value::Null));
    assert_eq!(slugs(&products, "").await, (vec!["openmic".into()], Value::Null));
    assert_eq!(slugs(&tenants, "?limit=1").await, (vec!["healos".into()], json!("healos")));
    assert_eq!(slugs(&tenants, "?limit=1&cursor=healos").await, (vec!["openmic".into()], Value::Null));
}
