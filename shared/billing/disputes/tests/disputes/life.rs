//! Disputes as people work on them.

use edge_tenants::testing::{ACME, OTHER, PLATFORM};
use serde_json::{Value, json};

use crate::fixture::{DISPUTES, test};

#[tokio::test(start_paused = true)]
async fn a_dispute_is_numbered_worked_on_and_withdrawn() {
    let test = test().await;
    test.paid("p1", "sku-pro").await;
    let new = json!({
        "subject": {"kind": "payment", "id": "p1"}, "reason": "incorrect_amount", "amount": 500,
        "description": "Charged 500 too much.\nSee the offer.", "due_at": "2126-01-01T00:00:00Z",
        "evidence": [{"name": "offer.pdf", "url": "https://files.example/offer.pdf"}],
    });
    let (status, made) = test.of(&test.olga, "POST", "", new.clone()).await;
    assert_eq!((status, &made["number"], &made["currency"]), (201, &json!("DSP-00001"), &json!("INR")), "{made}");
    assert_eq!((&made["amount"], &made["overdue"]), (&json!(500.0), &json!(false)));
    assert_eq!(test.of(&test.olga, "POST", "", new).await.1["number"], "DSP-00002");
    let path = format!("/{}", made["id"].as_str().unwrap());
    for status in ["under_review", "awaiting_customer", "under_review", "open"] {
        let (got, shown) = test.of(&test.olga, "PUT", &path, json!({"status": status})).await;
        assert_eq!((got, &shown["status"]), (200, &json!(status)), "{shown}");
    }
    for status in ["resolving", "resolved", "rejected"] {
        let (got, refused) = test.of(&test.olga, "PUT", &path, json!({"status": status})).await;
        assert_eq!((got, &refused["errors"][0]["field"]), (400, &json!("status")), "{refused}");
    }
    // Overdue is flagged, and nothing happens by itself.
    let (_, shown) = test.of(&test.olga, "PUT", &path, json!({"due_at": "2020-01-01T00:00:00Z"})).await;
    assert_eq!(shown["overdue"], true);
    test.later(86_400).await;
    assert_eq!((test.states(&path).await.0.as_str(), test.pay.books().asked.len()), ("open", 0));
    let overdue = test.of(&test.olga, "GET", "?overdue=true", Value::Null).await.1;
    assert_eq!(overdue["data"].as_array().unwrap().len(), 1);
    let by_subject = test.of(&test.olga, "GET", "?subject=payment:p1&status=open&limit=1", Value::Null).await.1;
    assert!(by_subject["nextCursor"].is_string(), "{by_subject}");
    let (_, shown) = test.of(&test.olga, "PUT", &path, json!({"status": "withdrawn", "due_at": null})).await;
    assert_eq!(
        (&shown["status"], &shown["overdue"], &shown["due_at"]),
        (&json!("withdrawn"), &json!(false), &Value::Null)
    );
    for (method, path, body) in [
        ("PUT", path.clone(), json!({"status": "open"})),
        ("POST", format!("{path}/resolve"), json!({"kind": "reject", "reason": "r"})),
    ] {
        assert_eq!(test.of(&test.rita, method, &path, body).await.1["code"], "DISPUTE_CLOSED");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_with_a_dispute_is_said_field_by_field() {
    let test = test().await;
    test.paid("p1", "sku-pro").await;
    let with = |path: &str, value: Value| {
        let mut body = json!({"subject": {"kind": "payment", "id": "p1"}, "reason": "other"});
        body[path] = value;
        body
    };
    for (body, field) in [
        (with("amount", json!(0)), "amount"),
        (with("amount", json!(2_499.01)), "amount"),
        (with("amount", json!("1.001")), "amount"),
        (with("currency", json!("USD")), "currency"),
        (with("due_at", json!("soon")), "due_at"),
        (with("description", json!("")), "description"),
        (with("evidence", json!([{"name": "x", "url": "http://x"}])), "evidence[0].url"),
        (with("evidence", json!([{"name": ""}])), "evidence[0].name"),
        (with("evidence", json!(["as a text", {}])), "evidence[1].name"),
        (with("subject", json!({"kind": "payment", "id": ""})), "subject.id"),
        (with("subject", json!({"kind": "payment", "id": "unknown"})), "currency"),
    ] {
        let (status, refused) = test.of(&test.olga, "POST", "", body).await;
        assert_eq!((status, &refused["errors"][0]["field"]), (400, &json!(field)), "{refused}");
    }
    for body in [with("reason", json!("whim")), with("subject", json!({"kind": "whim", "id": "p1"}))] {
        assert_eq!(test.of(&test.olga, "POST", "", body).await.0, 400);
    }
}

#[tokio::test(start_paused = true)]
async fn who_opened_a_dispute_does_not_resolve_it_nor_does_a_key_of_theirs() {
    let test = test().await;
    test.paid("p1", "sku-pro").await;
    let scopes = json!(["enterprise:read", "enterprise:write", "tenants:admin"]);
    let owner = test.key(PLATFORM, scopes).await.0;
    let child = test.key(&owner, json!(["enterprise:read", "enterprise:write"])).await.0;
    let new = json!({"subject": {"kind": "payment", "id": "p1"}, "reason": "other"});
    for (opener, resolver) in [(&owner, &child), (&child, &owner), (&owner, &owner)] {
        let (_, made) = test.of(opener, "POST", "", new.clone()).await;
        let path = format!("/{}/resolve", made["id"].as_str().unwrap());
        for kind in ["refund", "reject"] {
            let (status, refused) = test.of(resolver, "POST", &path, json!({"kind": kind, "reason": "r"})).await;
            assert_eq!((status, &refused["code"]), (403, &json!("OWN_DISPUTE")), "{refused}");
        }
        let (status, done) = test.of(&test.rita, "POST", &path, json!({"kind": "reject", "reason": "r"})).await;
        assert_eq!((status, &done["status"]), (200, &json!("rejected")), "{done}");
    }
    assert_eq!(test.pay.books().asked.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn internal_comments_are_seen_by_those_who_work_on_disputes() {
    let test = test().await;
    test.paid("p1", "sku-pro").await;
    let path = format!("{}/comments", test.dispute("p1").await);
    let reader = test.key(PLATFORM, json!(["enterprise:read"])).await.0;
    for (body, visibility) in [("looks right", "internal"), ("we look into it", "shared")] {
        let (status, made) = test.of(&test.olga, "POST", &path, json!({"body": body, "visibility": visibility})).await;
        assert_eq!((status, &made["visibility"]), (201, &json!(visibility)), "{made}");
    }
    assert_eq!(test.of(&test.olga, "POST", &path, json!({"body": "unsaid"})).await.1["visibility"], "internal");
    assert_eq!(test.of(&reader, "POST", &path, json!({"body": "x"})).await.0, 403);
    assert_eq!(test.of(&test.olga, "POST", &path, json!({"body": ""})).await.0, 400);
    for (key, expected) in [(&test.olga, 3), (&reader, 1)] {
        let listed = test.of(key, "GET", &path, Value::Null).await.1;
        assert_eq!(listed["data"].as_array().unwrap().len(), expected, "{listed}");
    }
}

#[tokio::test(start_paused = true)]
async fn another_tenant_sees_nothing_and_changes_nothing() {
    let test = test().await;
    test.paid("p1", "sku-pro").await;
    let path = format!("{DISPUTES}{}", test.dispute("p1").await);
    for (method, more, body) in [
        ("GET", "", Value::Null),
        ("PUT", "", json!({"status": "withdrawn"})),
        ("POST", "/resolve", json!({"kind": "reject", "reason": "r"})),
        ("POST", "/comments", json!({"body": "b"})),
        ("GET", "/comments", Value::Null),
    ] {
        let path = format!("{path}{more}");
        let (status, refused) = test.ask(&test.router, PLATFORM, Some(OTHER), method, &path, body).await;
        assert_eq!((status, &refused["code"]), (404, &json!("DISPUTE_NOT_FOUND")), "{method} {path}");
    }
    // Another tenant's payment is like one that nobody made.
    let new =
        json!({"subject": {"kind": "payment", "id": "p1"}, "reason": "other", "amount": 9_999, "currency": "INR"});
    let (status, made) = test.ask(&test.router, PLATFORM, Some(OTHER), "POST", DISPUTES, new).await;
    assert_eq!((status, &made["payment_id"]), (201, &Value::Null), "{made}");
    let resolve = format!("{DISPUTES}/{}/resolve", made["id"].as_str().unwrap());
    let scopes = json!(["enterprise:write"]);
    let body = json!({"name": "k", "scopes": scopes, "tenant_id": OTHER});
    let key = test.ask(&test.access, PLATFORM, None, "POST", "/api/v1/api-keys", body).await.1["key"].clone();
    let refund = json!({"kind": "refund", "reason": "r"});
    let refused = test.ask(&test.router, key.as_str().unwrap(), None, "POST", &resolve, refund).await.1;
    assert_eq!(refused["code"], "PAYMENT_UNKNOWN");
    let listed = test.ask(&test.router, PLATFORM, Some(OTHER), "GET", DISPUTES, Value::Null).await.1;
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn each_change_is_in_the_audit_log_with_before_and_after_and_people_are_told() {
    let test = test().await;
    test.paid("p1", "sku-pro").await;
    let path = test.dispute("p1").await;
    test.of(&test.olga, "PUT", &path, json!({"status": "under_review", "description": "secret words"})).await;
    assert_eq!(test.resolve(&path, json!({"kind": "refund", "amount": 1, "reason": "r"})).await.0, 200);
    let audit = format!("/api/v1/tenants/{ACME}/audit?limit=100");
    let (status, log) = test.ask(&test.tenants, PLATFORM, None, "GET", &audit, Value::Null).await;
    assert_eq!(status, 200, "{log}");
    assert!(!log.to_string().contains("secret words"));
    let of_disputes: Vec<&Value> = log["data"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| entry["action"].as_str().unwrap().starts_with("dispute."))
        .collect();
    let actions: Vec<&str> = of_disputes.iter().rev().map(|entry| entry["action"].as_str().unwrap()).collect();
    for expected in ["dispute.opened", "dispute.changed", "dispute.decided", "dispute.resolved"] {
        assert!(actions.contains(&expected), "{actions:?}");
    }
    let changed = of_disputes.iter().find(|entry| entry["action"] == "dispute.changed").unwrap();
    let detail = &changed["detail"];
    assert_eq!((&detail["before"]["status"], &detail["after"]["status"]), (&json!("open"), &json!("under_review")));
    for event in ["opened", "decided.1"] {
        let statement = format!(
            "SELECT COUNT(*) FROM notifications WHERE event_id = 'dispute.{}.{event}'",
            path.trim_start_matches('/')
        );
        assert!(test.count(&statement).await >= 1, "{event}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_credit_or_an_adjustment_is_a_negative_charge_on_the_entity_once() {
    let test = test().await;
    let entities = edge_entities::router(test.world.instance().0);
    const ENTITIES: &str = "/api/v1/enterprise-billing/entities";
    let ask = async |method: &str, path: &str, body: Value| {
        let answer = test.ask(&entities, PLATFORM, Some(ACME), method, &format!("{ENTITIES}{path}"), body).await;
        assert!(answer.0 < 300, "{answer:?}");
        answer.1
    };
    let entity = ask("POST", "", json!({"name": "Acme", "code": "A", "currency": "INR", "country": "IN"})).await;
    let id = entity["id"].as_str().unwrap();
    let new = json!({"description": "Seats", "amount": 1_000, "currency": "INR", "date": "2026-01-10"});
    let charge = ask("POST", &format!("/{id}/charges"), new).await;
    for kind in ["credit", "adjustment"] {
        let new =
            json!({"subject": {"kind": "charge", "id": charge["id"]}, "reason": "incorrect_amount", "amount": 250});
        let (status, made) = test.of(&test.olga, "POST", "", new).await;
        assert_eq!((status, &made["entity_id"]), (201, &json!(id)), "{made}");
        let path = format!("/{}", made["id"].as_str().unwrap());
        assert_eq!(test.resolve(&path, json!({"kind": "refund", "reason": "r"})).await.1["code"], "PAYMENT_UNKNOWN");
        let body = json!({"kind": kind, "reason": "agreed"});
        let answers = futures::future::join_all((0..10).map(|_| test.resolve(&path, body.clone()))).await;
        let done: Vec<&Value> = answers.iter().filter(|(status, _)| *status == 200).map(|(_, done)| done).collect();
        assert_eq!((done.len(), &done[0]["status"]), (1, &json!("resolved")), "{answers:?}");
        assert!(done[0]["resolution"]["charge_id"].is_string(), "{}", done[0]);
        test.later(3_600).await;
    }
    let charges = ask("GET", &format!("/{id}/charges"), Value::Null).await;
    let amounts: Vec<&Value> = charges["data"].as_array().unwrap().iter().map(|charge| &charge["amount"]).collect();
    assert_eq!(amounts.iter().filter(|amount| ***amount == json!(-250.0)).count(), 2, "{charges}");
    // Without an entity there is nobody to credit, and an entity or a charge must be the tenant's.
    test.paid("p1", "sku-pro").await;
    let path = test.dispute("p1").await;
    let (status, refused) = test.resolve(&path, json!({"kind": "credit", "reason": "r"})).await;
    assert_eq!((status, &refused["errors"][0]["field"]), (400, &json!("kind")), "{refused}");
    for (body, code) in [
        (json!({"subject": {"kind": "charge", "id": "chg_none"}, "reason": "other"}), "CHARGE_NOT_FOUND"),
        (
            json!({"subject": {"kind": "payment", "id": "p1"}, "reason": "other", "entity_id": "ent_none"}),
            "ENTITY_NOT_FOUND",
        ),
    ] {
        assert_eq!(test.of(&test.olga, "POST", "", body).await.1["code"], code);
    }
}

#[tokio::test(start_paused = true)]
async fn the_next_invoice_of_the_entity_says_once_what_was_refunded() {
    let test = test().await;
    let entities = edge_entities::router(test.world.instance().0);
    const ENTITIES: &str = "/api/v1/enterprise-billing/entities";
    let ask = async |method: &str, path: &str, body: Value| {
        let answer = test.ask(&entities, PLATFORM, Some(ACME), method, &format!("{ENTITIES}{path}"), body).await;
        assert!(answer.0 < 300, "{answer:?}");
        answer.1
    };
    let entity = ask("POST", "", json!({"name": "Acme", "code": "A", "currency": "INR", "country": "IN"})).await;
    let id = entity["id"].as_str().unwrap();
    test.paid("p1", "sku-pro").await;
    let new =
        json!({"subject": {"kind": "payment", "id": "p1"}, "reason": "duplicate", "amount": 499.5, "entity_id": id});
    let (status, made) = test.of(&test.olga, "POST", "", new).await;
    assert_eq!(status, 201, "{made}");
    let path = format!("/{}", made["id"].as_str().unwrap());
    let (status, resolved) = test.resolve(&path, json!({"kind": "refund", "reason": "twice"})).await;
    assert_eq!(status, 200, "{resolved}");
    test.later(3_600).await;
    let charges = ask("GET", &format!("/{id}/charges"), Value::Null).await;
    let charges = charges["data"].as_array().unwrap();
    assert_eq!(charges.len(), 1, "{charges:?}");
    let text = format!("INR 499.50 of a payment refunded for {}", made["number"].as_str().unwrap());
    assert_eq!((&charges[0]["description"], &charges[0]["amount"]), (&json!(text), &json!(0.0)), "{charges:?}");
}
