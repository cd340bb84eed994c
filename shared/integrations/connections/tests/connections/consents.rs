//! Who is sent to the provider's page and comes back.

use std::time::Duration;

use serde_json::{Value, json};

use crate::fixture::{INTEGRATIONS, connections, test};

#[tokio::test(start_paused = true)]
async fn whoever_consents_connects_the_company_that_was_granted() {
    let test = test().await;
    let id = test.connected().await;
    let shown = test.status(&id).await;
    assert_eq!(shown["company"]["name"], "Demo Company (Global)");
    assert_eq!((&shown["connected_by"], &shown["problem"]), (&json!("bootstrap"), &Value::Null));
    assert_eq!(test.audit().await, ["integration.configured", "integration.connected"]);
    // QuickBooks says which company by the address that it sends one back to.
    let body = json!({"provider": "quickbooks",
        "credentials": {"client_id": "quickbooks-client", "client_secret": "quickbooks-secret"}});
    let id = test.configure(body).await;
    let location = test.consent(&id).await;
    let answer = test.come_back(&location).await;
    assert_eq!(answer.body["company"]["id"], "9341453172058217", "{}", answer.body);
}

#[tokio::test(start_paused = true)]
async fn a_state_is_good_once_for_ten_minutes_and_for_nobody_who_made_one_up() {
    let test = test().await;
    let id = test.configure(json!({"provider": "xero"})).await;
    let location = test.consent(&id).await;
    // Any number come back with it: one is taken back.
    let others = [0, 1, 2, 3].map(|_| edge_connections::router(test.world.instance().0));
    let back =
        futures::future::join_all(others.iter().map(|router| test.come_back_to(router, &location, "application/json")));
    let mut statuses: Vec<u16> = back.await.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400, 400, 400]);
    for wrong in [
        location.as_str(),
        &format!("{INTEGRATIONS}/callback?code=x&state=made-up"),
        &format!("{INTEGRATIONS}/callback?code=x"),
        &format!("{INTEGRATIONS}/callback"),
        &format!("{INTEGRATIONS}/callback?error=access_denied"),
    ] {
        assert_eq!(test.come_back(wrong).await.code(), (400, "CONSENT_INVALID"), "{wrong}");
    }
    let late = test.consent(&id).await;
    test.world.clock.advance(Duration::from_mins(10)).await;
    assert_eq!(test.come_back(&late).await.code(), (400, "CONSENT_INVALID"));
    let mine = test.consent(&id).await;
    test.consent(&id).await;
    test.later(3600).await;
    assert_eq!(test.come_back(&mine).await.code(), (400, "CONSENT_INVALID"));
    assert_eq!(test.count("SELECT COUNT(*) FROM integration_consents").await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_code_without_the_verifier_that_belongs_to_it_buys_nothing() {
    let test = test().await;
    let id = test.configure(json!({"provider": "xero"})).await;
    // Somebody puts the code of one consent behind the state of another.
    let (one, other) = (test.consent(&id).await, test.consent(&id).await);
    let part = |location: &str, name: &str| {
        let query = location.split_once('?').unwrap().1;
        query.split('&').find(|pair| pair.starts_with(name)).unwrap().to_owned()
    };
    let mixed = format!("{INTEGRATIONS}/callback?{}&{}", part(&one, "code="), part(&other, "state="));
    assert_eq!(test.come_back(&mixed).await.code(), (403, "CONSENT_DENIED"));
    assert_eq!(test.status(&id).await["status"], "needs_consent");
}

#[tokio::test(start_paused = true)]
async fn who_does_not_consent_is_told_on_a_page_without_anybodys_markup() {
    let test = test().await;
    let id = test.configure(json!({"provider": "xero", "name": "<b>Books"})).await;
    let state = test.consent(&id).await.split("state=").nth(1).unwrap().to_owned();
    let denied = format!("{INTEGRATIONS}/callback?error=access_denied&error_description=%3Cscript%3E&state={state}");
    let answer = test.come_back_to(&test.router, &denied, "text/html,*/*").await;
    let html = answer.body.as_str().unwrap_or_default().to_owned();
    assert_eq!(answer.status, 403);
    assert!(!html.contains("<script>"), "{html}");
    assert!(answer.headers["content-type"].to_str().unwrap().starts_with("text/html"));
    for (header, value) in [("cache-control", "no-store"), ("referrer-policy", "no-referrer")] {
        assert!(answer.headers[header].to_str().unwrap().contains(value), "{header}");
    }
    assert!(answer.headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    assert_eq!(test.audit().await, ["integration.configured", "integration.consent_denied"]);
    let location = test.consent(&id).await;
    let answer = test.come_back_to(&test.router, &location, "text/html").await;
    assert_eq!(answer.status, 200);
}

#[tokio::test(start_paused = true)]
async fn of_several_companies_the_settings_choose_one() {
    let test = test().await;
    let companies = |ids: &[&str]| {
        let all = ids.iter().map(|id| ledgers::Company { id: (*id).to_owned(), name: format!("Company {id}") });
        test.xero().books().companies = all.collect();
    };
    companies(&["a", "b"]);
    let id = test.configure(json!({"provider": "xero"})).await;
    let location = test.consent(&id).await;
    let answer = test.come_back(&location).await;
    assert_eq!(answer.body["status"], "needs_company");
    let shown = test.status(&id).await;
    assert_eq!(shown["companies"][1]["id"], "b", "{shown}");
    let choose = |company: &str| json!({"provider": "xero", "settings": {"company_id": company}});
    test.configure(choose("c")).await;
    assert_eq!(test.status(&id).await["status"], "needs_company");
    test.configure(choose("b")).await;
    let shown = test.status(&id).await;
    assert_eq!((&shown["status"], &shown["company"]["id"]), (&json!("connected"), &json!("b")));
    // Until something is written, another one may be chosen.
    test.configure(choose("a")).await;
    let (capabilities, _) = test.world.instance();
    let tenant = edge_tenants::testing::ACME;
    let open = connections(&capabilities).open(tenant, &id, &capabilities.http).await.unwrap();
    open.note_written().await.unwrap();
    open.ready().await.unwrap();
    let (status, refused) = test.acme("POST", "/configure", choose("b")).await;
    assert_eq!((status, &refused["code"]), (409, &json!("COMPANY_CHANGED")), "{refused}");
    let (status, _) = test.acme("POST", "/configure", json!({"provider": "xero", "environment": "sandbox"})).await;
    assert_eq!(status, 409);
    // A consent that does not reach it leaves the connection as it is.
    companies(&["b"]);
    let location = test.consent(&id).await;
    assert_eq!(test.come_back(&location).await.code(), (409, "COMPANY_CHANGED"));
    assert_eq!(test.status(&id).await["company"]["id"], "a");
    open.ready().await.unwrap();
    // One that reaches it among others goes on with it.
    companies(&["b", "a"]);
    let location = test.consent(&id).await;
    assert_eq!(test.come_back(&location).await.body["company"]["id"], "a");
    open.ready().await.unwrap();
    open.client().companies().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn nobody_is_connected_while_the_provider_does_not_answer() {
    let test = test().await;
    let id = test.configure(json!({"provider": "xero"})).await;
    for call in ["POST /connect/token", "GET /connections"] {
        let location = test.consent(&id).await;
        test.xero().order(ledgers::Fault::once(call, ledgers::FaultKind::Lost));
        assert_eq!(test.come_back(&location).await.code(), (503, "UPSTREAM_UNAVAILABLE"), "{call}");
        assert_eq!(test.status(&id).await["status"], "needs_consent");
    }
    let location = test.consent(&id).await;
    assert_eq!(test.come_back(&location).await.body["status"], "connected");
}

/// Each of the six signs in at its stand-in as its provider has it, works, and is disconnected.
#[tokio::test(start_paused = true)]
async fn each_provider_is_connected_as_it_lets_the_edge_in() {
    let test = test().await;
    test.world.config.set("sap_host", "http://upstreams.example");
    for (provider, credentials) in [
        ("quickbooks", ledgers::credentials("quickbooks")),
        ("xero", ledgers::credentials("xero")),
        ("sage", ledgers::credentials("sage")),
        ("netsuite", ledgers::credentials("netsuite")),
        ("netsuite", ledgers::certificate_credentials()),
        ("dynamics365", ledgers::credentials("dynamics365")),
        ("sap", ledgers::credentials("sap")),
    ] {
        let mut body = json!({"provider": provider, "name": format!("{provider} {}", credentials.len()),
            "credentials": credentials});
        if provider == "sap" {
            body["credentials"]["api_endpoint"] = json!("http://upstreams.example/ledgers/sap");
        }
        let (status, made) = test.acme("POST", "/configure", body.clone()).await;
        assert_eq!(status, 201, "{made}");
        let id = made["id"].as_str().unwrap();
        if made["status"] == "needs_consent" {
            let location = test.consent(id).await;
            assert_eq!(test.come_back(&location).await.status, 200, "{provider}");
        } else {
            let (status, refused) = test.acme("GET", &format!("/{id}/authorize"), Value::Null).await;
            assert_eq!((status, &refused["code"]), (409, &json!("CONSENT_NOT_NEEDED")), "{provider}");
        }
        let mut shown = test.status(id).await;
        if shown["status"] == "needs_company" {
            body["settings"] = json!({"company_id": shown["companies"][0]["id"]});
            test.configure(body).await;
            shown = test.status(id).await;
        }
        assert_eq!((&shown["status"], &shown["problem"]), (&json!("connected"), &Value::Null), "{provider} {shown}");
        let (capabilities, _) = test.world.instance();
        let open = connections(&capabilities).open(edge_tenants::testing::ACME, id, &capabilities.http).await.unwrap();
        open.ready().await.unwrap();
        open.renew().await.unwrap();
        open.client().companies().await.unwrap();
        let (_, gone) = test.acme("POST", &format!("/{id}/disconnect"), json!({})).await;
        assert_eq!((&gone["status"], &gone["revoked"]), (&json!("disconnected"), &json!(true)), "{provider} {gone}");
    }
}
