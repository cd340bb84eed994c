use axum::body::Body;
use edge_capabilities::testing::World;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::assets::{ALL, PAGE};

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

async fn ask(world: &World, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (capabilities, _tasks) = world.instance();
    let response = crate::router(capabilities).oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (head, body) = response.into_parts();
    Answer { status: head.status, headers: head.headers, body: body.collect().await.unwrap().to_bytes().to_vec() }
}

fn policy(answer: &Answer) -> String {
    answer.headers["content-security-policy"].to_str().unwrap().to_owned()
}

const PAGE_ACCEPT: (&str, &str) = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");

#[tokio::test(start_paused = true)]
async fn every_path_of_the_app_is_its_page_and_is_never_stored() {
    let world = World::new(1);
    for path in ["/console/", "/console/rules/approval", "/console/webhooks?status=dead"] {
        let answer = ask(&world, path, &[PAGE_ACCEPT]).await;
        let expected = if PAGE.is_some() { StatusCode::OK } else { StatusCode::NOT_IMPLEMENTED };
        assert_eq!(answer.status, expected, "{path}");
        assert_eq!(answer.headers["cache-control"], "no-store");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert_eq!(answer.headers["x-frame-options"], "DENY");
        assert!(answer.headers["content-type"].to_str().unwrap().starts_with("text/html"));
    }
    let answer = ask(&world, "/console", &[PAGE_ACCEPT]).await;
    assert_eq!(
        (answer.status, &answer.headers["location"]),
        (StatusCode::PERMANENT_REDIRECT, &"/console/".parse().unwrap())
    );
}

#[tokio::test(start_paused = true)]
async fn the_policy_lets_nothing_in_and_its_nonce_is_good_once() {
    let world = World::new(1);
    let (one, other) = (ask(&world, "/console/", &[PAGE_ACCEPT]).await, ask(&world, "/console/", &[PAGE_ACCEPT]).await);
    for part in [
        "default-src 'none';",
        "script-src 'self';",
        "connect-src 'self';",
        "frame-ancestors 'none';",
        "require-trusted-types-for 'script';",
    ] {
        assert!(policy(&one).contains(part), "{part}");
    }
    assert_ne!(policy(&one), policy(&other));
    if PAGE.is_some() {
        let page = String::from_utf8(one.body.clone()).unwrap();
        let nonce = policy(&one).split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
        assert!(page.contains(&nonce) && !page.contains("__STYLE_NONCE__"));
        assert!(!page.contains("<style") && !page.contains("style="), "the policy would block it");
    }
}

#[tokio::test(start_paused = true)]
async fn the_app_may_call_the_issuer_once_it_is_a_client_of_it() {
    let world = World::new(1);
    world.config.set("passport_issuer", "https://id.example.com/realms/one");
    let settings = async || {
        let answer = ask(&world, "/console/config.json", &[]).await;
        serde_json::from_slice::<Value>(&answer.body).unwrap()
    };
    let scopes = "openid profile email";
    assert_eq!(settings().await, json!({"issuer": null, "client_id": null, "scopes": scopes}));
    world.config.set("console_oidc_client_id", "console");
    assert_eq!(
        settings().await,
        json!({"issuer": "https://id.example.com/realms/one", "client_id": "console", "scopes": scopes})
    );
    let answer = ask(&world, "/console/", &[PAGE_ACCEPT]).await;
    assert!(policy(&answer).contains("connect-src 'self' https://id.example.com;"), "{}", policy(&answer));
}

#[tokio::test(start_paused = true)]
async fn the_api_is_shown_by_scripts_of_the_edge_alone() {
    let world = World::new(1);
    let answer = ask(&world, "/docs", &[PAGE_ACCEPT]).await;
    assert_eq!((answer.status, &answer.headers["cache-control"]), (StatusCode::OK, &"no-store".parse().unwrap()));
    assert!(policy(&answer).contains("default-src 'none'; script-src 'self';"), "{}", policy(&answer));
    let page = String::from_utf8(answer.body).unwrap();
    assert!(page.contains("openapi.json"));
    let scripts: Vec<&str> =
        page.split("src=\"/console/assets/").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(scripts.len(), usize::from(PAGE.is_some()));
    for script in scripts {
        assert!(ALL.iter().any(|asset| asset.name == script), "{script}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_missing_file_is_a_problem_and_never_the_page() {
    let world = World::new(1);
    for (path, headers) in [
        ("/console/assets/gone-abc.js", &[PAGE_ACCEPT][..]),
        ("/console/favicon.ico", &[("accept", "image/avif,image/webp")]),
        ("/console/old.js", &[("accept", "*/*"), ("sec-fetch-dest", "script")]),
    ] {
        let answer = ask(&world, path, headers).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.headers["content-type"], "application/problem+json", "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn files_are_kept_for_a_year_in_the_form_that_the_browser_reads() {
    let world = World::new(1);
    for asset in ALL {
        let path = format!("/console/assets/{}", asset.name);
        for (accepted, encoding, form) in [
            ("gzip, deflate, br, zstd", "br", asset.brotli),
            ("gzip;q=1.0, br;q=0", "gzip", asset.gzip),
            ("identity", "identity", asset.identity),
            ("identity", "gzip", if asset.identity.is_none() { asset.gzip } else { None }),
        ] {
            let Some(form) = form else { continue };
            let answer = ask(&world, &path, &[("accept-encoding", accepted)]).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            let sent = answer.headers.get("content-encoding").map_or("identity", |it| it.to_str().unwrap());
            assert_eq!((sent, &*answer.body), (encoding, form), "{path}");
            assert_eq!(answer.headers["cache-control"], "public, max-age=31536000, immutable");
            assert_eq!(answer.headers["vary"], "Accept-Encoding");
            let tag = answer.headers["etag"].to_str().unwrap();
            let again = ask(&world, &path, &[("accept-encoding", accepted), ("if-none-match", tag)]).await;
            assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{path}");
        }
    }
}
