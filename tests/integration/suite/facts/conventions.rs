//! What every answer keeps to.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::client::Answer;
use crate::edge::{BOOTSTRAP, Edge, eventually};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    every_answer_carries_a_request_id_and_a_timing,
    a_sane_request_id_is_kept_and_another_is_replaced,
    errors_are_problems_with_a_code,
    nothing_that_callers_say_in_confidence_is_in_the_log,
    every_path_that_is_described_is_there,
    an_edge_says_how_it_is,
}

/// One request of each kind, with the status that answers it.
fn one_of_each(edge: &Edge, product: &str) -> Vec<(crate::client::Call, u16)> {
    let org = edge.organization();
    org.seat("ana", &json!({}));
    vec![
        (edge.call("POST", "/verify-seat").key(product).json(&org.check("ana")), 200),
        (edge.call("POST", "/verify-seats").key(product).json(&json!({"requests": [org.check("ana")]})), 200),
        (edge.call("POST", "/verify-seat").json(&org.check("ana")), 401),
        (edge.call("POST", "/verify-seat").key(product).json(&json!({})), 400),
        (edge.call("POST", "/verify-seat").key(product).header("content-type", "text/plain").body("x"), 415),
        (edge.call("GET", "/verify-seat").key(product), 405),
        (edge.call("POST", "/api/v1/seats/invalidate").key(product).json(&org.by_id()), 200),
        (edge.call("GET", "/api/v1/api-keys").key(product), 403),
        (edge.call("GET", "/api/v1/api-keys").key(BOOTSTRAP), 200),
        (edge.call("DELETE", "/api/v1/api-keys/none").key(BOOTSTRAP), 404),
        (edge.call("GET", "/api/v1/seats/nothing/here"), 404),
        (edge.call("GET", "/healthz"), 200),
        (edge.call("GET", "/readyz"), 200),
        (edge.call("GET", "/openapi.json"), 200),
        (edge.call("GET", "/docs"), 200),
        (edge.call("GET", "/"), 404),
        (edge.call("GET", "/nowhere"), 404),
        (edge.call("GET", "/verify-seat/x"), 404),
        (edge.call("GET", "/healthz/x"), 404),
    ]
}

async fn every_answer_carries_a_request_id_and_a_timing(stage: Arc<Stage>) {
    let edge = stage.restless().await;
    let mut ids = BTreeSet::new();
    let requests = one_of_each(&edge, edge.product().await);
    let count = requests.len();
    for (request, status) in requests {
        let answer = request.send().await;
        assert_eq!(answer.status, status, "{}", answer.text());
        assert!(answer.header("server-timing").contains("total;dur="), "{:?}", answer.headers);
        ids.insert(answer.header("x-request-id").to_owned());
        if status >= 400 {
            assert_eq!(answer.json()["requestId"], answer.header("x-request-id"));
        }
    }
    assert_eq!(ids.len(), count, "each has an id of its own");
    assert!(ids.iter().all(|id| id.len() >= 8), "{ids:?}");
}

async fn a_sane_request_id_is_kept_and_another_is_replaced(stage: Arc<Stage>) {
    let edge = stage.restless().await;
    for is_valid in ["abc-1", "a", "01HZX.y_z:1/2+3=", &"x".repeat(128)] {
        for (request, _) in one_of_each(&edge, edge.product().await) {
            assert_eq!(request.header("x-request-id", is_valid).send().await.header("x-request-id"), is_valid);
        }
    }
    for insane in ["", "has space", "quo\"te", "<script>", "\u{e9}", &"x".repeat(129)] {
        for (request, _) in one_of_each(&edge, edge.product().await) {
            let answer = request.header("x-request-id", insane).send().await;
            let id = answer.header("x-request-id");
            assert!(id != insane && id.len() >= 8, "{insane:?} became {id:?}");
        }
    }
}

async fn errors_are_problems_with_a_code(stage: Arc<Stage>) {
    let edge = stage.restless().await;
    let org = edge.organization();
    let product = edge.product().await;
    let shape = |answer: &Answer, extra: &[&str]| {
        assert_eq!(answer.header("content-type"), "application/problem+json");
        let problem = answer.json();
        let mut fields: BTreeSet<&str> = ["type", "title", "status", "detail", "code", "requestId"].into();
        fields.extend(extra);
        assert_eq!(problem.as_object().unwrap().keys().map(String::as_str).collect::<BTreeSet<_>>(), fields);
        assert_eq!((&problem["type"], &problem["status"]), (&json!("about:blank"), &json!(answer.status)));
        for field in ["title", "detail", "code", "requestId"] {
            assert!(problem[field].as_str().is_some_and(|text| !text.is_empty()), "{field}: {problem}");
        }
    };
    let refused = |answer: Answer, status: u16, code: &str| {
        answer.refused(status, code);
        shape(&answer, if code == "VALIDATION_ERROR" { &["errors"] } else { &[] });
    };
    let verify = || edge.call("POST", "/verify-seat").key(product);
    refused(verify().json(&json!({"userId": 1})).send().await, 400, "VALIDATION_ERROR");
    refused(edge.call("POST", "/verify-seat").send().await, 401, "UNAUTHENTICATED");
    refused(edge.call("GET", "/api/v1/api-keys").key(product).send().await, 403, "PERMISSION_DENIED");
    refused(edge.call("DELETE", "/api/v1/api-keys/x").key(BOOTSTRAP).send().await, 404, "API_KEY_NOT_FOUND");
    refused(edge.call("GET", "/api/v1/seats/x").send().await, 404, "NOT_FOUND");
    let wrong_method = edge.call("PUT", "/verify-seat").key(product).send().await;
    assert_eq!(wrong_method.header("allow"), "POST");
    refused(wrong_method, 405, "METHOD_NOT_ALLOWED");
    refused(verify().body("x".repeat(1 << 20) + "x").send().await, 413, "PAYLOAD_TOO_LARGE");
    refused(verify().header("content-type", "text/xml").body("<a/>").send().await, 415, "UNSUPPORTED_MEDIA_TYPE");
    org.fails_with(500);
    refused(verify().json(&org.check("ana")).send().await, 503, "UPSTREAM_UNAVAILABLE");
    refused(edge.call("GET", "/nowhere").send().await, 404, "NOT_FOUND");
    // What is nobody's to read is not in an answer either.
    let answer = verify().json(&org.check("ana")).send().await.text();
    assert!(!answer.contains(&edge.erp_address.to_string()) && !answer.contains(product), "{answer}");
}

async fn nothing_that_callers_say_in_confidence_is_in_the_log(stage: Arc<Stage>) {
    let edge = stage.restless().await;
    let product = edge.product().await;
    let org = edge.organization();
    let marker = format!("canary{}", org.id.replace('_', ""));
    let said = |what: &str| format!("{marker}-{what}");
    let seat = json!({"seat_id": said("seat")});
    org.seat(&said("user"), &seat);
    org.verify(&said("user")).await;
    let strange = json!({"userId": {said("field"): said("value")}, said("field"): said("value")});
    for path in ["/verify-seat", "/verify-seats", "/api/v1/seats/invalidate", "/api/v1/api-keys"] {
        for body in [strange.to_string(), format!("{{{}", said("broken")), format!("\"{}\"", said("text"))] {
            for key in [product, BOOTSTRAP, &said("key"), &format!("bhk_{marker}_{marker}")] {
                let request = edge.call("POST", path).key(key).header("content-type", "application/json");
                request.header("idempotency-key", &said("idempotency")).body(body.clone()).send().await;
            }
        }
    }
    for path in ["/{}", "/verify-seat/{}", "/api/v1/seats/{}", "/api/v1/api-keys/{}", "/api/v1/api-keys?cursor={}"] {
        for method in ["GET", "DELETE", "POST"] {
            edge.call(method, &path.replace("{}", &said("path"))).key(BOOTSTRAP).send().await;
        }
    }
    edge.call("GET", "/healthz").header("x-request-id", &format!("{} \"", said("id"))).send().await;
    edge.call("GET", "/healthz").header("user-agent", &said("agent")).header("cookie", &said("cookie")).send().await;
    // An ERP that fails while it is told of them.
    let broken = edge.organization();
    broken.seat(&said("user"), &json!({"seat_status": said("status")}));
    broken.ask(&said("user")).await.refused(503, "UPSTREAM_UNAVAILABLE");
    broken.fails_with(500);
    broken.ask(&said("user")).await.refused(503, "UPSTREAM_UNAVAILABLE");
    // The log is written behind the answers: the last requests are in it on every node, so the others are too.
    for (index, node) in edge.nodes.iter().enumerate() {
        let last = format!("last-{}-{index}", broken.id);
        let check = broken.check(&said("user"));
        node.call("POST", "/verify-seat").key(product).json(&check).header("x-request-id", &last).send().await;
        let line = eventually("the last request's line in the log", async || {
            let log = node.log();
            log.lines().find(|line| line.contains(&last)).map(ToOwned::to_owned)
        })
        .await;
        let line: Value = serde_json::from_str(&line[line.find('{').unwrap()..]).expect("a JSON line");
        assert_eq!((&line["requestId"], &line["component"]), (&json!(last), &json!("seat-verification")));
        assert_eq!((&line["outcome"], &line["status"]), (&json!("UPSTREAM_UNAVAILABLE"), &json!(503)));
        assert!(line["durationUs"].is_u64(), "{line}");
    }
    let log = edge.log();
    let secrets = [marker.as_str(), product, BOOTSTRAP, crate::edge::ERP_API_KEY, "bhk_"];
    for line in log.lines() {
        assert!(!secrets.iter().any(|secret| line.contains(secret)), "{line}");
    }
}

async fn every_path_that_is_described_is_there(stage: Arc<Stage>) {
    // The path of a webhook is there where its secret is known.
    let edge = stage.paid().await;
    let described = edge.call("GET", "/openapi.json").send().await;
    assert_eq!(described.header("content-type"), "application/json");
    let described = described.expect(200);
    assert!(described["openapi"].as_str().unwrap().starts_with("3."));
    let mut count = 0;
    for (path, item) in described["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let of_a_shop = path.ends_with("/{token}") && path.starts_with("/webhooks/");
            let path = path.replace(['{', '}'], "");
            let answer = edge.call(&method.to_uppercase(), &path).send().await;
            // Of a thing that is not there its path may say so; the path of a shop is there while the shop is.
            let is_page = answer.header("content-type").starts_with("text/html");
            let is_there = answer.status != 404 || of_a_shop || is_page || answer.json()["code"] != "NOT_FOUND";
            assert!(is_there && !matches!(answer.status, 405 | 500..), "{method} {path}: {}", answer.text());
            count += 1;
        }
    }
    for path in ["/verify-seat", "/verify-seats", "/api/v1/seats/invalidate", "/api/v1/api-keys", "/healthz", "/readyz"]
    {
        assert!(described["paths"].get(path).is_some(), "{path} is not described");
    }
    assert!(count >= 8, "{count}");
    let page = edge.call("GET", "/docs").send().await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").starts_with("text/html") && page.text().contains("openapi.json"));
}

async fn an_edge_says_how_it_is(stage: Arc<Stage>) {
    let edge = stage.steady().await;
    for node in &edge.nodes {
        assert_eq!(node.call("GET", "/healthz").send().await.expect(200), json!({"status": "ok"}));
        let ready = node.call("GET", "/readyz").send().await.expect(200);
        assert_eq!(ready["status"], "ready");
        let checks = ready["checks"].as_object().unwrap();
        assert!(checks.contains_key("cache") && checks.contains_key("record"), "{ready}");
        assert!(checks.values().all(|check| check == "ok"), "{ready}");
    }
}
