//! Who may start a run, and that there is one at a time.

use std::time::Duration;

use serde_json::{Value, json};

use super::company::{Company, KEY, TENANT, ask};

const EMPLOYEES: &str = "/api/v1/erp-sync/employees";
const STATUS: &str = "/api/v1/erp-sync/status";

async fn key(company: &Company, fields: Value) -> String {
    let mut new = json!({"name": "test", "scopes": ["erp:admin"]});
    new.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let made = ask(&edge_access::router(company.capabilities()), "POST", "/api/v1/api-keys", new, KEY, TENANT).await;
    made.1["key"].as_str().unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
async fn only_internal_tenants_sync_and_only_those_who_may_see_them() {
    let company = Company::new(3).await;
    let external = "0b7e1f6c-6f0a-4a4e-9a55-3f1f0f6f2d11";
    let new = json!({"id": external, "name": "Acme", "slug": "acme", "owner_email": "o@acme.example"});
    assert_eq!(company.tenants("POST", "/api/v1/tenants", new).await.0, 201);
    let router = company.instance().router.clone();
    let lacking = key(&company, json!({"scopes": ["tenants:admin"]})).await;
    let bound = key(&company, json!({"tenant_id": TENANT})).await;
    for (key, tenant, status, code) in [
        (KEY, external, 400, "VALIDATION_ERROR"),
        (KEY, "11111111-1111-4111-8111-111111111111", 404, "TENANT_NOT_FOUND"),
        (&bound, "79f70aef-17eb-48a8-b599-2879721e8796", 404, "TENANT_NOT_FOUND"),
        (&lacking, TENANT, 403, "PERMISSION_DENIED"),
        ("nonsense", TENANT, 401, "UNAUTHENTICATED"),
    ] {
        for (method, path) in [("POST", EMPLOYEES), ("POST", "/api/v1/erp-sync/projects"), ("GET", STATUS)] {
            let (found, problem) = ask(&router, method, path, Value::Null, key, tenant).await;
            assert_eq!((found, problem["code"].as_str()), (status, Some(code)), "{method} {path} {tenant}");
        }
    }
    let (status, shown) = ask(&router, "GET", STATUS, Value::Null, &bound, TENANT).await;
    assert_eq!((status, &shown["status"], &shown["next_due"]), (200, &json!("never_run"), &Value::Null));
    assert_eq!(ask(&router, "POST", EMPLOYEES, json!({"unknown": 1}), &bound, TENANT).await.0, 202);
    for body in [json!({"confirm_deactivations": "yes"}), json!([1]), json!([true]), json!([])] {
        assert_eq!(ask(&router, "POST", EMPLOYEES, body, &bound, TENANT).await.0, 400);
    }
    assert_eq!(ask(&router, "POST", "/api/v1/erp-sync/drain", Value::Null, &bound, TENANT).await.0, 403);
}

#[tokio::test(start_paused = true)]
async fn of_many_who_start_a_run_together_all_join_one() {
    let company = Company::new(30).await;
    let instances: Vec<_> = (0..4).map(|_| company.instance()).collect();
    let mut asked = tokio::task::JoinSet::new();
    for number in 0..20 {
        let router = instances[number % 4].router.clone();
        asked.spawn(async move { ask(&router, "POST", EMPLOYEES, Value::Null, KEY, TENANT).await });
    }
    let mut ids = std::collections::BTreeSet::new();
    while let Some(answer) = asked.join_next().await {
        let (status, body) = answer.unwrap();
        assert_eq!(status, 202);
        ids.insert(body["job_id"].as_str().unwrap().to_owned());
    }
    company.settled(&instances[0]).await;
    let runs = company.count("SELECT COUNT(*) FROM erp_sync_runs").await;
    assert_eq!(i64::try_from(ids.len()).unwrap(), runs);
    assert_eq!(company.count("SELECT COUNT(*) FROM tenant_memberships").await, 30);
    let (_, shown) =
        instances[0].ask("GET", &format!("{STATUS}?job_id={}", ids.first().unwrap()), Value::Null).await.unwrap();
    assert_eq!(shown["status"], "completed");
    let (status, _) = instances[0].ask("GET", &format!("{STATUS}?job_id=job_nobody"), Value::Null).await.unwrap();
    assert_eq!(status, 404);
}

#[tokio::test(start_paused = true)]
async fn a_scheduler_takes_up_what_was_left_undone_and_starts_what_is_due() {
    let company = Company::new(30).await;
    company.world.config.set("drain_key", "drain-key-of-the-tests");
    let drain = async |instance: &super::company::Instance| {
        let path = "/api/v1/erp-sync/drain";
        let (status, drained) =
            ask(&instance.router, "POST", path, Value::Null, "drain-key-of-the-tests", TENANT).await;
        assert_eq!(status, 200);
        (drained["taken_up"].as_i64().unwrap(), drained["started"].as_i64().unwrap())
    };
    let mortal = company.mortal(40, false);
    mortal.ask("POST", EMPLOYEES, Value::Null).await.unwrap();
    company.world.clock.advance(Duration::from_secs(2)).await;
    assert!(mortal.is_dead());
    let instance = company.instance();
    assert_eq!(drain(&instance).await, (0, 0), "its lease is not over");
    company.world.clock.advance(Duration::from_secs(60)).await;
    assert_eq!(drain(&instance).await, (1, 0));
    let status = company.settled(&instance).await;
    assert_eq!((&status["status"], &status["created"]), (&json!("completed"), &json!(30)));
    company.world.clock.advance(Duration::from_secs(23 * 3600)).await;
    assert_eq!(drain(&instance).await, (0, 0), "not due yet");
    company.world.clock.advance(Duration::from_secs(2 * 3600)).await;
    assert_eq!(drain(&instance).await, (0, 1));
    assert_eq!(drain(&instance).await, (0, 0), "one at a time");
    let next = company.settled(&instance).await;
    assert_eq!((&next["status"], &next["unchanged"]), (&json!("completed"), &json!(30)));
    assert_ne!(next["job_id"], status["job_id"]);
}
