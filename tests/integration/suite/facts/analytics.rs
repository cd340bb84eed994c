//! Analytics: what is earned moves with what is sold, wherever it is asked, and an organization sees its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use crate::edge::{BOOTSTRAP, Edge};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    mrr_moves_with_what_is_sold_and_an_organization_sees_its_own,
}

async fn get(edge: &Edge, path: &str, key: &str) -> Value {
    edge.call("GET", path).key(key).send().await.expect(200)
}

/// The last point of the first result.
async fn last(edge: &Edge, path: &str, key: &str) -> Value {
    let answer = get(edge, path, key).await;
    answer["results"][0]["points"].as_array().and_then(|points| points.last()).cloned().unwrap_or_default()
}

async fn mrr_moves_with_what_is_sold_and_an_organization_sees_its_own(stage: Arc<Stage>) {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let edge = stage.restless().await;
    let application = format!("earning-app-{number}");
    let new = json!({"slug": application, "name": "Earning App", "seatSource": "edge"});
    edge.post("/applications", BOOTSTRAP, &new).await.expect(201);
    let plan = json!({"id": "pro", "name": "Pro", "pricePerSeat": 10, "currency": "USD", "billingCycle": "monthly"});
    edge.post(&format!("/applications/{application}/plans"), BOOTSTRAP, &plan).await.expect(201);
    let mut organizations = Vec::new();
    let mut subscriptions = Vec::new();
    for (name, seats) in [("one", 5), ("two", 3)] {
        let new = json!({"name": name, "slug": format!("earning-{name}-{number}"),
            "billingEmail": "bills@clinic.example", "ownerUserId": name});
        let made = edge.post("/organizations", BOOTSTRAP, &new).await.expect(201);
        let organization = made["id"].as_str().unwrap().to_owned();
        let new = json!({"organizationId": organization, "applicationSlug": application, "planId": "pro",
            "seats": seats, "gateway": "manual"});
        let made = edge.post("/subscriptions", BOOTSTRAP, &new).await.expect(201);
        subscriptions.push(format!("/subscriptions/{}", made["id"].as_str().unwrap()));
        organizations.push(organization);
    }
    // What was just recorded is in the next answer, on whichever node.
    let all = format!("/analytics/mrr?applicationSlug={application}&granularity=day");
    let point = last(&edge, &all, BOOTSTRAP).await;
    assert_eq!(
        (&point["new"], &point["closing"], &point["customers"]),
        (&json!(80.0), &json!(80.0), &json!(2)),
        "{point}"
    );
    let change = edge.call("PATCH", &subscriptions[0]).key(BOOTSTRAP).json(&json!({"seats": 8}));
    change.send().await.expect(200);
    for _ in 0..2 {
        let point = last(&edge, &all, BOOTSTRAP).await;
        assert_eq!((&point["closing"], &point["arr"]), (&json!(110.0), &json!(1320.0)), "{point}");
    }
    // In another time zone, as known before anything was sold, as CSV.
    let point = last(&edge, &format!("{all}&timezone=Asia/Kolkata"), BOOTSTRAP).await;
    assert_eq!(point["closing"], 110.0, "{point}");
    let then = get(&edge, &format!("{all}&asOf=2020-01-01&from=2019-01-01&to=2019-02-01"), BOOTSTRAP).await;
    assert_eq!(then["results"], json!([]), "{then}");
    let csv = edge.call("GET", &all).key(BOOTSTRAP).header("accept", "text/csv").send().await;
    assert!(csv.text().starts_with("currency,at,opening,new,"), "{}", csv.text());

    edge.post(&format!("{}/seats", subscriptions[0]), BOOTSTRAP, &json!({"userId": "ana"})).await.expect(201);
    let scopes = json!({"tenant_id": organizations[0], "scopes": ["analytics:read"]});
    let (_, own) = edge.new_key(scopes).await;
    assert_eq!(last(&edge, "/analytics/mrr?granularity=day", &own).await["closing"], 80.0);
    let point = last(&edge, "/analytics/seat-usage", &own).await;
    assert_eq!((&point["purchased"], &point["assigned"]), (&json!(8), &json!(1)), "{point}");
    let health = get(&edge, "/analytics/health", &own).await;
    assert_eq!(health["results"].as_array().unwrap().len(), 1, "{health}");
    assert_eq!(last(&edge, "/analytics/revenue", &own).await["mrr"], 80.0);
    let (_, other) = edge.new_key(json!({"tenant_id": organizations[0], "scopes": ["billing:read"]})).await;
    for path in ["mrr", "revenue", "seat-usage", "health"] {
        let path = format!("/analytics/{path}?organizationId={}", organizations[1]);
        edge.call("GET", &path).key(&own).send().await.refused(404, "ORGANIZATION_NOT_FOUND");
        edge.call("GET", &path).key(&other).send().await.refused(403, "PERMISSION_DENIED");
        edge.call("GET", &format!("{path}&from=yesterday"))
            .key(BOOTSTRAP)
            .send()
            .await
            .refused(400, "VALIDATION_ERROR");
    }
}
