//! Disconnecting, whatever the provider answers.

use edge_connections::{ConnectionError, IntegrationStatus};
use edge_tenants::testing::{ACME, PLATFORM};
use ledgers::{Fault, FaultKind};
use serde_json::{Value, json};

use crate::fixture::{INTEGRATIONS, Test, connections, test};

impl Test {
    async fn secrets_left(&self) -> i64 {
        let statement = "SELECT COUNT(*) FROM integrations WHERE tokens IS NOT NULL OR credentials IS NOT NULL";
        self.count(statement).await
    }

    fn is_granted(&self) -> bool {
        self.xero().books().grants.is_connected(self.xero().now())
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_stops_and_the_tokens_are_revoked_and_erased() {
    let test = test().await;
    let id = test.connected().await;
    let (capabilities, _) = test.world.instance();
    let open = connections(&capabilities).open(ACME, &id, &capabilities.http).await.unwrap();
    open.note_written().await.unwrap();
    let waiting = test.consent(&id).await;
    let (status, answer) = test.acme("POST", &format!("/{id}/disconnect"), json!({})).await;
    assert_eq!(
        (status, &answer["status"], &answer["revoked"]),
        (200, &json!("disconnected"), &json!(true)),
        "{answer}"
    );
    assert_eq!((test.secrets_left().await, test.is_granted()), (0, false));
    for stopped in [open.ready().await, open.renew().await] {
        let stopped = stopped.unwrap_err();
        assert!(matches!(stopped, ConnectionError::NotConnected(IntegrationStatus::Disconnected)), "{stopped}");
    }
    // Nobody comes back to it.
    assert_eq!(test.come_back(&waiting).await.code(), (400, "CONSENT_INVALID"));
    let (status, refused) = test.acme("GET", &format!("/{id}/authorize"), Value::Null).await;
    assert_eq!((status, &refused["code"]), (409, &json!("INTEGRATION_NOT_CONNECTED")));
    // Again: nothing is left to do.
    assert_eq!(test.acme("POST", &format!("/{id}/disconnect"), json!({})).await.0, 200);
    let audit = test.audit().await;
    assert_eq!(audit.iter().filter(|action| *action == "integration.disconnected").count(), 1, "{audit:?}");
    // Configured again it goes on, with the company that was written to alone.
    assert_eq!(test.connected().await, id);
    test.acme("POST", &format!("/{id}/disconnect"), json!({})).await;
    test.xero().books().companies = vec![ledgers::Company { id: "other".into(), name: "Other".into() }];
    test.configure(json!({"provider": "xero"})).await;
    let location = test.consent(&id).await;
    assert_eq!(test.come_back(&location).await.code(), (409, "COMPANY_CHANGED"));
    assert_eq!(test.status(&id).await["status"], "needs_consent");
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_does_not_answer_keeps_nothing_from_being_erased() {
    for kind in [FaultKind::Unheard, FaultKind::Status { status: 500 }, FaultKind::Cut] {
        let test = test().await;
        let id = test.connected().await;
        test.xero().order(Fault::once("POST /connect/revocation", kind));
        let (status, answer) = test.acme("POST", &format!("/{id}/disconnect"), json!({})).await;
        assert_eq!((status, &answer["revoked"]), (200, &json!(false)), "{answer}");
        assert!(answer["revocation_problem"].as_str().unwrap().contains("Xero"), "{answer}");
        assert_eq!(test.secrets_left().await, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_dies_while_it_disconnects_leaves_no_secret_behind() {
    let test = test().await;
    let mut deaths = 0;
    for makes_the_last in [false, true] {
        for calls in 1..60 {
            let id = test.connected().await;
            let (capabilities, life) = test.world.mortal(calls, makes_the_last);
            let mortal = edge_connections::router(capabilities);
            let path = format!("{INTEGRATIONS}/{id}/disconnect");
            let body = json!({});
            let asked = edge_http::testing::ask(&mortal, PLATFORM, Some(ACME), "POST", &path, &body);
            let is_alive = tokio::select! {
                (status, _) = asked => status == 200,
                () = life.death() => false,
            };
            deaths += u32::from(!is_alive);
            test.later(3600).await;
            match test.status(&id).await["status"].as_str().unwrap() {
                // It had not begun.
                "connected" => assert!(test.is_granted()),
                "disconnected" => assert_eq!((test.secrets_left().await, test.is_granted()), (0, false)),
                other => panic!("{other}"),
            }
            if is_alive {
                break;
            }
        }
    }
    assert!(deaths > 10, "{deaths}");
}

/// The provider answers a renewal only after somebody disconnected: nobody keeps the tokens that it gave.
#[tokio::test(start_paused = true)]
async fn tokens_that_come_after_the_disconnection_are_revoked() {
    let test = test().await;
    let id = test.connected().await;
    let (capabilities, _) = test.world.instance();
    let open = connections(&capabilities).open(ACME, &id, &capabilities.http).await.unwrap();
    let (router, ledgers, clock) = (test.router.clone(), test.ledgers.clone(), test.world.clock.clone());
    let path = format!("{INTEGRATIONS}/{id}/disconnect");
    test.world.http.on_request(move |request| {
        let (router, ledgers, clock, path) = (router.clone(), ledgers.clone(), clock.clone(), path.clone());
        async move {
            let is_token = request.uri().path().ends_with("/connect/token");
            let answer = ledgers.send(request).await.map_err(edge_capabilities::http::HttpError::Failed);
            if is_token {
                clock.advance(std::time::Duration::from_secs(1)).await;
                let body = json!({});
                let (status, _) = edge_http::testing::ask(&router, PLATFORM, Some(ACME), "POST", &path, &body).await;
                assert_eq!(status, 200);
            }
            answer
        }
    });
    let renewed = open.renew().await;
    assert!(matches!(renewed, Err(ConnectionError::NotConnected(IntegrationStatus::Disconnected))));
    assert_eq!((test.secrets_left().await, test.is_granted()), (0, false));
}
