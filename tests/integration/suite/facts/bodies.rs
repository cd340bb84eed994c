//! Bodies of requests: which are read, and which are refused.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::client::send_raw;
use crate::edge::{BOOTSTRAP, Edge};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    a_body_that_is_not_what_it_should_be_is_refused_and_nothing_else_happens,
    a_body_over_the_routes_limit_is_refused_however_it_comes,
    a_large_body_that_nobody_wants_is_answered_though_it_is_sent_first,
    a_body_of_the_routes_limit_is_read,
    no_header_takes_the_place_of_a_body,
    a_list_is_refused_wherever_an_object_is_due,
    json_nested_ten_thousand_deep_is_refused,
}

/// The edge goes on as if nothing had been.
pub(super) async fn still_answers(edge: &Edge) {
    for _ in &edge.nodes {
        let org = edge.organization();
        org.seat("ana", &json!({}));
        assert_eq!(org.verify("ana").await["hasAccess"], true);
    }
}

async fn a_body_that_is_not_what_it_should_be_is_refused_and_nothing_else_happens(stage: Arc<Stage>) {
    let edge = stage.restless().await;
    let org = edge.organization();
    org.seat("ana", &json!({}));
    let product = edge.product().await;
    let good = org.check("ana").to_string();
    let with = |field: &str, value: Value| {
        let mut check = org.check("ana");
        check[field] = value;
        check.to_string().into_bytes()
    };
    let mut invalid: Vec<(Vec<u8>, Option<&str>)> = Vec::new();
    for text in [
        "",
        " ",
        "null",
        "true",
        "7",
        "\"x\"",
        "[]",
        "[1]",
        "{",
        "}",
        "{]",
        "{\"userId\"",
        "{'userId':'ana'}",
        "nope",
        "\u{feff}{}",
        "{\"userId\":\"\\ud800\"}",
        "{\"userId\":\"\\u00\"}",
        "NaN",
        "{\"a\":1,}",
        "<check/>",
        "userId=ana",
    ] {
        invalid.push((text.into(), None));
    }
    for end in ["}", "x", "{}", "\0"] {
        invalid.push((format!("{good}{end}").into_bytes(), None));
    }
    invalid.push((good.as_bytes()[..good.len() - 1].to_vec(), None));
    invalid.push((vec![0xff, 0xfe, 0x00], None));
    invalid.push((br#"{"userId":"a"#.iter().copied().chain([0xff, b'"', b'}']).collect(), None));
    invalid.push((good.encode_utf16().flat_map(u16::to_le_bytes).collect(), None));
    invalid.push((good.replacen('{', "{\"userId\":\"twice\",", 1).into_bytes(), None));
    for field in ["userId", "applicationSlug", "externalOrgId"] {
        for value in [Value::Null, json!(7), json!(1.5), json!(true), json!(["ana"]), json!({"id": "ana"})] {
            invalid.push((with(field, value), Some(field)));
        }
        let mut lacking = org.check("ana");
        lacking.as_object_mut().unwrap().remove(field);
        invalid.push((lacking.to_string().into_bytes(), Some(field)));
    }
    for value in [json!("2"), json!(1.5), json!([]), json!(1e300)] {
        invalid.push((with("minVersion", value), Some("minVersion")));
    }
    for (body, field) in invalid {
        let shown = String::from_utf8_lossy(&body).into_owned();
        let request = edge.call("POST", "/verify-seat").key(product).header("content-type", "application/json");
        let answer = request.body(body).send().await;
        assert_eq!(answer.problem(), (400, "VALIDATION_ERROR".to_owned()), "{shown}: {}", answer.text());
        if let Some(field) = field {
            assert_eq!(answer.json()["errors"][0]["field"], field, "{shown}");
        }
    }
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "json", ""] {
        let request = edge.call("POST", "/verify-seat").key(product).header("content-type", kind);
        request.body(good.clone()).send().await.refused(415, "UNSUPPORTED_MEDIA_TYPE");
    }
    assert_eq!(org.questions(), 0);
    // Fields that nobody knows are ignored, and a type that says JSON in other words will do.
    let mut more = org.check("ana");
    more["extra"] = json!({"deep": [{"er": null}]});
    for kind in ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON", "application/x+json"] {
        let request = edge.call("POST", "/verify-seat").key(product).header("content-type", kind);
        assert_eq!(request.body(more.to_string()).send().await.expect(200)["hasAccess"], true);
    }
    still_answers(&edge).await;
}

/// The head of a request to `node`, with these lines more.
pub(super) fn head(edge: &Edge, node: usize, product: &str, more: &str) -> String {
    let host = edge.nodes[node].address();
    format!(
        "POST /verify-seat HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {product}\r\n\
         Content-Type: application/json\r\nConnection: close\r\n{more}\r\n\r\n"
    )
}

/// Bytes in chunks, as they are sent.
fn chunked(head: String, body: &[u8]) -> Vec<u8> {
    let mut sent = head.into_bytes();
    for chunk in body.chunks(60_000) {
        sent.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        sent.extend_from_slice(chunk);
        sent.extend_from_slice(b"\r\n");
    }
    sent.extend_from_slice(b"0\r\n\r\n");
    sent
}

async fn a_body_over_the_routes_limit_is_refused_however_it_comes(stage: Arc<Stage>) {
    let edge = stage.restless().await;
    let product = edge.product().await;
    let address = edge.nodes[0].address();
    for size in [(64 << 10) + 1, (1 << 20) + 1, 3 << 20] {
        let body = format!("{{\"userId\":\"{}\"}}", "x".repeat(size - 13));
        let request = edge.call("POST", "/verify-seat").key(product).header("content-type", "application/json");
        let refused = request.body(body.clone()).send().await;
        refused.refused(413, "PAYLOAD_TOO_LARGE");
        assert!(refused.text().contains("64 KiB"), "{}", refused.text());
        let in_chunks = chunked(head(&edge, 0, product, "Transfer-Encoding: chunked"), body.as_bytes());
        assert_eq!(send_raw(&address, &in_chunks).await, 413, "chunked, {size}");
    }
    // It is refused by what it says of itself: none of it has come.
    for length in ["65537", "1048577", "9999999999"] {
        let announced = head(&edge, 0, product, &format!("Content-Length: {length}"));
        assert_eq!(send_raw(&address, announced.as_bytes()).await, 413, "{length}");
        let waits = head(&edge, 0, product, &format!("Expect: 100-continue\r\nContent-Length: {length}"));
        assert_eq!(send_raw(&address, waits.as_bytes()).await, 413, "{length}, who waits to be told to go on");
    }
    still_answers(&edge).await;
}

async fn a_large_body_that_nobody_wants_is_answered_though_it_is_sent_first(stage: Arc<Stage>) {
    let edge = stage.restless().await;
    let product = edge.product().await;
    let address = edge.nodes[0].address();
    let size = 7 << 19;
    for (key, path, kind, status) in [
        (product, "/verify-seat", "application/json", 413),
        (product, "/verify-seats", "application/json", 413),
        (BOOTSTRAP, "/api/v1/tenants", "application/json", 413),
        (BOOTSTRAP, "/api/v1/rules/approval/check", "application/json", 413),
        ("nobody", "/verify-seat", "application/json", 401),
        (product, "/verify-seat", "text/plain", 415),
        (product, "/api/v1/api-keys", "application/json", 403),
    ] {
        let mut request = format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\nContent-Type: {kind}\r\n\
             Content-Length: {size}\r\nConnection: close\r\n\r\n"
        )
        .into_bytes();
        request.resize(request.len() + size, b'x');
        // Every byte is sent before the answer is read.
        assert_eq!(send_raw(&address, &request).await, status, "{path}");
    }
    still_answers(&edge).await;
}

async fn a_body_of_the_routes_limit_is_read(stage: Arc<Stage>) {
    let edge = stage.restless().await;
    let org = edge.organization();
    org.seat("ana", &json!({}));
    let padded = |mut body: Value, size: usize| {
        body["padding"] = "".into();
        body["padding"] = "x".repeat(size - body.to_string().len()).into();
        assert_eq!(body.to_string().len(), size);
        body
    };
    assert_eq!(edge.verify(&padded(org.check("ana"), 64 << 10)).await.expect(200)["hasAccess"], true);
    let draft = padded(json!({"script": "fn decide(input) { #{ role: \"admin\" } }"}), 1 << 20);
    let check = edge.call("POST", "/api/v1/rules/role_mapping/check").key(BOOTSTRAP).json(&draft);
    assert_eq!(check.send().await.expect(200)["ok"], true);
}

async fn no_header_takes_the_place_of_a_body(stage: Arc<Stage>) {
    let edge = stage.restless().await;
    let org = edge.organization();
    org.seat("ana", &json!({}));
    let product = edge.product().await;
    let (own, other) = (org.check("ana"), org.check("bob").to_string());
    // In a header of this name the embedded host hands over short bodies that have one line.
    let send = async |body: String, header: &str| {
        let request = edge.call("POST", "/verify-seat").key(product).header("content-type", "application/json");
        request.header("edge-body", header).body(body).send().await
    };
    for body in [own.to_string(), serde_json::to_string_pretty(&own).unwrap()] {
        let answer = send(body, &other).await;
        assert_eq!(answer.expect(200)["hasAccess"], true);
        assert!(!answer.headers.contains_key("edge-body"));
    }
    send(String::new(), &own.to_string()).await.refused(400, "VALIDATION_ERROR");
}

async fn a_list_is_refused_wherever_an_object_is_due(stage: Arc<Stage>) {
    let edge = stage.restless().await;
    let org = edge.organization();
    org.seat("ana", &json!({}));
    let check = org.check("ana");
    let fields = ["userId", "applicationSlug", "externalOrgId"].map(|field| check[field].clone());
    for body in [json!(fields), json!([check]), json!([])] {
        let answer = edge.call("POST", "/verify-seat").key(edge.product().await).json(&body).send().await;
        assert_eq!(answer.problem(), (400, "VALIDATION_ERROR".to_owned()), "{body}");
    }
    let described = edge.call("GET", "/openapi.json").send().await.expect(200);
    let mut count = 0;
    for (path, item) in described["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            // Webhooks are read once they are believed.
            if operation["requestBody"].is_null() || operation["tags"][0] == "Webhooks" {
                continue;
            }
            for body in [json!([]), json!([true]), json!(["a", "b", "c", "d", "e"]), json!([null, null, null])] {
                let call = edge.call(&method.to_uppercase(), &path.replace(['{', '}'], "")).key(BOOTSTRAP);
                let answer = call.json(&body).send().await;
                assert!((400..500).contains(&answer.status), "{method} {path} {body}: {}", answer.text());
                count += usize::from(answer.status == 400);
            }
        }
    }
    assert!(count >= 40, "{count}");
    still_answers(&edge).await;
}

async fn json_nested_ten_thousand_deep_is_refused(stage: Arc<Stage>) {
    let edge = stage.restless().await;
    let product = edge.product().await;
    let deep =
        |open: &str, middle: &str, close: &str| format!("{}{middle}{}", open.repeat(10_000), close.repeat(10_000));
    let (lists, objects) = (deep("[", "", "]"), deep("{\"a\":", "1", "}"));
    let unclosed = "[".repeat(10_000);
    for bomb in [&lists, &objects, &unclosed] {
        for (path, body) in [
            ("/verify-seat", bomb.clone()),
            ("/verify-seat", format!("{{\"userId\":{bomb}}}")),
            ("/verify-seats", bomb.clone()),
            ("/verify-seats", format!("{{\"requests\":{bomb}}}")),
            ("/verify-seats", format!("{{\"requests\":[{bomb}]}}")),
            ("/api/v1/seats/invalidate", format!("{{\"organizationId\":{bomb}}}")),
            ("/api/v1/api-keys", format!("{{\"name\":\"n\",\"scopes\":{bomb}}}")),
        ] {
            let key = if path.contains("api-keys") { BOOTSTRAP } else { product };
            let request = edge.call("POST", path).key(key).header("content-type", "application/json");
            let answer = request.body(body).send().await;
            assert_eq!(answer.problem(), (400, "VALIDATION_ERROR".to_owned()), "{path}");
        }
    }
    still_answers(&edge).await;
}
