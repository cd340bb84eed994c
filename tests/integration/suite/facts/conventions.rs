//! What every answer keeps to, and what anything else than a good request is answered with.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::client::{Answer, send_raw};
use crate::edge::{BOOTSTRAP, Edge, eventually};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    every_answer_carries_a_request_id_and_a_timing,
    a_sane_request_id_is_kept_and_another_is_replaced,
    errors_are_problems_with_a_code,
    a_body_that_is_not_what_it_should_be_is_refused_and_nothing_else_happens,
    a_body_over_the_routes_limit_is_refused_however_it_comes,
    a_large_body_that_nobody_wants_is_answered_though_it_is_sent_first,
    a_body_of_the_routes_limit_is_read,
    a_list_is_refused_wherever_an_object_is_due,
    json_nested_ten_thousand_deep_is_refused,
    a_request_that_is_none_harms_nobody,
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

/// The edge goes on as if nothing had been.
async fn still_answers(edge: &Edge) {
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

fn head(edge: &Edge, node: usize, product: &str, more: &str) -> String {
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

async fn a_request_that_is_none_harms_nobody(stage: Arc<Stage>) {
    let edge = stage.restless().await;
    let product = edge.product().await;
    let address = edge.nodes[0].address();
    let long = "x".repeat(100_000);
    let many: String = (0..200).map(|number| format!("X-{number}: y\r\n")).collect();
    let plain =
        |line: &str, more: &str| format!("{line}\r\nHost: edge\r\nConnection: close\r\n{more}\r\n").into_bytes();
    for request in [
        b"\r\n\r\n".to_vec(),
        b"hello\r\n\r\n".to_vec(),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc".to_vec(),
        plain("GET /healthz HTTP/9.9", ""),
        plain("GET", ""),
        plain("G\u{e9}T /healthz HTTP/1.1", ""),
        plain("GET /\u{0} HTTP/1.1", ""),
        plain("GET /%zz HTTP/1.1", ""),
        plain("GET /%00%ff HTTP/1.1", ""),
        plain("GET //healthz HTTP/1.1", ""),
        plain("GET /../../etc/passwd HTTP/1.1", ""),
        plain("GET http://elsewhere/healthz HTTP/1.1", ""),
        plain("GET http:///healthz HTTP/1.1", ""),
        plain("OPTIONS * HTTP/1.1", ""),
        plain("CONNECT elsewhere:443 HTTP/1.1", ""),
        plain("BREW /verify-seat HTTP/1.1", ""),
        plain(&format!("GET /{long} HTTP/1.1"), ""),
        plain("GET /healthz HTTP/1.1", &format!("X-Long: {long}\r\n")),
        plain("GET /healthz HTTP/1.1", &many),
        plain("GET /healthz HTTP/1.1", "Bad Name: x\r\n"),
        plain("GET /healthz HTTP/1.1", "X: a\u{0}b\r\n"),
        plain("GET /healthz HTTP/1.1", "no colon\r\n"),
        plain("GET /healthz HTTP/1.1", ": no name\r\n"),
        plain("GET /api/v1/api-keys HTTP/1.1", "Authorization: Bearer \u{e9}\r\n"),
        plain("GET /api/v1/api-keys HTTP/1.1", "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n"),
        plain("GET /api/v1/api-keys?limit=%ff&limit=2 HTTP/1.1", ""),
        b"GET /healthz HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n".to_vec(),
        b"GET /healthz HTTP/1.1\r\nHost: \xff\xfe\r\nConnection: close\r\n\r\n".to_vec(),
        b"GET /healthz HTTP/1.1\r\nHost: a/b?c#d\r\nConnection: close\r\n\r\n".to_vec(),
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n".to_vec(),
        b"GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n".to_vec(),
        b"GET /healthz HTTP/1.0\r\n\r\n".to_vec(),
        [&head(&edge, 0, product, "Content-Length: -1"), "{}"].concat().into_bytes(),
        [&head(&edge, 0, product, "Content-Length: 2\r\nContent-Length: 3"), "{}"].concat().into_bytes(),
        [&head(&edge, 0, product, "Content-Length: 99999999999999999999999"), "{}"].concat().into_bytes(),
        [&head(&edge, 0, product, "Transfer-Encoding: chunked"), "zz\r\n{}\r\n0\r\n\r\n"].concat().into_bytes(),
        [&head(&edge, 0, product, "Transfer-Encoding: gzip, chunked"), "0\r\n\r\n"].concat().into_bytes(),
        [&head(&edge, 0, product, "Content-Encoding: gzip\r\nContent-Length: 2"), "{}"].concat().into_bytes(),
    ] {
        let status = send_raw_and_hang_up(&address, &request).await;
        assert!(status < 500, "{status} for {}", String::from_utf8_lossy(&request[..request.len().min(200)]));
    }
    still_answers(&edge).await;
}

/// As [`send_raw`], telling the other end that nothing more will come.
async fn send_raw_and_hang_up(address: &str, bytes: &[u8]) -> u16 {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let exchange = async {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let _ = stream.write_all(bytes).await;
        let _ = stream.shutdown().await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        let status = answer.get(9..12).and_then(|status| std::str::from_utf8(status).ok()?.parse().ok());
        status.unwrap_or(0)
    };
    tokio::time::timeout(crate::client::TIMEOUT, exchange).await.expect("no end in time")
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
            let path = path.replace(['{', '}'], "");
            let answer = edge.call(&method.to_uppercase(), &path).send().await;
            // Of a thing that is not there its path may say so.
            let is_there = answer.status != 404 || answer.json()["code"] != "NOT_FOUND";
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
