//! What comes due by itself gets its movements from a job.

use std::time::Duration;

use edge_jobs::{JobQueue, JobRunner};

use super::*;
use crate::due::{WRITE_DUE, WriteDue};
use crate::movement::MovementKind;
use crate::subscription::Scheduled;

const DAY: Duration = Duration::from_hours(24);

/// Runs the jobs that are due.
async fn drain(world: &World) -> u32 {
    let (capabilities, _) = world.instance();
    let db = Db::new(capabilities.db.clone());
    let runner = JobRunner::new("subscriptions", &capabilities, &JobQueue::new(&capabilities, &db));
    let drained = runner.handle(WRITE_DUE, WriteDue(service(world))).drain().await.unwrap();
    assert_eq!((drained.retried, drained.dead), (0, 0));
    drained.completed
}

async fn written(subscriptions: &Subscriptions) -> Vec<(MovementKind, Timestamp)> {
    let movements = subscriptions.movements.of("org", "openmic").await.unwrap();
    assert!(movements.iter().all(|movement| movement.effects_due.is_none()));
    movements.iter().map(|movement| (movement.kind, movement.effective_at)).collect()
}

async fn fences(world: &World) -> i64 {
    let rows = Db::new(world.db.clone()).query("SELECT MAX(sequence) FROM seat_fences", &[]).await.unwrap();
    rows[0].integer(0).unwrap()
}

#[tokio::test(start_paused = true)]
async fn each_change_that_comes_due_is_written_once_with_its_own_time() {
    let start = service(&World::new(1)).now();
    let trial_end = start.plus(DAY * 14);
    let fresh = || Terms::new(plan(), 5, GatewayName::Manual, start);
    let period_end = fresh().begin(None, start).period.unwrap().1;
    let trial = fresh().begin(Some(trial_end), start);
    let mut cancelled = fresh().begin(None, start);
    cancelled.cancel_at_period_end = true;
    let mut fewer = fresh().begin(None, start);
    fewer.scheduled = Some(Scheduled { seats: Some(2), plan: None, at: period_end });
    for (terms, kind, at) in [
        (trial, MovementKind::Activated, trial_end),
        (cancelled, MovementKind::Ended, period_end),
        (fewer, MovementKind::Resized, period_end),
    ] {
        let world = World::new(1);
        let subscriptions = service(&world);
        subscriptions.put("sub", terms).await;
        let before = written(&subscriptions).await;
        world.clock.advance(DAY * 10).await;
        drain(&world).await;
        assert_eq!(written(&subscriptions).await, before, "{kind:?} is not due yet");
        world.clock.advance(DAY * 40).await;
        let (shown, fence) = (subscriptions.find("sub").await.unwrap(), fences(&world).await);
        drain(&world).await;
        assert_eq!(written(&subscriptions).await.last(), Some(&(kind, at)));
        assert!(fences(&world).await > fence);
        let after = subscriptions.find("sub").await.unwrap();
        assert_eq!((&after.terms, after.assigned), (&shown.terms, shown.assigned));
        let events = ErpEvents::new(Db::new(world.db.clone())).pending("org", 100).await.unwrap();
        assert_eq!(events.len(), 2, "{events:?}");
        // Nothing is left, however often it runs.
        world.clock.advance(DAY * 40).await;
        drain(&world).await;
        assert_eq!(written(&subscriptions).await.len(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn an_invitation_that_expired_is_written_with_the_time_of_its_end() {
    let world = World::new(1);
    let subscriptions = service(&world);
    subscriptions.begin("sub", 5).await;
    let ends = [1_u32, 2].map(|days| subscriptions.now().plus(DAY * days));
    for (email, end) in ["ana@x", "ben@x"].into_iter().zip(ends) {
        subscriptions.one(invite(email, end)).await.unwrap();
    }
    for (number, end) in ends.into_iter().enumerate() {
        world.clock.advance(DAY + Duration::from_hours(1)).await;
        drain(&world).await;
        let written = written(&subscriptions).await;
        assert_eq!(written.last(), Some(&(MovementKind::InvitationExpired, end)));
        assert_eq!(written.len(), 4 + number);
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_at_the_same_time_and_the_job_write_it_once_between_them() {
    let world = World::new(1);
    let subscriptions = service(&world);
    let now = subscriptions.now();
    let trial = Terms::new(plan(), 5, GatewayName::Manual, now).begin(Some(now.plus(DAY)), now);
    subscriptions.put("sub", trial).await;
    world.clock.advance(DAY * 2).await;
    let other = service(&world);
    let account = account();
    let (assigned, _) = tokio::join!(subscriptions.assign("ana"), other.write_due(&account));
    assigned.unwrap();
    let kinds: Vec<MovementKind> = written(&subscriptions).await.into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, [MovementKind::Created, MovementKind::Activated, MovementKind::Assigned]);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_dies_at_any_call_leaves_nothing_undone() {
    for calls in 0..30 {
        let world = World::new(1);
        let subscriptions = service(&world);
        let now = subscriptions.now();
        let trial = Terms::new(plan(), 5, GatewayName::Manual, now).begin(Some(now.plus(DAY)), now);
        subscriptions.put("sub", trial).await;
        world.clock.advance(DAY * 2).await;
        let (capabilities, lifetime) = world.mortal(calls, calls % 2 == 0);
        let mortal = Subscriptions::new(&capabilities, &Db::new(capabilities.db.clone()));
        let (death, account) = (lifetime.death(), account());
        tokio::select! {
            _ = mortal.write_due(&account) => {}
            () = death => {}
        }
        drop(lifetime);
        world.clock.advance(Duration::from_secs(11)).await;
        subscriptions.drain(10).await.unwrap();
        drain(&world).await;
        assert_eq!(written(&subscriptions).await.len(), 2, "after {calls} calls");
    }
}
