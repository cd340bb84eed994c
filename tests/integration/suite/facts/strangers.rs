//! What one tenant's key can learn of another tenant, or do to it: nothing. The operations are those of the OpenAPI
//! document, so that whatever is served next is tried too.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::client::Answer;
use crate::edge::{BOOTSTRAP, Customer, Edge, eventually};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    to_a_tenants_key_nothing_of_another_tenant_is_there_whichever_operation_it_tries,
}

/// In everything of the victim's that has a name, so that it is known where it is seen.
const MARKER: &str = "victims-own";

/// One tenant's things: by what they are, their ids.
struct Things {
    ids: BTreeMap<&'static str, String>,
}

/// Ids that nothing has.
fn nothings() -> Things {
    let ids = [
        ("tenant", "0b7e1f6c-6f0a-4a4e-9a55-000000000000"),
        ("key", "00000000000000ff"),
        ("event", "evt_0000000000000000000000ff"),
        ("endpoint", "whe_00000000000000ff"),
        ("user", "nobodys-user"),
        ("external", "nobodys-hospital"),
        ("order", "order_0000000000000_0000"),
    ];
    Things { ids: ids.map(|(kind, id)| (kind, id.to_owned())).into() }
}

impl Things {
    fn id(&self, kind: &str) -> &str {
        &self.ids[kind]
    }

    /// What a parameter called `name` may be: of all kinds, where its name does not say which.
    fn for_parameter(&self, name: &str, path: &str) -> Vec<String> {
        let of = |kind: &str| vec![self.id(kind).to_owned()];
        match name {
            "id" if path.starts_with("/api/v1/tenants/") => of("tenant"),
            "tenant" | "tenant_id" | "tenantId" | "organizationId" | "X-Tenant-Id" => of("tenant"),
            "user_id" | "userId" => of("user"),
            "key_id" => of("key"),
            "applicationSlug" => vec!["healos".to_owned()],
            "externalOrgId" => of("external"),
            "order_id" => of("order"),
            "name" if path.starts_with("/api/v1/rules") => vec!["budget".to_owned()],
            "version" => vec!["1".to_owned()],
            _ => self.ids.values().cloned().collect(),
        }
    }
}

/// A tenant with one of everything.
async fn victim(edge: &Edge, customer: &Customer<'_>) -> Things {
    let call = async |method: &str, path: &str, body: Value| {
        let answer = edge.call(method, path).key(BOOTSTRAP).json(&body).send().await;
        assert!(matches!(answer.status, 200 | 201), "{method} {path}: {}", answer.text());
        answer.json()
    };
    let tenant = format!("/api/v1/tenants/{}", customer.tenant);
    call("PUT", &tenant, json!({"name": MARKER, "billing_email": format!("{MARKER}@clinic.example")})).await;
    let user = json!({"user_id": format!("{MARKER}-user"), "role": "OWNER", "name": MARKER});
    call("POST", &format!("{tenant}/users"), user).await;
    let key = json!({"name": MARKER, "scopes": ["seats:verify"]});
    let key = call("POST", &format!("{tenant}/api-keys"), key).await;
    let external = json!({"externalOrgId": customer.organization.external});
    call("PUT", &format!("{tenant}/external-ids/healos"), external).await;
    let endpoint = call("POST", "/api/v1/webhooks/endpoints", json!({"tenant_id": customer.tenant})).await;
    customer.tell(&customer.paid("payment.captured", MARKER)).await.expect(200);
    let order = edge.call("POST", "/api/v1/billing/checkout").key(BOOTSTRAP).header("x-tenant-id", &customer.tenant);
    let order = order.json(&json!({"plan_id": "sku_professional", "billing_cycle": "monthly"}));
    let order = order.header("idempotency-key", MARKER).send().await.expect(201);
    // The log of decisions is written behind the answer.
    eventually("the checkout's decision in the log", async || {
        let stats = edge.call("GET", &format!("{tenant}/usage/stats")).key(BOOTSTRAP).send().await.expect(200);
        (stats["decisions"]["approval"] == 1).then_some(())
    })
    .await;
    let events = edge.call("GET", "/api/v1/webhooks/events?limit=200").key(BOOTSTRAP).send().await.expect(200);
    let own = |event: &&Value| event["tenant_id"] == customer.tenant.as_str();
    let event = events["data"].as_array().unwrap().iter().find(own).expect("the payment's event");
    let id = |value: &Value| value["id"].as_str().unwrap().to_owned();
    let ids = [
        ("tenant", customer.tenant.clone()),
        ("key", id(&key)),
        ("event", id(event)),
        ("endpoint", id(&endpoint)),
        ("user", format!("{MARKER}-user")),
        ("external", customer.organization.external.clone()),
        ("order", order["order_id"].as_str().unwrap().to_owned()),
    ];
    Things { ids: ids.into() }
}

/// All that there is to be seen of the victim's, for the platform.
async fn state(edge: &Edge, things: &Things) -> BTreeMap<String, Value> {
    let tenant = format!("/api/v1/tenants/{}", things.id("tenant"));
    let mut paths: Vec<String> =
        ["", "/users", "/api-keys", "/external-ids", "/audit", "/usage/stats"].map(|of| format!("{tenant}{of}")).into();
    paths.push(format!("/api/v1/webhooks/events/{}", things.id("event")));
    paths.push(format!("/api/v1/billing/checkout/{}", things.id("order")));
    paths.push("/api/v1/billing/subscription".to_owned());
    let mut state = BTreeMap::new();
    for path in paths {
        let call = edge.call("GET", &path).key(BOOTSTRAP).header("x-tenant-id", things.id("tenant"));
        let mut seen = call.send().await.expect(200);
        for clock in ["from", "to"] {
            seen.as_object_mut().unwrap().remove(clock);
        }
        state.insert(path, seen);
    }
    state
}

/// A value that fits a schema, as far as that matters: where a name tells of an id, the thing's.
fn example(schema: &Value, name: &str, whole: &Value, things: &Things, path: &str) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = whole.pointer(reference.trim_start_matches('#')).unwrap_or(&Value::Null);
        return example(target, name, whole, things, path);
    }
    for joined in ["allOf", "oneOf", "anyOf"] {
        if let Some(parts) = schema[joined].as_array() {
            let mut merged = Map::new();
            for part in parts.iter().filter(|part| part["type"] != "null") {
                match example(part, name, whole, things, path) {
                    Value::Object(fields) => merged.extend(fields),
                    other if joined != "allOf" => return other,
                    _ => {}
                }
            }
            return Value::Object(merged);
        }
    }
    if let Some(first) = schema["enum"].as_array().and_then(|values| values.first()) {
        return first.clone();
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(more) => more.iter().filter_map(Value::as_str).collect(),
        _ => vec![],
    };
    if types.contains(&"object") || schema["properties"].is_object() {
        let fields = schema["properties"].as_object().cloned().unwrap_or_default();
        return fields
            .iter()
            .map(|(name, schema)| (name.clone(), example(schema, name, whole, things, path)))
            .collect();
    }
    if types.contains(&"array") {
        return json!([example(&schema["items"], name, whole, things, path)]);
    }
    match types.first() {
        Some(&"integer" | &"number") => json!(1),
        Some(&"boolean") => json!(true),
        // An id of the caller's own making may well be another's.
        _ if name == "id" => json!(things.id("tenant")),
        _ if name.to_ascii_lowercase().ends_with("id") => json!(things.for_parameter(name, path)[0]),
        _ if name.ends_with("email") => json!("somebody@clinic.example"),
        _ => json!("x"),
    }
}

/// What to try: method, path with its query, body.
type Attempt = (String, String, Option<Value>);

/// Every operation that wants a credential, with `things` in all its places.
fn attempts(document: &Value, things: &Things) -> Vec<Attempt> {
    let mut attempts = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if operation["security"].as_array().is_none_or(Vec::is_empty) {
                continue;
            }
            let mut filled = vec![path.clone()];
            let mut query = Vec::new();
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let name = parameter["name"].as_str().unwrap();
                let values = things.for_parameter(name, path);
                match parameter["in"].as_str() {
                    Some("path") => {
                        let place = format!("{{{name}}}");
                        filled = filled
                            .iter()
                            .flat_map(|path| values.iter().map(|value| path.replace(&place, value)).collect::<Vec<_>>())
                            .collect();
                    }
                    Some("query") if name.to_ascii_lowercase().contains("tenant") => {
                        query.push(format!("{name}={}", values[0]));
                    }
                    _ => {}
                }
            }
            let schema = operation.pointer("/requestBody/content/application~1json/schema");
            let body = schema.map(|schema| example(schema, "", document, things, path));
            for path in filled {
                assert!(!path.contains('{'), "{method} {path}: a parameter is not described");
                attempts.push((method.to_uppercase(), path.clone(), body.clone()));
                if !query.is_empty() {
                    attempts.push((method.to_uppercase(), format!("{path}?{}", query.join("&")), body.clone()));
                }
            }
        }
    }
    attempts
}

async fn to_a_tenants_key_nothing_of_another_tenant_is_there_whichever_operation_it_tries(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let (attacker, customer) = (Customer::new(&edge).await, Customer::new(&edge).await);
    customer.organization.seat("ana", &json!({}));
    let victim = victim(&edge, &customer).await;
    let document = edge.call("GET", "/openapi.json").send().await.expect(200);
    let scopes = document.pointer("/components/schemas/Scope/enum").expect("the scopes").clone();
    let new = json!({"name": "attacker", "scopes": scopes});
    let path = format!("/api/v1/tenants/{}/api-keys", attacker.tenant);
    let key = edge.post(&path, BOOTSTRAP, &new).await.expect(201)["key"].as_str().unwrap().to_owned();
    let before = state(&edge, &victim).await;
    let tried = attempts(&document, &victim);
    let in_vain = attempts(&document, &nothings());
    assert_eq!(tried.len(), in_vain.len());
    let operations: BTreeSet<(&str, &str)> = tried.iter().map(|(method, path, _)| (&**method, &**path)).collect();
    assert!(operations.len() > 40, "{} operations", operations.len());
    for (attempt, nothing) in tried.iter().zip(&in_vain) {
        for tenant in [None, Some(())] {
            let send = async |(method, path, body): &Attempt, things: &Things| {
                let mut call = edge.call(method, path).key(&key);
                if tenant.is_some() {
                    call = call.header("x-tenant-id", things.id("tenant"));
                }
                match body {
                    Some(body) => call.json(body).send().await,
                    None => call.send().await,
                }
            };
            let answer = send(attempt, &victim).await;
            let otherwise = send(nothing, &nothings()).await;
            let what = format!("{} {} {:?}", attempt.0, attempt.1, attempt.2);
            assert!(answer.status < 500, "{what}: {}", answer.text());
            // What names no thing creates its own, the first time.
            let names_something = tenant.is_some() || attempt != nothing;
            if names_something {
                assert_eq!(answer.status, otherwise.status, "{what}: {} but {}", answer.text(), otherwise.text());
            }
            if names_something && answer.status >= 400 {
                assert_eq!(said(&answer), said(&otherwise), "{what}");
            }
            let told = answer.text();
            let secrets = [MARKER, &customer.subscription].into_iter().chain(
                // Ids that were sent may come back.
                victim.ids.values().map(String::as_str).filter(|id| !what.contains(*id)),
            );
            for secret in secrets {
                let was_sent = what.contains(secret);
                assert!(was_sent || !told.contains(secret), "{what} tells {secret}: {told}");
            }
        }
    }
    assert_eq!(state(&edge, &victim).await, before);
    customer.stands("SEAT_ACTIVE").await;
}

/// What a problem or a page says, but for the request's own id.
fn said(answer: &Answer) -> Value {
    if answer.header("content-type").starts_with("text/html") {
        return answer.text().into();
    }
    let mut problem = answer.json();
    if let Some(fields) = problem.as_object_mut() {
        fields.remove("requestId");
    }
    problem
}
