//! The queue and its runner, on SQLite.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod jobs {
    mod crashes;
    mod fairness;
    mod queue;
    mod runner;
}

use std::time::Duration;

use edge_capabilities::testing::World;
use edge_capabilities::{Clock as _, Timestamp};
use edge_database::Db;
use edge_jobs::{Job, JobFilter, JobKind, JobQueue, JobState, NewJob};

const KIND: JobKind = JobKind::new("test.kind");

/// The queue of a new instance.
fn queue(world: &World) -> JobQueue {
    JobQueue::new(&world.instance().0, &Db::new(world.db.clone()))
}

fn job(key: &str, due: Timestamp) -> NewJob {
    NewJob::new(KIND, key, due)
}

async fn claim(queue: &JobQueue) -> Vec<Job> {
    queue.claim(&[KIND.name], 10).await.unwrap()
}

async fn all(queue: &JobQueue) -> Vec<Job> {
    queue.list(&JobFilter::default(), None, 1_000).await.unwrap()
}

async fn states(world: &World, queue: &JobQueue) -> Vec<(String, JobState)> {
    let mut states: Vec<_> =
        all(queue).await.into_iter().map(|job| (job.key.clone(), job.state(world.clock.now()))).collect();
    states.sort_by(|one, other| one.0.cmp(&other.0));
    states
}

async fn wait(world: &World, seconds: u64) {
    world.clock.advance(Duration::from_secs(seconds)).await;
}
