use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use edge_capabilities::Clock as _;
use edge_capabilities::http::HttpError;
use edge_capabilities::request::{RequestScope, Scoped};
use edge_capabilities::testing::{START, Tasks, World};
use futures::future::{join, join_all};
use http::Response;
use serde_json::{Value, json};

use super::*;
use crate::seat_access::{AccessDecision, Reason, ShippedSeatAccess};
use crate::subject::{ExternalOrg, Id};
use crate::testing::TenantRow;
use crate::turns::MAX_AT_ONCE;

mod rolled_back;
mod unknown_subjects;
mod without_cache;

const FRESH: Duration = Duration::from_secs(10);
const STALE: Duration = Duration::from_mins(15);
const NEGATIVE: Duration = Duration::from_secs(5);
/// Between the borders above.
const A_MOMENT: Duration = Duration::from_secs(1);

/// A world with an ERP that says what it is told to.
struct Erp {
    world: World,
    says: Arc<Mutex<(u16, String)>>,
    takes_millis: Arc<AtomicU64>,
}

impl Erp {
    fn new() -> Self {
        let world = World::new(1);
        world.config.set("erp_url", "http://erp");
        let erp = Self { says: Arc::default(), takes_millis: Arc::new(AtomicU64::new(20)), world };
        erp.says_seat(&json!({}));
        let (says, takes, clock) = (erp.says.clone(), erp.takes_millis.clone(), erp.world.clock.clone());
        erp.world.http.on_request(move |_| {
            let (said, takes, clock) = (says.lock().unwrap().clone(), takes.load(Ordering::SeqCst), clock.clone());
            async move {
                clock.advance(Duration::from_millis(takes)).await;
                match said {
                    (0, reason) => Err(HttpError::Failed(reason)),
                    (status, body) => Ok(Response::builder().status(status).body(Bytes::from(body)).unwrap()),
                }
            }
        });
        erp
    }

    /// A seat that is good for an hour, but for `changes`.
    fn says_seat(&self, changes: &Value) {
        let mut seat = json!({
            "organization_id": "org_1", "seat_id": "seat_1", "seat_status": "ACTIVE", "subscription_id": "sub_1",
            "subscription_status": "ACTIVE", "current_period_end": self.after(3600), "version": 1,
        });
        for (field, value) in changes.as_object().unwrap() {
            seat[field] = value.clone();
        }
        self.says(200, &seat.to_string());
    }

    fn says(&self, status: u16, body: &str) {
        *self.says.lock().unwrap() = (status, body.to_owned());
    }

    fn is_down(&self) {
        self.says(0, "down");
    }

    /// The instant so many seconds after the start, as the ERP writes it.
    fn after(&self, seconds: u64) -> String {
        START.plus(Duration::from_secs(seconds)).to_string()
    }

    fn instance(&self) -> (Verification, Tasks) {
        let (capabilities, tasks) = self.world.instance();
        let db = Db::new(capabilities.db.clone());
        (Verification::new(capabilities, &db, Arc::new(ShippedSeatAccess)), tasks)
    }

    async fn pass(&self, duration: Duration) {
        self.world.clock.advance(duration).await;
    }

    fn calls(&self) -> u64 {
        self.world.http.calls()
    }
}

fn subject(user: &str) -> Subject {
    let id = |text| Id::parse(text).unwrap();
    Subject { org: ExternalOrg { application: id("healos"), id: id("hospital") }, user: id(user) }
}

/// Access, reason and source of a verdict, or that there is none.
async fn ask(verification: &Verification) -> Option<(bool, Reason, Source)> {
    let verdict = verification.verify(&subject("u"), None).await.ok()?;
    Some((verdict.access.has_access, verdict.access.reason, verdict.source))
}

const fn granted(source: Source) -> Option<(bool, Reason, Source)> {
    Some((true, Reason::SeatActive, source))
}

#[tokio::test(start_paused = true)]
async fn what_is_fresh_is_answered_from_the_cache_by_every_instance() {
    let erp = Erp::new();
    let ((one, _t1), (other, _t2)) = (erp.instance(), erp.instance());
    assert_eq!(ask(&one).await, granted(Source::Erp));
    erp.pass(FRESH - A_MOMENT).await;
    assert_eq!(ask(&one).await, granted(Source::Cache));
    assert_eq!(ask(&other).await, granted(Source::Cache));
    assert_eq!(erp.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_stale_is_answered_at_once_and_refreshed_once_behind_the_answer() {
    let erp = Erp::new();
    let instances: Vec<_> = (0..4).map(|_| erp.instance()).collect();
    ask(&instances[0].0).await;
    erp.pass(FRESH + A_MOMENT).await;
    erp.takes_millis.store(500, Ordering::SeqCst);
    let before = erp.world.clock.now();
    let answers = join_all((0..16).map(|n| ask(&instances[n % 4].0))).await;
    assert!(answers.iter().all(|answer| *answer == granted(Source::Stale)), "{answers:?}");
    // For the comparison of the cache by its instance, which is looked at after a millisecond, and not for the ERP.
    assert!(erp.world.clock.now().millis_since(before) <= 1, "somebody waited");
    erp.pass(A_MOMENT).await;
    assert_eq!(erp.calls(), 2);
    assert_eq!(ask(&instances[3].0).await, granted(Source::Cache));
}

#[tokio::test(start_paused = true)]
async fn without_the_erp_cached_verdicts_serve_until_too_old_and_no_verdict_is_guessed() {
    let erp = Erp::new();
    let (verification, _tasks) = erp.instance();
    ask(&verification).await;
    for failure in [0, 500, 401, 404, 200] {
        erp.says(failure, "{}");
        erp.pass(FRESH + A_MOMENT).await;
        assert_eq!(ask(&verification).await, granted(Source::Stale), "{failure}");
        assert!(verification.verify(&subject("stranger"), None).await.is_err(), "{failure}");
    }
    erp.pass(STALE).await;
    assert_eq!(ask(&verification).await, None);
    // Nothing of the outage is remembered.
    erp.says_seat(&json!({}));
    assert_eq!(ask(&verification).await, granted(Source::Erp));
    assert!(verification.verify(&subject("stranger"), None).await.unwrap().access.has_access);
}

#[tokio::test(start_paused = true)]
async fn an_erp_that_hangs_costs_its_patience_once() {
    let erp = Erp::new();
    let (verification, _tasks) = erp.instance();
    erp.takes_millis.store(60_000, Ordering::SeqCst);
    let before = erp.world.clock.now();
    let answers = join_all((0..10).map(|_| ask(&verification))).await;
    assert_eq!(answers, [None; 10]);
    let took = erp.world.clock.now().millis_since(before);
    assert!(took < 2_100, "{took} ms");
    assert_eq!(erp.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn whoever_was_unknown_is_asked_about_again_soon() {
    for (code, reason) in
        [("ORGANIZATION_NOT_FOUND", Reason::OrganizationNotFound), ("SEAT_NOT_FOUND", Reason::SeatNotFound)]
    {
        let erp = Erp::new();
        let (verification, _tasks) = erp.instance();
        erp.says(404, &json!({ "code": code }).to_string());
        assert_eq!(ask(&verification).await, Some((false, reason, Source::Erp)));
        erp.says_seat(&json!({}));
        erp.pass(NEGATIVE - A_MOMENT).await;
        assert_eq!(ask(&verification).await, Some((false, reason, Source::Cache)));
        erp.pass(A_MOMENT * 2).await;
        assert_eq!(ask(&verification).await, granted(Source::Erp));
    }
}

#[tokio::test(start_paused = true)]
async fn a_denial_of_a_seat_is_news_for_a_short_while_and_outlives_an_outage() {
    let erp = Erp::new();
    let (verification, _tasks) = erp.instance();
    erp.says_seat(&json!({"seat_status": "PENDING"}));
    let denied = |source| Some((false, Reason::SeatPending, source));
    assert_eq!(ask(&verification).await, denied(Source::Erp));
    assert_eq!(ask(&verification).await, denied(Source::Cache));
    erp.is_down();
    erp.pass(NEGATIVE + A_MOMENT).await;
    assert_eq!(ask(&verification).await, denied(Source::Stale));
    erp.says_seat(&json!({}));
    assert_eq!(ask(&verification).await, granted(Source::Erp));
}

#[tokio::test(start_paused = true)]
async fn access_ends_at_its_instant_also_while_it_is_fresh_and_nobody_can_be_asked() {
    let erp = Erp::new();
    let (verification, _tasks) = erp.instance();
    erp.says_seat(&json!({"current_period_end": erp.after(5)}));
    assert_eq!(ask(&verification).await, granted(Source::Erp));
    erp.is_down();
    erp.pass(Duration::from_millis(5_000 - 21)).await;
    assert_eq!(ask(&verification).await, granted(Source::Cache));
    erp.pass(Duration::from_millis(1)).await;
    assert_eq!(ask(&verification).await, Some((false, Reason::SubscriptionExpired, Source::Stale)));
    // It was renewed: the ERP is asked before anybody is turned away.
    erp.says_seat(&json!({"current_period_end": erp.after(3600), "version": 2}));
    assert_eq!(ask(&verification).await, granted(Source::Erp));
}

#[tokio::test(start_paused = true)]
async fn an_invalidation_holds_for_the_very_next_check_of_every_instance() {
    for (by_name, erp_is_down) in [(false, false), (true, false), (false, true), (true, true)] {
        let erp = Erp::new();
        let instances: Vec<_> = (0..3).map(|_| erp.instance()).collect();
        for (instance, _) in &instances {
            ask(instance).await;
        }
        erp.says_seat(&json!({"seat_status": "REVOKED", "version": 2}));
        if erp_is_down {
            erp.is_down();
        }
        let invalidation = instances[0].0.invalidation();
        if by_name {
            invalidation.invalidate_external_org(&subject("u").org).await.unwrap();
        } else {
            invalidation.invalidate("org_1").await.unwrap();
        }
        for (instance, _) in &instances {
            let answer = ask(instance).await;
            if erp_is_down {
                assert_eq!(answer, None);
            } else {
                assert_eq!(
                    answer.map(|(has_access, reason, _)| (has_access, reason)),
                    Some((false, Reason::SeatRevoked))
                );
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_was_on_its_way_when_the_seat_was_revoked_is_not_kept() {
    let erp = Erp::new();
    let ((slow, _t1), (other, _t2)) = (erp.instance(), erp.instance());
    ask(&slow).await;
    erp.pass(STALE + A_MOMENT).await;
    erp.takes_millis.store(1_000, Ordering::SeqCst);
    let on_its_way = {
        let slow = slow.clone();
        tokio::spawn(async move { ask(&slow).await })
    };
    erp.pass(Duration::from_millis(500)).await;
    erp.says_seat(&json!({"seat_status": "REVOKED", "version": 2}));
    other.invalidation().invalidate("org_1").await.unwrap();
    // Who comes now does not wait for the old answer.
    assert_eq!(ask(&slow).await, Some((false, Reason::SeatRevoked, Source::Erp)));
    assert_eq!(on_its_way.await.unwrap(), granted(Source::Erp));
    assert_eq!(ask(&other).await, Some((false, Reason::SeatRevoked, Source::Cache)));
}

/// A tenant that a payment event suspended.
async fn suspend(erp: &Erp, verification: &Verification) -> TenantRow {
    let tenant = TenantRow::new(&erp.world, "org_1").await;
    tenant.apply_payment("suspended", None).await;
    verification.invalidation().payment_changed("org_1").await.unwrap();
    tenant
}

const SUSPENDED: Option<(bool, Reason, Source)> = Some((false, Reason::SubscriptionSuspended, Source::Erp));

#[tokio::test(start_paused = true)]
async fn a_payment_event_goes_before_what_the_erp_says_until_the_platform_drops_it() {
    let erp = Erp::new();
    let (verification, _tasks) = erp.instance();
    ask(&verification).await;
    suspend(&erp, &verification).await;
    assert_eq!(ask(&verification).await, SUSPENDED);
    verification.invalidation().invalidate("org_1").await.unwrap();
    assert_eq!(ask(&verification).await, SUSPENDED);
    verification.invalidation().invalidate_external_org(&subject("u").org).await.unwrap();
    assert_eq!(ask(&verification).await, SUSPENDED);
    verification.invalidation().drop_payments("org_1").await.unwrap();
    assert_eq!(ask(&verification).await, granted(Source::Erp));
}

/// A rule that lets everybody in.
struct OpenDoor;

#[async_trait::async_trait]
impl SeatAccess for OpenDoor {
    async fn decide(&self, _: crate::SeatFacts) -> AccessDecision {
        AccessDecision { has_access: true, reason: Reason::SeatActive }
    }
}

#[tokio::test(start_paused = true)]
async fn a_tenant_that_is_not_active_gets_no_grant_whatever_the_rule_says() {
    let erp = Erp::new();
    let (capabilities, _tasks) = erp.world.instance();
    let db = Db::new(capabilities.db.clone());
    let verification = Verification::new(capabilities, &db, Arc::new(OpenDoor));
    let tenant = TenantRow::new(&erp.world, "org_1").await;
    assert_eq!(ask(&verification).await, granted(Source::Erp));
    tenant.set_active(false).await;
    verification.invalidation().invalidate("org_1").await.unwrap();
    assert_eq!(ask(&verification).await, SUSPENDED);
    assert_eq!(ask(&verification).await, Some((false, Reason::SubscriptionSuspended, Source::Cache)));
    tenant.set_active(true).await;
    verification.invalidation().invalidate("org_1").await.unwrap();
    assert_eq!(ask(&verification).await, granted(Source::Erp));
}

#[tokio::test(start_paused = true)]
async fn a_payment_event_counts_also_while_a_store_is_down() {
    let erp = Erp::new();
    let (verification, _tasks) = erp.instance();
    suspend(&erp, &verification).await;
    erp.world.cache.set_down(true);
    assert_eq!(ask(&verification).await, SUSPENDED);
    erp.world.cache.set_down(false);
    erp.world.db.set_down(true);
    // The ERP's word is not enough.
    assert_eq!(ask(&verification).await, None);
    erp.world.db.set_down(false);
    // Whoever waits for an answer is not kept off by the one that failed.
    assert_eq!(ask(&verification).await, SUSPENDED);
    erp.world.db.set_down(true);
    assert_eq!(ask(&verification).await, Some((false, Reason::SubscriptionSuspended, Source::Cache)));
}

#[tokio::test(start_paused = true)]
async fn five_hundred_who_come_cold_cost_the_erp_one_call() {
    let erp = Erp::new();
    let instances: Vec<_> = (0..32).map(|_| erp.instance()).collect();
    let answers = join_all((0..500).map(|n| ask(&instances[n % 32].0))).await;
    assert!(answers.iter().all(|answer| answer.is_some_and(|(has_access, ..)| has_access)), "{answers:?}");
    assert_eq!(erp.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn when_the_one_who_asks_dies_the_others_recover() {
    let erp = Erp::new();
    erp.takes_millis.store(500, Ordering::SeqCst);
    let ((dying, _t1), (other, _t2)) = (erp.instance(), erp.instance());
    let leader = tokio::spawn(async move { ask(&dying).await });
    erp.pass(Duration::from_millis(100)).await;
    let before = erp.world.clock.now();
    let (answers, ()) = tokio::join!(join_all((0..20).map(|_| ask(&other))), async {
        erp.pass(Duration::from_millis(100)).await;
        leader.abort();
    });
    assert!(answers.iter().all(|answer| answer.is_some_and(|(has_access, ..)| has_access)), "{answers:?}");
    assert_eq!(erp.calls(), 2);
    assert!(erp.world.clock.now().millis_since(before) < 4_000);
}

#[tokio::test(start_paused = true)]
async fn whoever_knows_of_a_change_sees_nothing_older() {
    let erp = Erp::new();
    let (verification, _tasks) = erp.instance();
    let wanting = async |version| verification.verify(&subject("u"), Some(version)).await.map(|verdict| verdict.source);
    assert_eq!(wanting(1).await, Ok(Source::Erp));
    assert_eq!(wanting(1).await, Ok(Source::Cache));
    erp.says_seat(&json!({"version": 2}));
    assert_eq!(wanting(2).await, Ok(Source::Erp));
    assert_eq!(wanting(2).await, Ok(Source::Cache));
    erp.is_down();
    assert!(wanting(3).await.is_err());
    assert_eq!(wanting(2).await, Ok(Source::Cache));
}

#[tokio::test(start_paused = true)]
async fn while_the_record_hangs_a_check_ends_in_time_and_what_is_known_is_served() {
    let erp = Erp::new();
    let (verification, _tasks) = erp.instance();
    // What is said at the first contact is not kept for as long.
    ask(&verification).await;
    erp.pass(FRESH + A_MOMENT).await;
    ask(&verification).await;
    erp.world.db.set_hanging(true);
    let took = async |user: &str, min_version| {
        let before = erp.world.clock.now();
        let verified = verification.verify(&subject(user), min_version).await;
        (verified.ok().map(|verdict| verdict.source), erp.world.clock.now().millis_since(before))
    };
    let (source, millis) = took("u", None).await;
    assert!(source.is_some() && millis < 100, "{source:?} after {millis} ms");
    // Many wait no longer than one.
    for (source, millis) in join_all((0..100).map(|_| took("a stranger", None))).await {
        assert_eq!(source, None);
        assert!(millis <= 4_600, "{millis} ms");
    }
    erp.world.db.set_hanging(false);
    assert_eq!(took("a stranger", None).await.0, Some(Source::Erp));
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_back_makes_nothing_younger_than_it_is() {
    let erp = Erp::new();
    let (verification, _tasks) = erp.instance();
    ask(&verification).await;
    erp.world.clock.shift(-30_000);
    assert_eq!(ask(&verification).await, granted(Source::Cache));
    erp.world.clock.shift(-60_000);
    assert_eq!(ask(&verification).await, granted(Source::Erp));
}

#[tokio::test(start_paused = true)]
async fn a_setting_that_is_no_number_is_named() {
    let erp = Erp::new();
    erp.world.config.set("seat_fresh_ms", "ten");
    let (verification, _tasks) = erp.instance();
    let error = verification.verify(&subject("u"), None).await.unwrap_err();
    assert!(error.to_string().contains("seat_fresh_ms"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn while_the_erp_is_down_it_is_not_hammered_behind_stale_answers() {
    let erp = Erp::new();
    let (verification, _tasks) = erp.instance();
    ask(&verification).await;
    erp.is_down();
    erp.pass(FRESH + A_MOMENT).await;
    let before = erp.calls();
    for _ in 0..1000 {
        assert_eq!(ask(&verification).await, granted(Source::Stale));
        erp.pass(Duration::from_millis(1)).await;
    }
    let calls = erp.calls() - before;
    assert!((1..=5).contains(&calls), "{calls} calls in a second");
}

#[tokio::test(start_paused = true)]
async fn while_the_erp_is_down_a_thousand_stale_users_cost_no_more_than_one() {
    let erp = Erp::new();
    let (verification, _tasks) = erp.instance();
    let source = async |user: u64| verification.verify(&subject(&format!("u{user}")), None).await.unwrap().source;
    for user in 0..1000 {
        source(user).await;
    }
    erp.is_down();
    erp.pass(FRESH + A_MOMENT).await;
    let before = erp.calls();
    for user in 0..1000 {
        assert_eq!(source(user).await, Source::Stale);
        erp.pass(Duration::from_millis(1)).await;
    }
    let calls = erp.calls() - before;
    assert!((1..=100).contains(&calls), "{calls} calls in a second");
    // Its return is noticed soon, and then all are refreshed.
    erp.says_seat(&json!({"version": 2}));
    erp.pass(Duration::from_secs(1)).await;
    for round in [Source::Stale, Source::Cache] {
        for user in 0..1000 {
            assert_eq!(source(user).await, round, "{user}");
            erp.pass(Duration::from_millis(8)).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_overloaded_host_has_refreshes_put_off_but_not_for_ever() {
    let erp = Erp::new();
    let (verification, _tasks) = erp.instance();
    let ask = async |is_overloaded| {
        let scope = RequestScope { is_overloaded, ..RequestScope::default() };
        let verdict = Scoped::new(scope, Box::pin(verification.verify(&subject("ana"), None))).await.unwrap();
        erp.pass(Duration::from_millis(100)).await;
        (verdict.source, erp.calls())
    };
    assert_eq!(ask(true).await, (Source::Erp, 1));
    erp.pass(FRESH).await;
    assert_eq!(ask(true).await, (Source::Stale, 1));
    assert_eq!(ask(false).await, (Source::Stale, 2));
    assert_eq!(ask(true).await, (Source::Cache, 2));
    erp.pass(FRESH * 4 - Duration::from_millis(500)).await;
    assert_eq!(ask(true).await, (Source::Stale, 2));
    erp.pass(Duration::from_millis(500)).await;
    assert_eq!(ask(true).await, (Source::Stale, 3));
    assert_eq!(ask(true).await, (Source::Cache, 3));
}

#[tokio::test(start_paused = true)]
async fn on_an_overloaded_host_who_is_not_known_waits_for_the_processor_and_who_is_known_does_not() {
    let erp = Erp::new();
    let ((here, _tasks), (there, _other_tasks)) = (erp.instance(), erp.instance());
    let ask = async |verification: &Verification, is_overloaded| {
        let scope = RequestScope { is_overloaded, ..RequestScope::default() };
        let since = erp.world.clock.now();
        let verdict = Scoped::new(scope, Box::pin(verification.verify(&subject("ana"), None))).await.unwrap();
        (verdict.source, erp.calls(), erp.world.clock.now().millis_since(since))
    };
    assert_eq!(ask(&here, true).await, (Source::Erp, 1, 22));
    assert_eq!(ask(&here, true).await, (Source::Cache, 1, 0));
    erp.pass(STALE + A_MOMENT).await;
    assert_eq!(ask(&here, false).await, (Source::Erp, 2, 20));
    erp.pass(STALE + A_MOMENT).await;
    erp.takes_millis.store(1, Ordering::SeqCst);
    let (put_off, other) = tokio::join!(ask(&here, true), ask(&there, false));
    assert_eq!((put_off, other), ((Source::Cache, 3, 2), (Source::Erp, 3, 1)), "another asked meanwhile");
}

#[tokio::test(start_paused = true)]
async fn of_many_verdicts_that_turn_stale_at_once_a_few_are_refreshed_at_a_time() {
    let erp = Erp::new();
    let (verification, _tasks) = erp.instance();
    let users = 10 * MAX_AT_ONCE;
    let source = async |user| verification.verify(&subject(&format!("u{user}")), None).await.unwrap().source;
    for user in 0..users {
        source(user).await;
    }
    erp.pass(FRESH + A_MOMENT).await;
    let mut fresh = 0;
    for round in 0..12 {
        let calls = erp.calls();
        let sources = join_all((0..users).map(&source)).await;
        let count = |which| sources.iter().filter(|source| **source == which).count();
        assert_eq!((count(Source::Cache), count(Source::Stale)), (fresh, users - fresh));
        erp.pass(Duration::from_millis(100)).await;
        let more = (1 << round).min(MAX_AT_ONCE).min(users - fresh);
        assert_eq!(erp.calls() - calls, more as u64);
        fresh += more;
    }
    assert_eq!(join_all((0..users).map(&source)).await, vec![Source::Cache; users]);
}
