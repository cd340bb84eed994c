//! Many checks in one request.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::edge::Organization;
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    a_batch_is_answered_in_its_order_and_one_failure_fails_no_other,
    what_is_there_twice_is_looked_up_once,
    a_batch_holds_at_most_a_hundred,
    a_batch_that_cannot_be_read_is_refused,
}

async fn ask(org: &Organization<'_>, checks: &[Value]) -> Vec<Value> {
    let body = json!({"requests": checks});
    let answer = org.edge.post("/verify-seats", org.edge.product().await, &body).await.expect(200);
    assert_eq!(answer.as_object().unwrap().keys().collect::<Vec<_>>(), ["results"]);
    answer["results"].as_array().unwrap().clone()
}

async fn a_batch_is_answered_in_its_order_and_one_failure_fails_no_other(stage: Arc<Stage>) {
    let edge = stage.steady().await;
    let (org, broken, unknown) = (edge.organization(), edge.organization(), Organization::unknown(&edge));
    org.seat("ana", &json!({"seat_id": "seat_1", "current_period_end": "2099-01-01T00:00:00Z"}));
    org.seat("bea", &json!({"seat_status": "REVOKED"}));
    broken.seat("ana", &json!({}));
    broken.fails_with(502);
    let wrong_type = json!({"userId": 7, "applicationSlug": "healos", "externalOrgId": "x"});
    let nothing = json!("not a check");
    let checks = [
        unknown.check("ana"),
        org.check("bea"),
        broken.check("ana"),
        org.check(""),
        wrong_type,
        org.check("ana"),
        org.check("nobody"),
        nothing,
        org.check("ana"),
    ];
    let results = ask(&org, &checks).await;
    assert_eq!(results.len(), checks.len());
    let mut grant = results[5].clone();
    grant.as_object_mut().unwrap().remove("asOf").unwrap();
    let expected = json!({
        "hasAccess": true, "seatId": "seat_1", "subscriptionStatus": "ACTIVE", "expiresAt": "2099-01-01T00:00:00Z",
        "reason": "SEAT_ACTIVE", "source": "erp", "version": 1,
    });
    assert_eq!(grant, expected);
    assert_eq!(results[8], results[5]);
    for (index, reason) in [(0, "ORGANIZATION_NOT_FOUND"), (1, "SEAT_REVOKED"), (6, "SEAT_NOT_FOUND")] {
        assert_eq!((&results[index]["reason"], &results[index]["hasAccess"]), (&json!(reason), &json!(false)));
    }
    for (index, status, code) in [
        (2, 503, "UPSTREAM_UNAVAILABLE"),
        (3, 400, "VALIDATION_ERROR"),
        (4, 400, "VALIDATION_ERROR"),
        (7, 400, "VALIDATION_ERROR"),
    ] {
        assert_eq!(results[index].as_object().unwrap().keys().collect::<Vec<_>>(), ["error"], "{index}");
        let error = &results[index]["error"];
        assert_eq!((&error["status"], &error["code"]), (&json!(status), &json!(code)), "{index}");
        assert_eq!(error["type"], "about:blank");
        assert!(error["requestId"].as_str().is_some_and(|id| !id.is_empty()), "{error}");
    }
    assert_eq!(results[3]["error"]["errors"][0]["field"], "userId");
    assert_eq!(results[4]["error"]["errors"][0]["field"], "userId");
}

async fn what_is_there_twice_is_looked_up_once(stage: Arc<Stage>) {
    let edge = stage.steady().await;
    let org = edge.organization();
    org.seat("ana", &json!({}));
    let results = ask(&org, &vec![org.check("ana"); 100]).await;
    assert_eq!(results.len(), 100);
    assert!(results.iter().all(|result| result["hasAccess"] == true && *result == results[0]));
    assert_eq!(org.questions(), 1);
}

async fn a_batch_holds_at_most_a_hundred(stage: Arc<Stage>) {
    let edge = stage.steady().await;
    let org = edge.organization();
    let checks: Vec<Value> = (0..101)
        .map(|user| {
            let user = format!("user_{user}");
            org.seat(&user, &json!({}));
            org.check(&user)
        })
        .collect();
    let results = ask(&org, &checks[..100]).await;
    for (user, result) in results.iter().enumerate() {
        assert_eq!(result["seatId"], format!("seat_user_{user}"));
    }
    assert_eq!(ask(&org, &[]).await, Vec::<Value>::new());
    let answer = edge.post("/verify-seats", edge.product().await, &json!({"requests": checks})).await;
    answer.refused(400, "VALIDATION_ERROR");
    assert_eq!(answer.json()["errors"][0]["field"], "requests");
    assert_eq!(org.questions(), 100);
}

async fn a_batch_that_cannot_be_read_is_refused(stage: Arc<Stage>) {
    let edge = stage.steady().await;
    for body in [json!({}), json!({"requests": {}}), json!({"requests": null}), json!({"requests": "all"})] {
        let answer = edge.post("/verify-seats", edge.product().await, &body).await;
        answer.refused(400, "VALIDATION_ERROR");
        assert_eq!(answer.json()["errors"][0]["field"], "requests", "{body}");
    }
}
