use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use edge_capabilities::testing::START;

use super::*;
use crate::seat::{SeatStatus, SubscriptionStatus};
use crate::seat_access::{Reason, ShippedSeatAccess};

const NOW: i64 = START.as_millis();
const DAY: i64 = 24 * 3600 * 1000;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(NOW + millis)
}

/// The shipped rule, counting how often it is evaluated.
#[derive(Default)]
struct Counted(AtomicUsize);

#[async_trait]
impl SeatAccess for Counted {
    async fn decide(&self, facts: SeatFacts) -> AccessDecision {
        self.0.fetch_add(1, Ordering::Relaxed);
        ShippedSeatAccess.decide(facts).await
    }
}

/// A verdict from the cache that was read three seconds ago, is fresh for seven seconds more and of use for 890 s more; of a
/// subscription whose period ends so many milliseconds from now.
async fn verdict(subscription_status: SubscriptionStatus, ends_in: Option<i64>) -> Verdict {
    let (status, expires_at) = (SeatStatus::Active, ends_in.map(at));
    let facts = SeatFacts { seat_status: status, subscription_status, expires_at, now: at(0) };
    Verdict {
        access: ShippedSeatAccess.decide(facts).await,
        source: Source::Cache,
        as_of: at(-3000),
        fresh_until: at(7000),
        stale_until: at(890_000),
        is_fenced: true,
        seat: Some(Seat {
            organization: "org_1".into(),
            id: "seat_789".into(),
            status,
            subscription_status,
            expires_at,
            version: 12,
        }),
    }
}

/// For how long the verdict is fresh from now on, for how long of use, and how often the rule was evaluated.
async fn of(verdict: &Verdict) -> (i64, i64, usize) {
    let rule = Counted::default();
    let Lifetime { now, fresh_until, stale_until } = Lifetime::of(verdict, &rule, at(0)).await;
    assert_eq!(now, at(0));
    (fresh_until.millis_since(now), stale_until.millis_since(now), rule.0.into_inner())
}

#[tokio::test]
async fn a_grant_lasts_no_longer_than_access() {
    use SubscriptionStatus as Sub;
    for (subscription, ends_in, fresh, stale) in [
        (Sub::Active, None, 7000, 890_000),
        (Sub::Active, Some(DAY), 7000, 890_000),
        (Sub::Active, Some(890_000), 7000, 890_000),
        (Sub::Active, Some(889_999), 7000, 889_999),
        (Sub::Trialing, Some(60_123), 7000, 60_123),
        (Sub::Cancelled, Some(7000), 7000, 7000),
        (Sub::Active, Some(6999), 6999, 6999),
        (Sub::Cancelled, Some(1), 1, 1),
        (Sub::PastDue, Some(-3 * DAY + 5000), 5000, 5000),
        (Sub::PastDue, Some(-DAY), 7000, 890_000),
    ] {
        let (found_fresh, found_stale, evaluated) = of(&verdict(subscription, ends_in).await).await;
        assert_eq!((found_fresh, found_stale), (fresh, stale), "{subscription:?} {ends_in:?}");
        assert!(evaluated <= if stale == 890_000 { 2 } else { 24 }, "{evaluated} {subscription:?} {ends_in:?}");
    }
    // Access ended between the decision and the answer.
    let mut ended = verdict(Sub::Active, Some(1)).await;
    if let Some(seat) = &mut ended.seat {
        seat.expires_at = Some(at(-1));
    }
    let (fresh, stale, _) = of(&ended).await;
    assert_eq!((fresh, stale), (0, 0));
}

#[tokio::test]
async fn a_denial_is_of_no_use_once_it_is_not_fresh() {
    let mut denied = verdict(SubscriptionStatus::Suspended, None).await;
    assert_eq!(of(&denied).await, (7000, 7000, 0));
    denied.seat = None;
    denied.access = AccessDecision { has_access: false, reason: Reason::SeatNotFound };
    assert_eq!(of(&denied).await, (7000, 7000, 0));
}

#[tokio::test]
async fn a_stale_grant_is_not_fresh_and_may_still_be_used() {
    let mut stale = verdict(SubscriptionStatus::Active, None).await;
    stale.source = Source::Stale;
    // It may be fresh still, if a token or a newer version was asked for and could not be had.
    assert_eq!(of(&stale).await, (0, 890_000, 1));
    stale.fresh_until = at(-100_000);
    stale.as_of = at(-110_000);
    assert_eq!(of(&stale).await, (-100_000, 890_000, 1));
    let mut ending = verdict(SubscriptionStatus::Active, Some(5000)).await;
    ending.source = Source::Stale;
    let (fresh, until, _) = of(&ending).await;
    assert_eq!((fresh, until), (0, 5000));
}

#[tokio::test]
async fn a_verdict_without_a_fence_may_not_be_remembered() {
    for source in Source::ALL {
        let mut unfenced = verdict(SubscriptionStatus::Active, None).await;
        (unfenced.is_fenced, unfenced.source) = (false, source);
        assert_eq!(of(&unfenced).await, (0, 0, 0));
    }
}

#[tokio::test]
async fn a_clock_that_is_ahead_makes_no_verdict_last_longer() {
    let mut ahead = verdict(SubscriptionStatus::Active, None).await;
    (ahead.as_of, ahead.fresh_until, ahead.stale_until) = (at(50_000), at(60_000), at(950_000));
    assert_eq!(of(&ahead).await, (10_000, 900_000, 2));
}
