//! An instance may die at any call.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use edge_capabilities::Clock as _;
use edge_capabilities::testing::{START, World};
use edge_database::Db;
use edge_jobs::{Drained, Job, JobError, JobHandler, JobOutcome, JobQueue, JobResult, JobRunner};

use crate::{KIND, all, job, queue, wait};

/// Asks the world, and fails once.
struct Working(Db, Arc<Mutex<Vec<String>>>);

#[async_trait]
impl JobHandler for Working {
    async fn run(&self, job: &Job) -> JobResult {
        self.0.query("SELECT 1", &[]).await?;
        self.1.lock().unwrap().push(job.key.clone());
        if job.attempts == 1 && job.key == "fails" {
            return Err(JobError::Retry("it fails".into()));
        }
        Ok(JobOutcome::Done)
    }
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_dies_at_any_call_leaves_what_another_finishes() {
    const KEYS: [&str; 3] = ["a", "b", "fails"];
    let mut survived = 0;
    for (calls, makes_the_last) in (1..).flat_map(|calls| [(calls, false), (calls, true)]) {
        let world = World::new(7);
        Db::new(world.db.clone()).prepare().await.unwrap();
        let done = Arc::<Mutex<Vec<String>>>::default();
        let start = |capabilities: &edge_capabilities::Capabilities| {
            let db = Db::new(capabilities.db.clone());
            let queue = JobQueue::new(capabilities, &db);
            let runner = JobRunner::new("test", capabilities, &queue).handle(KIND, Working(db, done.clone()));
            (queue, runner)
        };
        let (capabilities, life) = world.mortal(calls, makes_the_last);
        let (dying, runner) = start(&capabilities);
        let work = async {
            for key in KEYS {
                dying.enqueue(job(key, START)).await.unwrap();
            }
            runner.drain().await.unwrap();
        };
        tokio::select! {
            () = work => survived += 1,
            () = life.death() => {}
        }
        // Whoever wanted the jobs asks again, not knowing; leases end.
        let (capabilities, _tasks) = world.instance();
        let (living, runner) = start(&capabilities);
        living.ensure(KEYS.map(|key| job(key, START)).to_vec()).await.unwrap();
        for _ in 0..4 {
            wait(&world, 61).await;
            runner.drain().await.unwrap();
        }
        assert_eq!(all(&living).await, [], "{calls} calls, the last made: {makes_the_last}");
        let done = done.lock().unwrap();
        for key in KEYS {
            assert!(done.iter().any(|done| done == key), "{key} is lost: {calls} calls");
        }
        if survived > 2 {
            return;
        }
        assert!(calls < 100, "nobody lives long enough");
    }
}

#[tokio::test(start_paused = true)]
async fn while_the_database_is_down_nothing_is_lost() {
    let world = World::new(7);
    let queue = queue(&world);
    let done = Arc::<Mutex<Vec<String>>>::default();
    let (capabilities, _tasks) = world.instance();
    let runner =
        JobRunner::new("test", &capabilities, &queue).handle(KIND, Working(Db::new(world.db.clone()), done.clone()));
    queue.enqueue(job("a", world.clock.now())).await.unwrap();
    world.db.set_down(true);
    runner.drain().await.unwrap_err();
    queue.enqueue(job("b", world.clock.now())).await.unwrap_err();
    world.db.set_down(false);
    assert_eq!(runner.drain().await.unwrap(), Drained { completed: 1, ..Drained::default() });
    world.clock.advance(Duration::from_secs(1)).await;
    assert_eq!(*done.lock().unwrap(), ["a"]);
}
