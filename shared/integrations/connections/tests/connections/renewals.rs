//! Tokens are renewed by one instance at a time, and none is lost.

use std::time::Duration;

use edge_connections::{ConnectionError, IntegrationStatus};
use edge_tenants::testing::ACME;
use ledgers::{Fault, FaultKind};

use crate::fixture::{Test, connections, test};

impl Test {
    /// Whether the connection works, as an instance sees it that opens it now.
    async fn works(&self, id: &str) -> bool {
        let (capabilities, _) = self.world.instance();
        let Ok(open) = connections(&capabilities).open(ACME, id, &capabilities.http).await else { return false };
        open.ready().await.is_ok() && open.client().companies().await.is_ok()
    }

    fn renewals(&self) -> u64 {
        self.xero().books().grants.renewals
    }
}

#[tokio::test(start_paused = true)]
async fn tokens_are_renewed_before_they_expire_and_after_they_were_refused() {
    let test = test().await;
    let id = test.connected().await;
    let (capabilities, _) = test.world.instance();
    let open = connections(&capabilities).open(ACME, &id, &capabilities.http).await.unwrap();
    open.ready().await.unwrap();
    assert_eq!(test.renewals(), 0);
    test.world.clock.advance(Duration::from_mins(29) + Duration::from_secs(1)).await;
    open.ready().await.unwrap();
    assert_eq!(test.renewals(), 1);
    open.client().companies().await.unwrap();
    test.xero().books().grants.expire_access();
    assert!(open.client().companies().await.is_err());
    open.renew().await.unwrap();
    open.client().companies().await.unwrap();
    assert_eq!(test.renewals(), 2);
    assert!(test.works(&id).await);
}

#[tokio::test(start_paused = true)]
async fn of_many_instances_that_renew_at_once_one_asks_the_provider() {
    let test = test().await;
    let id = test.connected().await;
    let mut opened = Vec::new();
    for _ in 0..10 {
        let (capabilities, tasks) = test.world.instance();
        let open = connections(&capabilities).open(ACME, &id, &capabilities.http).await.unwrap();
        opened.push((open, tasks));
    }
    for round in 1..=5 {
        test.xero().books().grants.expire_access();
        let renewed = futures::future::join_all(opened.iter().map(|(open, _)| open.renew())).await;
        assert!(renewed.iter().all(Result::is_ok), "{round}");
        assert_eq!(test.renewals(), round);
        for (open, _) in &opened {
            open.client().companies().await.unwrap();
        }
    }
}

/// Before or after each call of a renewal the instance dies; another one goes on, with the old token where the new one is
/// lost.
#[tokio::test(start_paused = true)]
async fn an_instance_that_dies_at_any_call_of_a_renewal_loses_no_token() {
    let test = test().await;
    let id = test.connected().await;
    let mut deaths = 0;
    for makes_the_last in [false, true] {
        for calls in 1..40 {
            test.world.clock.advance(Duration::from_mins(31)).await;
            let (capabilities, life) = test.world.mortal(calls, makes_the_last);
            let mortal = connections(&capabilities);
            let work = async {
                let open = mortal.open(ACME, &id, &capabilities.http).await.unwrap();
                open.ready().await.unwrap();
            };
            let is_alive = tokio::select! {
                () = work => true,
                () = life.death() => false,
            };
            // Whoever died held the lease.
            test.world.clock.advance(Duration::from_mins(3)).await;
            assert!(test.works(&id).await, "{calls} {makes_the_last}");
            assert_eq!(test.status(&id).await["status"], "connected");
            if is_alive {
                break;
            }
            deaths += 1;
        }
    }
    assert!(deaths > 10, "{deaths}");
}

#[tokio::test(start_paused = true)]
async fn where_the_answer_to_a_renewal_is_lost_it_is_asked_for_again_with_the_old_token() {
    for kind in [FaultKind::Lost, FaultKind::Cut, FaultKind::Garbage, FaultKind::Status { status: 502 }] {
        for times in [1, 2, 3] {
            let test = test().await;
            let id = test.connected().await;
            test.world.clock.advance(Duration::from_mins(31)).await;
            test.xero().order(Fault::once("POST /connect/token", kind.clone()).times(times));
            let (capabilities, _) = test.world.instance();
            let open = connections(&capabilities).open(ACME, &id, &capabilities.http).await.unwrap();
            let ready = open.ready().await;
            assert_eq!(ready.is_ok(), times < 3, "{kind:?} {times}");
            // No lease is left behind.
            assert!(test.works(&id).await, "{kind:?} {times}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn while_the_database_is_away_new_tokens_wait_for_it() {
    let test = test().await;
    let id = test.connected().await;
    let (capabilities, _) = test.world.instance();
    let open = connections(&capabilities).open(ACME, &id, &capabilities.http).await.unwrap();
    test.xero().books().grants.expire_access();
    let (db, ledgers) = (test.world.db.clone(), test.ledgers.clone());
    // It goes away with the answer of the provider.
    test.world.http.on_request(move |request| {
        let (db, ledgers) = (db.clone(), ledgers.clone());
        async move {
            let is_token = request.uri().path().ends_with("/connect/token");
            let answer = ledgers.send(request).await.map_err(edge_capabilities::http::HttpError::Failed);
            if is_token {
                db.set_down(true);
            }
            answer
        }
    });
    let db = test.world.db.clone();
    let back = async {
        test.world.clock.advance(Duration::from_secs(8)).await;
        db.set_down(false);
    };
    let (renewed, ()) = tokio::join!(open.renew(), back);
    renewed.unwrap();
    assert_eq!(test.renewals(), 1);
    assert!(test.works(&id).await);
}

#[tokio::test(start_paused = true)]
async fn where_consent_was_withdrawn_people_are_told_once_and_a_new_consent_goes_on() {
    let test = test().await;
    let id = test.connected().await;
    let mut opened = Vec::new();
    for _ in 0..4 {
        let (capabilities, tasks) = test.world.instance();
        opened.push((connections(&capabilities).open(ACME, &id, &capabilities.http).await.unwrap(), tasks));
    }
    test.xero().books().grants.revoke();
    for (open, _) in &opened {
        let refused = open.renew().await.unwrap_err();
        assert!(matches!(refused, ConnectionError::NotConnected(IntegrationStatus::NeedsReauth)), "{refused}");
        assert!(matches!(open.ready().await, Err(ConnectionError::NotConnected(_))));
    }
    let shown = test.status(&id).await;
    assert_eq!(shown["status"], "needs_reauth");
    assert!(shown["problem"].as_str().unwrap().contains("invalid_grant"), "{shown}");
    let told = "SELECT COUNT(DISTINCT event_id) FROM notifications WHERE event_type = 'WORKSPACE_INTEGRATION_REAUTH'";
    assert_eq!(test.count(told).await, 1);
    assert_eq!(test.xero().calls_to("POST /connect/token"), 2);
    test.later(120).await;
    let location = test.consent(&id).await;
    assert_eq!(test.come_back(&location).await.body["status"], "connected");
    assert!(test.works(&id).await);
    test.xero().books().grants.revoke();
    let (capabilities, _) = test.world.instance();
    let open = connections(&capabilities).open(ACME, &id, &capabilities.http).await.unwrap();
    assert!(open.renew().await.is_err());
    assert_eq!(test.count(told).await, 2);
    let audit = test.audit().await;
    assert_eq!(audit.iter().filter(|action| *action == "integration.needs_reauth").count(), 2, "{audit:?}");
}

#[tokio::test(start_paused = true)]
async fn tokens_that_nobody_uses_are_renewed_before_the_provider_forgets_them() {
    let test = test().await;
    let id = test.connected().await;
    for _ in 0..12 {
        test.later(8 * 86_400).await;
    }
    assert!(test.renewals() >= 11, "{}", test.renewals());
    assert!(test.works(&id).await);
}
