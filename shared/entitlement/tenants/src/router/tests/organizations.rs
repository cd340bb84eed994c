use std::time::Duration;

use bytes::Bytes;
use edge_access::testing::{Alg, SigningKey, jwks};
use edge_capabilities::testing::START;
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use super::*;

const ISSUER: &str = "https://clerk.example";

/// A test whose edge trusts an issuer.
fn test() -> Test {
    let test = super::test();
    for (name, value) in [
        ("passport_issuer", ISSUER),
        ("passport_audience", "bheem-edge"),
        ("passport_jwks_url", "https://clerk.example/.well-known/jwks.json"),
    ] {
        test.world.config.set(name, value);
    }
    let keys = edge_access::passport_keys_router(test.world.instance().0);
    test.world.http.on_request(move |request| {
        let keys = keys.clone();
        async move {
            if request.uri().host() == Some("passport-keys.spin.internal") {
                let (head, body) = keys.oneshot(request.map(axum::body::Body::from)).await.unwrap().into_parts();
                return Ok(http::Response::from_parts(head, body.collect().await.unwrap().to_bytes()));
            }
            Ok(http::Response::new(Bytes::from(jwks(&[SigningKey::new(Alg::EdDsa, 1)]).to_string())))
        }
    });
    test
}

/// A token of the person `sub`, in a tenant with a role.
fn token(sub: &str, tenant: Option<&str>, role: &str) -> String {
    let now = START.as_millis() / 1000;
    let claims = json!({
        "iss": ISSUER, "aud": "bheem-edge", "exp": now + 600, "sub": sub, "email": format!("{sub}@clinic.example"),
        "tenant_id": tenant, "roles": [role],
    });
    SigningKey::new(Alg::EdDsa, 1).token(&claims)
}

impl Test {
    async fn ask_in(&self, key: &str, tenant: &str, method: &str, path: &str, body: Value) -> (u16, Value) {
        edge_http::testing::ask(&self.router, key, Some(tenant), method, path, &body).await
    }

    async fn as_person(&self, key: &str, method: &str, path: &str, body: Value) -> (u16, Value) {
        self.ask(&self.router, key, method, path, body).await
    }

    async fn organization(&self, body: Value) -> Value {
        let (status, made) = self.platform("POST", "/organizations", body).await;
        assert_eq!(status, 201, "{made}");
        made
    }
}

fn clinic() -> Value {
    json!({"name": "City Clinic", "billingEmail": "bills@clinic.example", "ownerUserId": "ana"})
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap()
}

#[tokio::test(start_paused = true)]
async fn an_organization_is_created_by_the_platform_which_names_the_owner() {
    let test = test();
    let new = with(
        with(clinic(), "externalIds", json!({"healos": "hospital_456", "openmic": "w1"})),
        "timezone",
        json!("asia/kolkata"),
    );
    let made = test.organization(new).await;
    let id = text(&made, "id");
    let expected = json!({
        "id": id, "number": 1, "name": "City Clinic", "slug": "city-clinic", "billingEmail": "bills@clinic.example",
        "ownerUserId": "ana", "mode": "external", "status": "active", "timezone": "Asia/Kolkata",
        "externalIds": {"healos": "hospital_456", "openmic": "w1"}, "stripeCustomerId": null, "erpCompanyCode": null,
        "createdAt": "2026-01-01T00:00:00.000Z", "updatedAt": "2026-01-01T00:00:00.000Z",
    });
    assert_eq!(made, expected);
    assert_eq!(test.platform("GET", &format!("/organizations/{id}"), Value::Null).await, (200, expected.clone()));
    let (_, listed) = test.platform("GET", "/organizations", Value::Null).await;
    assert_eq!(listed, json!({"data": [expected], "nextCursor": null}));
    let (_, tenant) = test.platform("GET", &format!("/api/v1/tenants/{id}"), Value::Null).await;
    assert_eq!((&tenant["number"], &tenant["timezone"]), (&json!(1), &json!("Asia/Kolkata")));
    let (_, audit) = test.platform("GET", &format!("/organizations/{id}/audit"), Value::Null).await;
    let mut actions: Vec<&str> = audit["data"].as_array().unwrap().iter().map(|entry| text(entry, "action")).collect();
    actions.sort_unstable();
    assert_eq!(actions, ["external_id.set", "external_id.set", "tenant.created", "user.added"]);
}

#[tokio::test(start_paused = true)]
async fn a_person_who_creates_an_organization_owns_it_and_reaches_it_by_its_id() {
    let test = test();
    let ana = token("ana", None, "");
    let new = json!({"name": "City Clinic", "slug": "clinic"});
    let (status, made) = test.as_person(&ana, "POST", "/organizations", new).await;
    assert_eq!((status, &made["ownerUserId"], &made["billingEmail"]), (201, &json!("ana"), &Value::Null), "{made}");
    let id = text(&made, "id");
    let path = format!("/organizations/{id}");
    assert_eq!(test.as_person(&ana, "GET", &path, Value::Null).await.0, 403);
    assert_eq!(test.ask_in(&ana, id, "GET", &path, Value::Null).await, (200, made.clone()));
    let (_, users) = test.ask_in(&ana, id, "GET", &format!("/api/v1/tenants/{id}/users"), Value::Null).await;
    assert_eq!(
        (&users["data"][0]["role"], &users["data"][0]["email"]),
        (&json!("OWNER"), &json!("ana@clinic.example"))
    );
    let (_, tenant) = test.platform("GET", &format!("/api/v1/tenants/{id}"), Value::Null).await;
    assert_eq!(tenant["owner_email"], "ana@clinic.example");
    let (_, listed) = test.as_person(&ana, "GET", "/organizations", Value::Null).await;
    assert_eq!(listed["data"], json!([made]));
    // Nobody else sees it.
    let ben = token("ben", None, "OWNER");
    assert_eq!(test.ask_in(&ben, id, "GET", &path, Value::Null).await.0, 404);
    assert_eq!(test.as_person(&ben, "GET", "/organizations", Value::Null).await.1["data"], json!([]));
    for (field, value) in [
        ("ownerUserId", json!("ben")),
        ("mode", json!("internal")),
        ("externalIds", json!({"healos": "hospital_456"})),
        ("stripeCustomerId", json!("cus_1")),
    ] {
        let new = with(json!({"name": "Mine"}), field, value);
        let (status, problem) = test.as_person(&ana, "POST", "/organizations", new).await;
        assert_eq!((status, &problem["code"]), (403, &json!("PERMISSION_DENIED")), "{field}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_role_may_what_the_matrix_says() {
    let test = test();
    let made = test.organization(clinic()).await;
    let id = text(&made, "id");
    let users = format!("/api/v1/tenants/{id}/users");
    let path = format!("/organizations/{id}");
    for (role, creates, reads, writes) in [
        ("OWNER", 201, 200, 200),
        ("BILLING_ADMIN", 403, 200, 403),
        ("ADMIN", 403, 200, 200),
        ("MANAGER", 403, 403, 403),
        ("MEMBER", 403, 403, 403),
    ] {
        let user = role.to_lowercase();
        let (status, _) = test.platform("POST", &users, json!({"user_id": user, "role": role})).await;
        assert_eq!(status, 201);
        let token = token(&user, Some(id), role);
        let ask = async |method: &str, path: &str, body: Value| test.as_person(&token, method, path, body).await.0;
        assert_eq!(ask("POST", "/organizations", json!({"name": role})).await, creates, "{role} creates");
        for path in [&path, &format!("{path}/audit"), &"/organizations".to_owned()] {
            assert_eq!(ask("GET", path, Value::Null).await, reads, "{role} reads {path}");
        }
        assert_eq!(ask("PATCH", &path, json!({"name": role})).await, writes, "{role} writes");
        for (field, value) in [
            ("slug", json!("other")),
            ("status", json!("inactive")),
            ("mode", json!("internal")),
            ("stripeCustomerId", json!("cus_1")),
            ("externalIds", json!({"healos": "h"})),
        ] {
            assert_eq!(ask("PATCH", &path, json!({field: value})).await, 403, "{role} changes {field}");
        }
    }
    // Nor does an ADMIN put out somebody who may more.
    let admin = token("admin", Some(id), "ADMIN");
    for (user, status) in [("owner", 403), ("billing_admin", 403), ("member", 204), ("member", 404)] {
        let answer = test.as_person(&admin, "DELETE", &format!("{path}/users/{user}"), Value::Null).await;
        assert_eq!(answer.0, status, "{user} {}", answer.1);
    }
    let key = test.key_of(id).await;
    let (status, _) = test.as_person(&key, "POST", "/organizations", clinic()).await;
    assert_eq!(status, 403);
}

#[tokio::test(start_paused = true)]
async fn a_change_leaves_what_it_does_not_name() {
    let test = test();
    let made = test.organization(clinic()).await;
    let path = format!("/organizations/{}", text(&made, "id"));
    let change = json!({
        "timezone": "Europe/Berlin", "billingEmail": null, "status": "inactive", "slug": "clinic",
        "stripeCustomerId": "cus_1", "externalIds": {"healos": "h1", "openmic": "w1"},
    });
    let (status, changed) = test.platform("PATCH", &path, change).await;
    let mut expected = made.clone();
    for (field, value) in [
        ("timezone", json!("Europe/Berlin")),
        ("billingEmail", Value::Null),
        ("status", json!("inactive")),
        ("slug", json!("clinic")),
        ("stripeCustomerId", json!("cus_1")),
        ("externalIds", json!({"healos": "h1", "openmic": "w1"})),
    ] {
        expected[field] = value;
    }
    assert_eq!((status, &changed), (200, &expected));
    let change = json!({"externalIds": {"healos": null, "openmic": "w2"}, "status": "active"});
    let (_, changed) = test.platform("PATCH", &path, change).await;
    assert_eq!((&changed["externalIds"], &changed["status"]), (&json!({"openmic": "w2"}), &json!("active")));
    // The tenant is the same row.
    let tenant = format!("/api/v1/tenants/{}", text(&made, "id"));
    test.platform("PUT", &tenant, json!({"timezone": "UTC", "billing_email": "b@clinic.example"})).await;
    let (_, shown) = test.platform("GET", &path, Value::Null).await;
    assert_eq!((&shown["timezone"], &shown["billingEmail"]), (&json!("UTC"), &json!("b@clinic.example")));
}

#[tokio::test(start_paused = true)]
async fn wrong_fields_of_an_organization_are_named() {
    let test = test();
    let made = test.organization(clinic()).await;
    let path = format!("/organizations/{}", text(&made, "id"));
    for (field, value) in [
        ("name", json!(" ")),
        ("name", json!(7)),
        ("slug", json!("City Clinic")),
        ("billingEmail", json!("nobody")),
        ("timezone", json!("Mars/Olympus")),
        ("timezone", json!("")),
        ("mode", json!("both")),
        ("stripeCustomerId", json!("\u{0}")),
    ] {
        for (method, path, body) in [("POST", "/organizations", clinic()), ("PATCH", path.as_str(), json!({}))] {
            let (status, problem) = test.platform(method, path, with(body, field, value.clone())).await;
            assert_eq!((status, &problem["errors"][0]["field"]), (400, &json!(field)), "{method} {problem}");
        }
    }
    for (body, field) in [
        (json!({"name": "A", "billingEmail": "a@b"}), "ownerUserId"),
        (json!({"name": "A", "ownerUserId": "ana"}), "billingEmail"),
        (with(clinic(), "ownerUserId", json!("\n")), "ownerUserId"),
        (with(clinic(), "mode", json!("internal")), "erpCompanyCode"),
        (with(clinic(), "externalIds", json!({"healos": ""})), "externalIds.healos"),
        (with(clinic(), "externalIds", json!({"healos": 7})), "externalIds.healos"),
    ] {
        let (status, problem) = test.platform("POST", "/organizations", body).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (400, &json!(field)), "{problem}");
    }
    for body in [json!({"status": "suspended"}), json!({"ownerUserId": "ben"})] {
        assert_eq!(test.platform("PATCH", &path, body).await.0, 400);
    }
}

#[tokio::test(start_paused = true)]
async fn what_another_organization_has_is_refused() {
    let test = test();
    let unique = json!({
        "name": "A", "slug": "a", "billingEmail": "a@a.example", "ownerUserId": "ana", "stripeCustomerId": "cus_1",
        "externalIds": {"healos": "h1"},
    });
    test.organization(unique.clone()).await;
    let other = test.organization(clinic()).await;
    let path = format!("/organizations/{}", text(&other, "id"));
    for field in ["slug", "stripeCustomerId", "externalIds"] {
        for (method, path, body) in [("POST", "/organizations", clinic()), ("PATCH", path.as_str(), json!({}))] {
            let (status, problem) = test.platform(method, path, with(body, field, unique[field].clone())).await;
            assert_eq!((status, &problem["code"]), (409, &json!("ALREADY_EXISTS")), "{method} {field} {problem}");
        }
    }
    // A slug that was made from the name gets an ending.
    let second = test.organization(clinic()).await;
    assert!(text(&second, "slug").starts_with("city-clinic-"), "{second}");
    assert_eq!(test.platform("GET", &path, Value::Null).await.1, other);
    for path in ["/organizations/none", "/organizations/1b7e1f6c-6f0a-4a4e-9a55-000000000000"] {
        for (method, body) in [("GET", Value::Null), ("PATCH", json!({}))] {
            let (status, problem) = test.platform(method, path, body).await;
            assert_eq!((status, &problem["code"]), (404, &json!("ORGANIZATION_NOT_FOUND")));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn tenants_are_numbered_from_1_also_when_they_are_created_together() {
    let test = test();
    let create = async |name: usize| {
        let new = with(clinic(), "slug", json!(format!("clinic-{}", name / 2)));
        test.platform("POST", "/organizations", new).await
    };
    let answers = futures::future::join_all((0..20).map(create)).await;
    let mut numbers: Vec<i64> = answers.iter().filter_map(|(_, made)| made["number"].as_i64()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=10).collect::<Vec<_>>());
    let tenants = Tenants::new(Db::new(test.world.db.clone()));
    for (_, made) in answers.iter().filter(|(status, _)| *status == 201) {
        let found = tenants.by_number(made["number"].as_i64().unwrap()).await.unwrap().unwrap();
        assert_eq!(found.id, text(made, "id"));
    }
    for number in [-1, 0, 11] {
        assert_eq!(tenants.by_number(number).await.unwrap(), None);
    }
}

#[tokio::test(start_paused = true)]
async fn a_tenant_that_an_older_build_made_is_numbered_when_it_is_read() {
    let test = test();
    for slug in ["a", "b", "c"] {
        test.platform("POST", "/api/v1/tenants", new(slug)).await;
    }
    let db = Db::new(test.world.db.clone());
    db.query("UPDATE tenants SET number = 0 WHERE slug IN ('a', 'b')", &[]).await.unwrap();
    let tenants = Tenants::new(db);
    assert_eq!(tenants.by_number(0).await.unwrap(), None);
    let (_, listed) = test.platform("GET", "/organizations", Value::Null).await;
    let mut numbers: Vec<i64> =
        listed["data"].as_array().unwrap().iter().map(|one| one["number"].as_i64().unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [3, 4, 5]);
    assert!(tenants.by_number(5).await.unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn lists_of_organizations_come_a_page_at_a_time() {
    let test = test();
    let ana = token("ana", None, "");
    for name in ["a", "b", "c"] {
        test.world.clock.advance(Duration::from_secs(1)).await;
        assert_eq!(test.as_person(&ana, "POST", "/organizations", json!({"name": name})).await.0, 201);
    }
    for key in [&ana, &PLATFORM.to_owned()] {
        let (_, first) = test.as_person(key, "GET", "/organizations?limit=2", Value::Null).await;
        let next = format!("/organizations?cursor={}", text(&first, "nextCursor"));
        let (_, second) = test.as_person(key, "GET", &next, Value::Null).await;
        let names = |page: &Value| {
            page["data"].as_array().unwrap().iter().map(|one| text(one, "name").to_owned()).collect::<Vec<_>>()
        };
        assert_eq!([names(&first), names(&second)].concat(), ["c", "b", "a"]);
        assert_eq!(second["nextCursor"], Value::Null);
    }
}

#[tokio::test(start_paused = true)]
async fn a_persons_data_is_deleted_and_the_books_stay() {
    let test = test();
    let made = test.organization(with(clinic(), "ownerEmail", json!("ana@clinic.example"))).await;
    let (id, path) = (text(&made, "id"), format!("/organizations/{}", text(&made, "id")));
    let ben = json!({"user_id": "ben", "role": "ADMIN", "email": "ben@clinic.example", "name": "Ben"});
    assert_eq!(test.platform("POST", &format!("/api/v1/tenants/{id}/users"), ben).await.0, 201);
    test.platform("PATCH", &path, json!({"billingEmail": "ben@clinic.example"})).await;
    assert_eq!(test.platform("DELETE", &format!("{path}/users/ana"), Value::Null).await.1["code"], "LAST_OWNER");
    assert_eq!(test.platform("DELETE", &format!("{path}/users/ben"), Value::Null).await.0, 204);
    for user in ["ben", "nobody", "a%00b"] {
        let (status, problem) = test.platform("DELETE", &format!("{path}/users/{user}"), Value::Null).await;
        assert_eq!((status, &problem["code"]), (404, &json!("USER_NOT_FOUND")), "{user}");
    }
    let (_, shown) = test.platform("GET", &path, Value::Null).await;
    assert_eq!(shown["billingEmail"], Value::Null);
    let (_, audit) = test.platform("GET", &format!("{path}/audit"), Value::Null).await;
    assert!(audit.to_string().contains("\"ben\"") && !audit.to_string().contains("ben@"), "{audit}");
}
