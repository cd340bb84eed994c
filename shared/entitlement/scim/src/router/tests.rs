use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::body::Body;
use edge_audit::Actor;
use edge_capabilities::testing::World;
use edge_seats::StorageError;
use edge_tenants::MemberRecords;
use http::Request;
use http_body_util::BodyExt as _;
use serde_json::json;
use tower::ServiceExt as _;

use super::*;
use crate::ScimRecords;

const PLATFORM: &str = "bootstrap-key-of-the-tests";

/// Who was told to give up the seats, and whose data was deleted.
#[derive(Default)]
struct Told(Mutex<Vec<String>>);

impl Told {
    fn take(&self) -> Vec<String> {
        let mut told = std::mem::take(&mut *self.0.lock().unwrap());
        told.dedup();
        told
    }
}

#[async_trait]
impl MemberRecords for Told {
    async fn release(&self, _: &str, user: &str, email: Option<&str>, _: &Actor) -> Result<(), StorageError> {
        self.0.lock().unwrap().push(format!("release {user} {}", email.unwrap_or("-")));
        Ok(())
    }

    async fn tenants_of(&self, _: &str) -> Result<Vec<String>, StorageError> {
        Ok(Vec::new())
    }

    async fn erase(&self, _: &str, user: &str, email: Option<&str>) -> Result<(), StorageError> {
        self.0.lock().unwrap().push(format!("erase {user} {}", email.unwrap_or("-")));
        Ok(())
    }
}

struct Test {
    scim: Router,
    tenants: Router,
    access: Router,
    told: Arc<Told>,
    tenant: String,
    key: String,
}

async fn test() -> Test {
    let world = World::new(1);
    world.config.set("bootstrap_admin_key", PLATFORM);
    let capabilities = world.instance().0;
    let db = Db::new(capabilities.db.clone());
    let told: Arc<Told> = Arc::default();
    let records: Vec<Arc<dyn MemberRecords>> = vec![told.clone(), Arc::new(ScimRecords::new(&db))];
    let departures = Departures::new(&capabilities, &db, records);
    let mut test = Test {
        scim: router(capabilities.clone(), departures.clone()),
        tenants: edge_tenants::router_with(capabilities.clone(), departures),
        access: edge_access::router(capabilities),
        told,
        tenant: String::new(),
        key: String::new(),
    };
    test.tenant = test.organization("clinic").await;
    test.key = test.key_of(&test.tenant, json!(["organizations:write"])).await;
    test
}

impl Test {
    async fn send(&self, router: &Router, key: &str, method: &str, path: &str, body: Value) -> Response {
        let request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {key}"));
        let request = request.header("content-type", "application/scim+json");
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        router.clone().oneshot(request.body(body).unwrap()).await.unwrap()
    }

    async fn ask(&self, router: &Router, key: &str, method: &str, path: &str, body: Value) -> (u16, Value) {
        let response = self.send(router, key, method, path, body).await;
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    /// A request of the tenant's identity provider.
    async fn scim(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        self.ask(&self.scim, &self.key, method, &format!("/scim/v2{path}"), body).await
    }

    async fn organization(&self, name: &str) -> String {
        let new = json!({"name": name, "billingEmail": "b@clinic.example", "ownerUserId": "owner"});
        let (status, made) = self.ask(&self.tenants, PLATFORM, "POST", "/organizations", new).await;
        assert_eq!(status, 201, "{made}");
        made["id"].as_str().unwrap().to_owned()
    }

    async fn key_of(&self, tenant: &str, scopes: Value) -> String {
        let body = json!({"name": "k", "scopes": scopes, "tenant_id": tenant});
        let (_, made) = self.ask(&self.access, PLATFORM, "POST", "/api/v1/api-keys", body).await;
        made["key"].as_str().unwrap().to_owned()
    }

    /// The members of the tenant: id, role and address.
    async fn members(&self) -> Vec<String> {
        let path = format!("/api/v1/tenants/{}/users", self.tenant);
        let (_, listed) = self.ask(&self.tenants, PLATFORM, "GET", &path, Value::Null).await;
        let show = |member: &Value| {
            let text = |field: &str| member[field].as_str().unwrap_or("-").to_owned();
            format!("{} {} {}", text("user_id"), text("role"), text("email"))
        };
        listed["data"].as_array().unwrap().iter().map(show).collect()
    }

    /// Ana, as Okta creates her; gives her path.
    async fn ana(&self) -> String {
        let (status, made) = self.scim("POST", "/Users", ana()).await;
        assert_eq!(status, 201, "{made}");
        format!("/Users/{}", made["id"].as_str().unwrap())
    }
}

fn ana() -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "Ana@clinic.example",
        "externalId": "00uANA", "name": {"givenName": "Ana", "familyName": "Rao"},
        "emails": [{"primary": true, "value": "ana@clinic.example", "type": "work"}],
        "displayName": "Ana Rao", "locale": "en-US", "groups": [], "password": "secret-1", "active": true,
    })
}

fn patch(operation: Value) -> Value {
    json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation]})
}

#[tokio::test(start_paused = true)]
async fn a_user_is_created_found_and_shown() {
    let test = test().await;
    let filter = "/Users?filter=userName%20eq%20%22ana%40clinic.example%22&startIndex=1&count=100";
    let (status, none) = test.scim("GET", filter, Value::Null).await;
    let expected = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": 0, "startIndex": 1,
        "itemsPerPage": 0, "Resources": [],
    });
    assert_eq!((status, none), (200, expected));
    let response = test.send(&test.scim, &test.key, "POST", "/scim/v2/Users", ana()).await;
    assert_eq!((response.status(), &response.headers()["content-type"]), (StatusCode::CREATED, &SCIM_JSON));
    let location = response.headers()["location"].to_str().unwrap().to_owned();
    let made: Value = serde_json::from_slice(&response.into_body().collect().await.unwrap().to_bytes()).unwrap();
    let id = made["id"].as_str().unwrap();
    let expected = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": id, "userName": "Ana@clinic.example",
        "externalId": "00uANA", "name": {"givenName": "Ana", "familyName": "Rao"},
        "emails": [{"primary": true, "value": "ana@clinic.example", "type": "work"}],
        "displayName": "Ana Rao", "locale": "en-US", "active": true,
        "meta": {"resourceType": "User", "created": "2026-01-01T00:00:00.000Z",
            "lastModified": "2026-01-01T00:00:00.000Z", "location": location},
    });
    assert_eq!((&made, location), (&expected, format!("/scim/v2/Users/{id}")));
    assert_eq!(test.scim("GET", &format!("/Users/{id}"), Value::Null).await, (200, expected));
    for filter in [filter, "/Users?filter=externalId%20eq%20%2200uANA%22", "/Users"] {
        assert_eq!(test.scim("GET", filter, Value::Null).await.1["Resources"], json!([made]), "{filter}");
    }
    assert_eq!(test.members().await, ["00uANA MEMBER ana@clinic.example", "owner OWNER -"]);
    let (status, error) = test.scim("POST", "/Users", ana()).await;
    assert_eq!((status, &error["scimType"], &error["status"]), (409, &json!("uniqueness"), &json!("409")));
}

#[tokio::test(start_paused = true)]
async fn who_is_deactivated_in_any_way_is_no_member_and_has_no_seat() {
    let test = test().await;
    let path = test.ana().await;
    let put = |active: Value| {
        let mut user = ana();
        user["active"] = active;
        user
    };
    for (method, off, on) in [
        (
            "PATCH",
            patch(json!({"op": "replace", "value": {"active": false}})),
            patch(json!({"op": "replace", "value": {"active": true}})),
        ),
        (
            "PATCH",
            patch(json!({"op": "Replace", "path": "active", "value": "False"})),
            patch(json!({"op": "Replace", "path": "active", "value": "True"})),
        ),
        ("PUT", put(json!(false)), put(json!(true))),
    ] {
        let (status, user) = test.scim(method, &path, off.clone()).await;
        assert_eq!((status, &user["active"]), (200, &json!(false)), "{off}");
        assert_eq!(test.members().await, ["owner OWNER -"]);
        assert_eq!(test.told.take(), ["release 00uANA ana@clinic.example"]);
        // Sent again: an earlier request may have broken off after its first step.
        assert_eq!(test.scim(method, &path, off).await.0, 200);
        assert_eq!(test.told.take(), ["release 00uANA ana@clinic.example"]);
        assert_eq!(test.scim("GET", &path, Value::Null).await.1["active"], json!(false));
        for _ in 0..2 {
            let (status, user) = test.scim(method, &path, on.clone()).await;
            assert_eq!((status, &user["active"]), (200, &json!(true)), "{on}");
            assert_eq!(test.members().await, ["00uANA MEMBER ana@clinic.example", "owner OWNER -"]);
        }
        assert_eq!(test.told.take(), [""; 0]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_deleted_user_is_forgotten() {
    let test = test().await;
    let path = test.ana().await;
    assert_eq!(test.scim("DELETE", &path, Value::Null).await, (204, Value::Null));
    assert_eq!(test.members().await, ["owner OWNER -"]);
    assert_eq!(test.told.take(), ["release 00uANA ana@clinic.example", "erase 00uANA ana@clinic.example"]);
    for (method, body) in [
        ("GET", Value::Null),
        ("DELETE", Value::Null),
        ("PUT", ana()),
        ("PATCH", patch(json!({"op": "replace", "value": {"active": true}}))),
    ] {
        let (status, error) = test.scim(method, &path, body).await;
        assert_eq!((status, &error["status"]), (404, &json!("404")), "{method}");
    }
    assert_eq!(test.scim("GET", "/Users", Value::Null).await.1["totalResults"], 0);
    // The same person comes back.
    test.ana().await;
    // And is forgotten by the tenant: the provider finds nobody.
    let erase = format!("/organizations/{}/users/00uANA", test.tenant);
    assert_eq!(test.ask(&test.tenants, PLATFORM, "DELETE", &erase, Value::Null).await.0, 204);
    assert_eq!(test.scim("GET", "/Users", Value::Null).await.1["totalResults"], 0);
}

#[tokio::test(start_paused = true)]
async fn changes_reach_the_person_and_nothing_secret_is_kept() {
    let test = test().await;
    let path = test.ana().await;
    let change =
        patch(json!({"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "rao@clinic.example"}));
    let (status, user) = test.scim("PATCH", &path, change).await;
    assert_eq!((status, &user["emails"][0]["value"]), (200, &json!("rao@clinic.example")));
    assert_eq!(test.members().await, ["00uANA MEMBER rao@clinic.example", "owner OWNER -"]);
    let (_, user) = test.scim("PATCH", &path, patch(json!({"op": "add", "value": {"password": "secret-2"}}))).await;
    assert!(!user.to_string().contains("secret"), "{user}");
    // A replacement leaves nothing of what it does not say.
    let (status, user) = test.scim("PUT", &path, json!({"userName": "rao", "externalId": "00uANA"})).await;
    assert_eq!((status, &user["displayName"], &user["active"]), (200, &Value::Null, &json!(true)));
    let other = json!({"userName": "ben@clinic.example", "active": "False"});
    let (status, ben) = test.scim("POST", "/Users", other).await;
    assert_eq!((status, &ben["active"]), (201, &json!(false)));
    assert_eq!(test.members().await.len(), 2);
    let (status, error) = test
        .scim("PATCH", &path, patch(json!({"op": "replace", "path": "userName", "value": "BEN@clinic.example"})))
        .await;
    assert_eq!((status, &error["scimType"]), (409, &json!("uniqueness")));
}

#[tokio::test(start_paused = true)]
async fn a_member_with_the_same_address_is_the_same_user_and_keeps_the_role() {
    let test = test().await;
    let users = format!("/api/v1/tenants/{}/users", test.tenant);
    let admin = json!({"user_id": "user_7", "role": "ADMIN", "email": "ANA@clinic.example"});
    assert_eq!(test.ask(&test.tenants, PLATFORM, "POST", &users, admin).await.0, 201);
    let path = test.ana().await;
    assert_eq!(test.members().await, ["owner OWNER -", "user_7 ADMIN ana@clinic.example"]);
    test.scim("PATCH", &path, patch(json!({"op": "replace", "value": {"active": false}}))).await;
    assert_eq!(test.members().await, ["owner OWNER -"]);
}

#[tokio::test(start_paused = true)]
async fn the_last_owner_stays_and_the_plans_limit_holds() {
    let test = test().await;
    let owner = json!({"userName": "owner"});
    let (status, made) = test.scim("POST", "/Users", owner).await;
    assert_eq!(status, 201, "{made}");
    let path = format!("/Users/{}", made["id"].as_str().unwrap());
    let off = patch(json!({"op": "Replace", "path": "active", "value": "False"}));
    for (method, body) in [("PATCH", off), ("DELETE", Value::Null)] {
        let (status, error) = test.scim(method, &path, body).await;
        assert_eq!((status, &error["status"]), (409, &json!("409")), "{error}");
    }
    assert_eq!(test.told.take(), [""; 0]);
    assert_eq!(test.scim("GET", &path, Value::Null).await.1["active"], json!(true));
    let tenant = format!("/api/v1/tenants/{}", test.tenant);
    test.ask(&test.tenants, PLATFORM, "PUT", &tenant, json!({"max_users": 1})).await;
    let (status, error) = test.scim("POST", "/Users", ana()).await;
    assert_eq!(status, 409, "{error}");
    assert_eq!(test.scim("GET", "/Users", Value::Null).await.1["totalResults"], 1);
}

#[tokio::test(start_paused = true)]
async fn lists_come_a_page_at_a_time() {
    let test = test().await;
    for number in 0..5 {
        let user = json!({"userName": format!("user{number}@clinic.example")});
        assert_eq!(test.scim("POST", "/Users", user).await.0, 201);
    }
    for (query, start, shown) in [
        ("", 1, 5),
        ("?startIndex=1&count=2", 1, 2),
        ("?startIndex=4&count=100", 4, 2),
        ("?startIndex=6", 6, 0),
        ("?startIndex=-3&count=2", 1, 2),
        ("?count=0", 1, 0),
        ("?count=-1", 1, 0),
    ] {
        let (status, listed) = test.scim("GET", &format!("/Users{query}"), Value::Null).await;
        assert_eq!(
            (status, &listed["totalResults"], &listed["startIndex"]),
            (200, &json!(5), &json!(start)),
            "{query}"
        );
        assert_eq!((&listed["itemsPerPage"], listed["Resources"].as_array().unwrap().len()), (&json!(shown), shown));
    }
}

#[tokio::test(start_paused = true)]
async fn errors_have_the_shape_of_scim() {
    let test = test().await;
    let path = test.ana().await;
    let reader = test.key_of(&test.tenant, json!(["organizations:read"])).await;
    let users = "/scim/v2/Users";
    for (key, method, path, body, status, kind) in [
        (test.key.as_str(), "POST", users, json!({}), 400, Some("invalidValue")),
        (&test.key, "POST", users, json!({"userName": "\u{7}"}), 400, Some("invalidValue")),
        (&test.key, "POST", users, json!({"userName": "x", "active": "maybe"}), 400, Some("invalidValue")),
        (&test.key, "POST", users, json!([]), 400, Some("invalidSyntax")),
        (&test.key, "GET", "/scim/v2/Users?filter=title%20eq%20%22x%22", Value::Null, 400, Some("invalidFilter")),
        (&test.key, "GET", "/scim/v2/Users?count=many", Value::Null, 400, Some("invalidSyntax")),
        (&test.key, "GET", "/scim/v2/Users/none", Value::Null, 404, None),
        (&test.key, "PATCH", &format!("/scim/v2{path}"), patch(json!({"op": "move"})), 400, Some("invalidSyntax")),
        (&reader, "GET", users, Value::Null, 403, None),
        ("bhk_none_none", "GET", users, Value::Null, 401, None),
    ] {
        let response = test.send(&test.scim, key, method, path, body).await;
        assert_eq!(response.headers()["content-type"], SCIM_JSON, "{method} {path}");
        assert_eq!(response.status().as_u16(), status, "{method} {path}");
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let error: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(error["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]));
        assert_eq!((&error["status"], error["scimType"].as_str()), (&json!(status.to_string()), kind), "{error}");
        assert!(error["detail"].as_str().is_some_and(|detail| !detail.is_empty()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_tenants_provider_sees_nothing_of_another_tenant() {
    let test = test().await;
    let path = test.ana().await;
    let other = test.organization("other").await;
    let other = test.key_of(&other, json!(["organizations:write"])).await;
    let ask = async |method: &str, path: &str, body: Value| {
        test.ask(&test.scim, &other, method, &format!("/scim/v2{path}"), body).await
    };
    for (method, body) in [("GET", Value::Null), ("PUT", ana()), ("DELETE", Value::Null)] {
        assert_eq!(ask(method, &path, body).await.0, 404, "{method}");
    }
    assert_eq!(ask("GET", "/Users", Value::Null).await.1["totalResults"], 0);
    assert_eq!(ask("POST", "/Users", ana()).await.0, 201);
    assert_eq!(test.members().await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_provider_learns_what_is_supported() {
    let test = test().await;
    let get = async |path: &str| test.ask(&test.scim, "", "GET", &format!("/scim/v2{path}"), Value::Null).await;
    let (status, config) = get("/ServiceProviderConfig").await;
    assert_eq!(
        (status, &config["patch"]["supported"], &config["bulk"]["supported"]),
        (200, &json!(true), &json!(false))
    );
    let (_, types) = get("/ResourceTypes").await;
    assert_eq!((&types["totalResults"], &types["Resources"][0]["endpoint"]), (&json!(1), &json!("/Users")));
    assert_eq!(get("/ResourceTypes/User").await.1, types["Resources"][0]);
    let (_, schemas) = get("/Schemas").await;
    for schema in schemas["Resources"].as_array().unwrap() {
        assert_eq!(&get(&format!("/Schemas/{}", schema["id"].as_str().unwrap())).await.1, schema);
    }
    assert_eq!(get("/Schemas/none").await.0, 404);
}
