//! The queue on PostgreSQL, where nodes claim at the very same time; where no server is installed there is nothing to test.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by a panic"
)]

#[path = "../../database/tests/server/mod.rs"]
mod server;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use edge_capabilities::Clock as _;
use edge_capabilities::testing::World;
use edge_database::Db;
use edge_jobs::{JobFilter, JobKind, JobQueue, JobState, NewJob};

const KIND: JobKind = JobKind::new("test.kind");

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_claim_at_the_same_time_get_each_job_once_and_all_tenants_their_turn() {
    let Some(server) = server::start().await else { return };
    let world = World::new(1);
    let mut nodes = Vec::new();
    server.new_database("jobs").await;
    for _ in 0..4 {
        let db = Db::new(Arc::new(server.connect("jobs").await));
        nodes.push(JobQueue::new(&world.instance().0, &db));
    }
    let due = world.clock.now();
    let jobs = |tenant: &str, count: usize| -> Vec<NewJob> {
        (0..count).map(|number| NewJob::new(KIND, format!("{tenant}.{number}"), due).for_tenant(tenant)).collect()
    };
    nodes[0].enqueue_all(jobs("large", 10_000)).await.unwrap();
    nodes[0].enqueue_all(jobs("small", 10)).await.unwrap();
    let first = nodes[0].claim(&[KIND.name, "test.other"], 40).await.unwrap();
    assert_eq!(first.iter().filter(|job| job.tenant() == Some("small")).count(), 10);
    assert_eq!(first.len(), 20);

    let workers = nodes.iter().cloned().map(|node| {
        tokio::spawn(async move {
            let mut keys = Vec::new();
            for _ in 0..30 {
                let jobs = node.claim(&[KIND.name], 40).await.unwrap();
                for job in &jobs {
                    node.complete(job).await.unwrap();
                }
                keys.extend(jobs.into_iter().map(|job| job.key));
            }
            keys
        })
    });
    let mut keys = Vec::new();
    for worker in futures::future::join_all(workers).await {
        let own = worker.unwrap();
        assert!(own.len() > 100, "a node waits for the others: it got {}", own.len());
        keys.extend(own);
    }
    assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len(), "a job was given twice");

    // A large backlog of one tenant is not read for each claim.
    let started = std::time::Instant::now();
    for _ in 0..10 {
        nodes[0].claim(&[KIND.name], 40).await.unwrap();
    }
    assert!(started.elapsed() < Duration::from_secs(2), "ten claims took {:?}", started.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_statement_of_the_queue_runs_on_postgresql() {
    let Some(server) = server::start().await else { return };
    let world = World::new(1);
    let db = Db::new(Arc::new(server.new_database("statements").await));
    let queue = JobQueue::new(&world.instance().0, &db);
    let now = world.clock.now();
    let job = |key: &str| NewJob::new(KIND, key, now);
    for key in ["complete", "again", "postpone", "fail", "dead", "release", "renew"] {
        queue.enqueue(job(key)).await.unwrap();
        queue.ensure(vec![job(key)]).await.unwrap();
        let claimed = queue.claim(&[KIND.name], 1).await.unwrap().remove(0);
        assert_eq!((claimed.key.as_str(), claimed.state(world.clock.now())), (key, JobState::Running));
        let later = now.plus(Duration::from_hours(1));
        match key {
            "again" => {
                queue.enqueue(job(key)).await.unwrap();
                queue.complete(&claimed).await.unwrap();
                let again = queue.claim(&[KIND.name], 1).await.unwrap().remove(0);
                assert_eq!((again.id.as_str(), again.attempts), (claimed.id.as_str(), 1));
                queue.complete(&again).await.unwrap();
            }
            "complete" => queue.complete(&claimed).await.unwrap(),
            "postpone" => queue.postpone(&claimed, later).await.unwrap(),
            "fail" => queue.fail(&claimed, "why", later).await.unwrap(),
            "dead" => queue.dead(&claimed, "why").await.unwrap(),
            "renew" => assert!(queue.renew(&claimed).await.unwrap()),
            _ => {
                queue.release(&claimed).await.unwrap();
                let again = queue.claim(&[KIND.name], 1).await.unwrap().remove(0);
                queue.complete(&again).await.unwrap();
            }
        }
    }
    for (state, count) in [(JobState::Queued, 2), (JobState::Running, 1), (JobState::Dead, 1)] {
        let filter = JobFilter { state: Some(state), kind: Some(KIND.name.into()), ..JobFilter::default() };
        let jobs = queue.list(&filter, None, 10).await.unwrap();
        assert_eq!(jobs.len(), count, "{state:?}");
        assert!(queue.count().await.unwrap().contains(&(KIND.name.to_owned(), state, i64::try_from(count).unwrap())));
    }
    let dead = JobFilter { state: Some(JobState::Dead), ..JobFilter::default() };
    let dead = queue.list(&dead, None, 10).await.unwrap().remove(0);
    assert_eq!(queue.replay(&dead.id).await.unwrap().unwrap().attempts, 0);
    let again = queue.claim(&[KIND.name], 10).await.unwrap().remove(0);
    queue.dead(&again, "why").await.unwrap();
    assert_eq!(queue.remove_dead(now.plus(Duration::from_hours(2)), 10).await.unwrap(), 1);
}
