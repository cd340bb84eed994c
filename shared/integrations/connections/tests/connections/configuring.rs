//! What tenants configure.

use edge_tenants::testing::{ACME, OTHER, PLATFORM};
use serde_json::{Value, json};

use crate::fixture::{INTEGRATIONS, test};

#[tokio::test(start_paused = true)]
async fn an_integration_is_configured_shown_listed_and_changed() {
    let test = test().await;
    let body = json!({"provider": "xero", "settings": {"sync": ["journals", "customers"], "from": "2026-01-31"}});
    let (status, made) = test.acme("POST", "/configure", body.clone()).await;
    assert_eq!(status, 201, "{made}");
    let expected = json!({"provider": "xero", "name": "Xero", "environment": "production", "status": "needs_consent",
        "company": null, "problem": null, "connected_by": null});
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(&made[field], value, "{field}");
    }
    let settings = json!({"sync": ["customers", "journals"], "from": "2026-01-31", "company_id": null,
        "every_minutes": null});
    assert_eq!(made["settings"], settings);
    let id = made["id"].as_str().unwrap();
    // The same again changes nothing.
    let (status, again) = test.acme("POST", "/configure", body).await;
    assert_eq!((status, &again), (200, &made));
    let change = json!({"provider": "xero", "settings": {"from": null, "every_minutes": 60}});
    let (status, changed) = test.acme("POST", "/configure", change).await;
    assert_eq!((status, &changed["id"]), (200, &made["id"]));
    let settings = json!({"sync": ["customers", "journals"], "from": null, "company_id": null, "every_minutes": 60});
    assert_eq!(changed["settings"], settings);
    test.configure(json!({"provider": "xero", "name": "Xero India"})).await;
    let (_, listed) = test.acme("GET", "?limit=1", Value::Null).await;
    assert_eq!((listed["data"].as_array().unwrap().len(), listed["nextCursor"].is_null()), (1, false));
    let status = test.status(id).await;
    assert_eq!((&status["id"], &status["last_run"]), (&made["id"], &Value::Null));
    assert_eq!(test.audit().await, ["integration.configured"; 3]);
}

#[tokio::test(start_paused = true)]
async fn fields_that_are_missing_or_not_known_are_named() {
    let test = test().await;
    let endpoint = |url: &str| json!({"api_endpoint": url, "username": "u", "password": "p"});
    for (body, field) in [
        (json!({"provider": "xero", "credentials": {"client_id": "a"}}), "credentials.client_secret"),
        (json!({"provider": "xero", "credentials": {"secret": "a"}}), "credentials.secret"),
        (json!({"provider": "sage"}), "credentials.client_id credentials.client_secret"),
        (json!({"provider": "netsuite", "credentials": {"account_id": "a/b"}}), "credentials.account_id"),
        (
            json!({"provider": "netsuite", "credentials": {"account_id": "1", "token_id": "t", "token_secret": "s"}}),
            "credentials.consumer_key credentials.consumer_secret",
        ),
        (json!({"provider": "dynamics365", "credentials": {"tenant_id": "a/../b"}}), "credentials.tenant_id"),
        (json!({"provider": "sap", "credentials": endpoint("https://127.0.0.1")}), "credentials.api_endpoint"),
        (json!({"provider": "sap", "credentials": endpoint("https://evil.example")}), "credentials.api_endpoint"),
        (json!({"provider": "xero", "settings": {"sync": ["orders"]}}), "settings.sync"),
        (json!({"provider": "xero", "settings": {"sync": []}}), "settings.sync"),
        (json!({"provider": "xero", "settings": {"from": "yesterday"}}), "settings.from"),
        (json!({"provider": "xero", "settings": {"every_minutes": 1}}), "settings.every_minutes"),
        (json!({"provider": "xero", "settings": {"subsidiary": "1"}}), "settings.subsidiary"),
        (json!({"provider": "xero", "name": " x"}), "name"),
    ] {
        let (status, refused) = test.acme("POST", "/configure", body.clone()).await;
        assert_eq!((status, &refused["code"]), (400, &json!("VALIDATION_ERROR")), "{body} {refused}");
        let fields: Vec<&str> =
            refused["errors"].as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap()).collect();
        assert_eq!(fields.join(" "), field, "{body}");
    }
    assert_eq!(test.acme("POST", "/configure", json!({"provider": "lexware"})).await.0, 400);
    test.world.config.set("encryption_key", "");
    let (status, refused) = test.acme("POST", "/configure", json!({"provider": "xero"})).await;
    assert_eq!((status, &refused["code"]), (503, &json!("NOT_CONFIGURED")));
}

#[tokio::test(start_paused = true)]
async fn anothers_integration_is_not_there_and_a_scope_is_needed() {
    let test = test().await;
    let id = test.configure(json!({"provider": "xero"})).await;
    for (method, path) in [("GET", "status"), ("GET", "authorize"), ("POST", "disconnect")] {
        let (status, missing) = test.of(OTHER, method, &format!("/{id}/{path}"), json!({})).await;
        assert_eq!((status, &missing["code"]), (404, &json!("INTEGRATION_NOT_FOUND")), "{path}");
        let (status, _) = test.acme(method, &format!("/int_nobody/{path}"), json!({})).await;
        assert_eq!(status, 404);
    }
    assert_eq!(test.of(OTHER, "GET", "", Value::Null).await.1["data"], json!([]));
    for (scope, expected) in [("enterprise:write", 403), ("integrations:admin", 200)] {
        let body = json!({"name": "k", "scopes": [scope], "tenant_id": ACME});
        let (_, made) = test.ask(&test.access, PLATFORM, None, "POST", "/api/v1/api-keys", body).await;
        let key = made["key"].as_str().unwrap();
        for path in ["", &format!("/{id}/status"), &format!("/{id}/authorize")] {
            let path = format!("{INTEGRATIONS}{path}");
            assert_eq!(test.ask(&test.router, key, None, "GET", &path, Value::Null).await.0, expected, "{path}");
        }
    }
    assert_eq!(test.status(&id).await["status"], "needs_consent");
}

#[tokio::test(start_paused = true)]
async fn another_client_takes_another_consent_and_another_secret_does_not() {
    let test = test().await;
    let id = test.connected().await;
    let with = |credentials: Value| json!({"provider": "xero", "credentials": credentials});
    test.configure(json!({"provider": "xero", "settings": {"sync": ["invoices"]}})).await;
    assert_eq!(test.status(&id).await["status"], "connected");
    test.configure(with(json!({"client_id": "theirs", "client_secret": "hush"}))).await;
    assert_eq!(test.status(&id).await["status"], "needs_consent");
    let (_, begun) = test.acme("GET", &format!("/{id}/authorize"), Value::Null).await;
    assert!(begun["url"].as_str().unwrap().contains("client_id=theirs"), "{begun}");
    test.configure(with(json!({"client_secret": "hush!"}))).await;
    // Back to the operator's.
    test.configure(with(json!({"client_id": null, "client_secret": null}))).await;
    let location = test.consent(&id).await;
    assert_eq!(test.come_back(&location).await.body["status"], "connected");
}
