//! Jobs come and go.

use std::time::Duration;

use edge_capabilities::Clock as _;
use edge_capabilities::testing::{START, SeededRandom, World};
use edge_database::Cursor;
use edge_jobs::{JobError, JobFilter, JobKind, JobState, LEASE};
use serde_json::json;

use crate::{KIND, all, claim, job, queue, states, wait};

#[tokio::test(start_paused = true)]
async fn a_job_that_is_enqueued_many_times_is_done_once() {
    let world = World::new(1);
    let queue = queue(&world);
    for _ in 0..3 {
        queue.enqueue(job("a", START)).await.unwrap();
        queue.ensure(vec![job("a", START), job("a", START)]).await.unwrap();
    }
    let claimed = claim(&queue).await;
    assert_eq!((claimed.len(), claimed[0].key.as_str(), claimed[0].attempts), (1, "a", 1));
    queue.complete(&claimed[0]).await.unwrap();
    assert_eq!(all(&queue).await, []);
    // Done, it may be asked for anew.
    queue.enqueue(job("a", START)).await.unwrap();
    assert_eq!(claim(&queue).await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_newest_payload_and_the_earliest_time_count() {
    let world = World::new(1);
    let queue = queue(&world);
    let at = |seconds| START.plus(Duration::from_secs(seconds));
    for (due, payload) in [(30, 1), (10, 2), (20, 3)] {
        queue.enqueue(job("a", at(due)).with(json!({ "n": payload })).for_tenant("t")).await.unwrap();
    }
    assert_eq!(claim(&queue).await, []);
    wait(&world, 10).await;
    let claimed = claim(&queue).await;
    assert_eq!(claimed[0].payload::<serde_json::Value>().unwrap(), json!({"n": 3}));
    assert_eq!(claimed[0].tenant(), Some("t"));
    assert!(matches!(claimed[0].payload::<Vec<String>>(), Err(JobError::Dead(_))));
}

#[tokio::test(start_paused = true)]
async fn a_job_that_is_enqueued_while_a_worker_has_it_is_done_once_more() {
    let world = World::new(1);
    let queue = queue(&world);
    let later = START.plus(Duration::from_secs(30));
    type Way = &'static str;
    let ways: [(Way, i64); 4] = [("complete", 30), ("postpone", 30), ("dead", 30), ("fail", 40)];
    for (way, due) in ways {
        queue.enqueue(job(way, START)).await.unwrap();
        let claimed = claim(&queue).await.remove(0);
        // What need not be done once more is not.
        queue.ensure(vec![job(way, START)]).await.unwrap();
        for payload in ["newer", "newest"] {
            queue.enqueue(job(way, later).with(json!(payload))).await.unwrap();
        }
        match way {
            "complete" => queue.complete(&claimed).await.unwrap(),
            "postpone" => queue.postpone(&claimed, START.plus(Duration::from_secs(90))).await.unwrap(),
            "dead" => queue.dead(&claimed, "why").await.unwrap(),
            // One that fails keeps its wait.
            _ => queue.fail(&claimed, "why", START.plus(Duration::from_secs(40))).await.unwrap(),
        }
        let left = queue.find(&claimed.id).await.unwrap().unwrap();
        assert_eq!(left.due_at.unwrap().millis_since(START), due * 1_000, "{way}");
        assert_eq!(left.payload::<String>().unwrap(), "newest", "{way}");
        assert_eq!(left.attempts, i64::from(way == "fail"), "{way}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_lost_its_lease_changes_nothing() {
    let world = World::new(1);
    let queue = queue(&world);
    queue.enqueue(job("a", START)).await.unwrap();
    let first = claim(&queue).await.remove(0);
    wait(&world, 50).await;
    assert!(queue.renew(&first).await.unwrap());
    wait(&world, 50).await;
    assert_eq!(claim(&queue).await, []);
    wait(&world, LEASE.as_secs()).await;
    let second = claim(&queue).await.remove(0);
    assert_eq!(second.attempts, 2);
    assert!(!queue.renew(&first).await.unwrap());
    queue.complete(&first).await.unwrap();
    queue.fail(&first, "why", START).await.unwrap();
    queue.dead(&first, "why").await.unwrap();
    queue.release(&first).await.unwrap();
    assert_eq!(all(&queue).await, std::slice::from_ref(&second));
    queue.complete(&second).await.unwrap();
    assert_eq!(all(&queue).await, []);
}

#[tokio::test(start_paused = true)]
async fn a_dead_job_waits_until_it_is_replayed_or_enqueued() {
    let world = World::new(1);
    let queue = queue(&world);
    for way in ["replay", "enqueue"] {
        queue.enqueue(job(way, START)).await.unwrap();
        let claimed = claim(&queue).await.remove(0);
        queue.dead(&claimed, "why").await.unwrap();
        queue.ensure(vec![job(way, START)]).await.unwrap();
        wait(&world, 100_000).await;
        assert_eq!(claim(&queue).await, []);
        let dead = queue.find(&claimed.id).await.unwrap().unwrap();
        assert_eq!((dead.state(world.clock.now()), dead.error.as_deref()), (JobState::Dead, Some("why")));
        match way {
            "replay" => assert!(queue.replay(&dead.id).await.unwrap().is_some()),
            _ => queue.enqueue(job(way, START)).await.unwrap(),
        }
        let again = claim(&queue).await.remove(0);
        assert_eq!((&again.id, again.attempts, again.error.as_deref()), (&dead.id, 1, None));
        // A worker has it.
        assert_eq!(queue.replay(&again.id).await.unwrap(), Some(again.clone()));
        queue.complete(&again).await.unwrap();
        assert_eq!(queue.replay(&again.id).await.unwrap(), None);
    }
}

#[tokio::test(start_paused = true)]
async fn a_job_that_waits_after_a_failure_is_replayed_at_once() {
    let world = World::new(1);
    let queue = queue(&world);
    queue.enqueue(job("a", START)).await.unwrap();
    let claimed = claim(&queue).await.remove(0);
    let due = START.plus(Duration::from_secs(500));
    queue.fail(&claimed, "why", due).await.unwrap();
    queue.enqueue(job("a", START)).await.unwrap();
    let waiting = queue.find(&claimed.id).await.unwrap().unwrap();
    assert_eq!((waiting.due_at, waiting.error.as_deref(), waiting.attempts), (Some(due), Some("why"), 1));
    queue.replay(&claimed.id).await.unwrap();
    assert_eq!(claim(&queue).await[0].attempts, 1);
}

#[tokio::test(start_paused = true)]
async fn a_job_is_due_when_the_row_that_it_is_about_says() {
    let world = World::new(1);
    let queue = queue(&world);
    let at = |seconds| START.plus(Duration::from_secs(seconds));
    queue.reschedule(vec![job("a", START)]).await.unwrap();
    let claimed = claim(&queue).await.remove(0);
    // Its worker has it: it knows the row itself.
    queue.reschedule(vec![job("a", START)]).await.unwrap();
    queue.fail(&claimed, "why", at(500)).await.unwrap();
    for due in [600, 50] {
        queue.reschedule(vec![job("a", at(due))]).await.unwrap();
        let waiting = queue.find(&claimed.id).await.unwrap().unwrap();
        assert_eq!((waiting.due_at, waiting.attempts), (Some(at(due)), 1), "{due}");
    }
    wait(&world, 50).await;
    queue.dead(&claim(&queue).await[0], "why").await.unwrap();
    queue.reschedule(vec![job("a", START)]).await.unwrap();
    assert_eq!(claim(&queue).await[0].attempts, 1);
}

#[tokio::test(start_paused = true)]
async fn a_list_holds_what_is_asked_for_newest_first() {
    let world = World::new(1);
    let queue = queue(&world);
    let other = JobKind::new("test.other");
    for (key, kind, tenant) in
        [("a", KIND, Some("t")), ("b", KIND, Some("u")), ("c", other, Some("t")), ("d", other, None)]
    {
        let job =
            edge_jobs::NewJob { tenant: tenant.map(ToOwned::to_owned), ..edge_jobs::NewJob::new(kind, key, START) };
        queue.enqueue(job).await.unwrap();
        wait(&world, 1).await;
    }
    let running = queue.claim(&[other.name], 1).await.unwrap().remove(0);
    let dead = queue.claim(&[KIND.name], 1).await.unwrap().remove(0);
    queue.dead(&dead, "why").await.unwrap();
    let list = async |filter: JobFilter| {
        let jobs = queue.list(&filter, None, 10).await.unwrap();
        jobs.iter().map(|job| job.key.clone()).collect::<String>()
    };
    let of = |state| JobFilter { state: Some(state), ..JobFilter::default() };
    assert_eq!(list(JobFilter::default()).await, "dcba");
    assert_eq!(list(of(JobState::Running)).await, running.key);
    assert_eq!(list(of(JobState::Dead)).await, dead.key);
    assert_eq!(list(of(JobState::Queued)).await.len(), 2);
    assert_eq!(list(JobFilter { tenant: Some("t".into()), ..JobFilter::default() }).await, "ca");
    assert_eq!(list(JobFilter { kind: Some(KIND.name.into()), ..JobFilter::default() }).await, "ba");
    let first = queue.list(&JobFilter::default(), None, 2).await.unwrap();
    let cursor = Cursor::new(first[1].created_at, first[1].id.as_str());
    let rest = queue.list(&JobFilter::default(), Some(cursor), 10).await.unwrap();
    assert_eq!(rest.iter().map(|job| job.key.as_str()).collect::<String>(), "ba");
    let counts = queue.count().await.unwrap();
    assert_eq!(counts.iter().map(|(_, _, count)| count).sum::<i64>(), 4);
    assert!(counts.contains(&(other.name.to_owned(), JobState::Running, 1)), "{counts:?}");
    // Its worker died.
    wait(&world, LEASE.as_secs()).await;
    assert_eq!(list(of(JobState::Running)).await, "");
    assert_eq!(queue.remove_dead(world.clock.now(), 10).await.unwrap(), 1);
    assert_eq!(states(&world, &queue).await.len(), 3);
}

#[test]
fn waits_double_up_to_a_limit_and_differ() {
    let random = SeededRandom::new(1);
    let kind = JobKind {
        first_wait: Duration::from_secs(10),
        max_wait: Duration::from_secs(100),
        ..JobKind::new("test.waits")
    };
    for (failures, most) in [(1, 10), (2, 20), (3, 40), (4, 80), (5, 100), (1_000, 100)] {
        let waits: Vec<u128> = (0..50).map(|_| kind.wait(&random, failures).as_millis()).collect();
        assert!(waits.iter().all(|wait| (most * 500..=most * 1_000).contains(wait)), "{failures}: {waits:?}");
        assert!(waits.iter().any(|wait| *wait != waits[0]));
    }
}
