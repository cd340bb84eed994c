//! Jobs are run.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use edge_capabilities::Clock as _;
use edge_capabilities::testing::{START, World};
use edge_database::DatabaseError;
use edge_jobs::{Drained, Job, JobError, JobHandler, JobKind, JobOutcome, JobResult, JobRunner, JobState};

use crate::{KIND, all, job, queue, states, wait};

/// What handlers were asked to do.
type Seen = Arc<Mutex<Vec<String>>>;

/// Does as the job's key says.
struct AsTold(World, Seen);

#[async_trait]
impl JobHandler for AsTold {
    async fn run(&self, job: &Job) -> JobResult {
        self.1.lock().unwrap().push(job.key.clone());
        match job.key.as_str() {
            "fails" => Err(JobError::Retry("it fails".into())),
            "fails until" => Err(JobError::RetryAt("not yet".into(), START.plus(Duration::from_secs(77)))),
            "never" => Err(JobError::Dead("it cannot be".into())),
            "again" => Ok(JobOutcome::Again(self.0.clock.now().plus(Duration::from_secs(5)))),
            _ => Ok(JobOutcome::Done),
        }
    }

    async fn died(&self, job: &Job, reason: &str) -> Result<(), DatabaseError> {
        self.1.lock().unwrap().push(format!("{} died: {reason}", job.key));
        Ok(())
    }
}

fn runner(world: &World) -> (JobRunner, Seen) {
    let seen = Seen::default();
    let runner = JobRunner::new("test", &world.instance().0, &queue(world));
    (runner.handle(KIND, AsTold(world.clone(), seen.clone())), seen)
}

fn took(seen: &Seen) -> Vec<String> {
    std::mem::take(&mut *seen.lock().unwrap())
}

const NOTHING: Drained = Drained { completed: 0, retried: 0, dead: 0, more: false };

#[tokio::test(start_paused = true)]
async fn a_drain_runs_everything_that_is_due() {
    let world = World::new(1);
    let queue = queue(&world);
    let (runner, seen) = runner(&world);
    queue.enqueue_all((0..200).map(|number| job(&number.to_string(), START)).collect()).await.unwrap();
    queue.enqueue(job("later", START.plus(Duration::from_secs(1)))).await.unwrap();
    assert_eq!(runner.drain().await.unwrap(), Drained { completed: 200, ..NOTHING });
    assert_eq!(took(&seen).len(), 200);
    assert_eq!(states(&world, &queue).await, [("later".to_owned(), JobState::Queued)]);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_fails_is_tried_again_and_dead_after_its_last_attempt() {
    let world = World::new(1);
    let queue = queue(&world);
    let (runner, seen) = runner(&world);
    queue.enqueue(job("fails", START)).await.unwrap();
    for attempt in 1..10 {
        assert_eq!(runner.drain().await.unwrap(), Drained { retried: 1, ..NOTHING }, "{attempt}");
        let waiting = all(&queue).await.remove(0);
        let wait = waiting.due_at.unwrap().millis_since(world.clock.now());
        let most = 10_000 * (1 << (attempt - 1));
        assert!((most / 2..=most).contains(&wait), "{attempt}: {wait}");
        assert_eq!((waiting.attempts, waiting.error.as_deref()), (attempt, Some("it fails")));
        assert_eq!(runner.drain().await.unwrap(), NOTHING);
        world.clock.advance(Duration::from_millis(u64::try_from(wait).unwrap())).await;
    }
    assert_eq!(runner.drain().await.unwrap(), Drained { dead: 1, ..NOTHING });
    assert_eq!(took(&seen).last().unwrap(), "fails died: it fails");
    assert_eq!(states(&world, &queue).await, [("fails".to_owned(), JobState::Dead)]);
    assert!(world.log.lines()[0].contains("JOB_DEAD"), "{:?}", world.log.lines());
    wait(&world, 1_000_000).await;
    assert_eq!(runner.drain().await.unwrap(), NOTHING);
    queue.replay(&all(&queue).await[0].id).await.unwrap();
    assert_eq!(runner.drain().await.unwrap(), Drained { retried: 1, ..NOTHING });
}

#[tokio::test(start_paused = true)]
async fn a_handler_may_know_better_when_to_try_again_or_that_it_is_of_no_use() {
    let world = World::new(1);
    let queue = queue(&world);
    let (runner, seen) = runner(&world);
    for key in ["fails until", "never", "again"] {
        queue.enqueue(job(key, START)).await.unwrap();
    }
    assert_eq!(runner.drain().await.unwrap(), Drained { retried: 1, dead: 1, ..NOTHING });
    let due = async |key: &str| all(&queue).await.into_iter().find(|job| job.key == key).unwrap();
    assert_eq!(due("fails until").await.due_at.unwrap().millis_since(START), 77_000);
    assert_eq!(due("never").await.error.as_deref(), Some("it cannot be"));
    assert_eq!((due("again").await.due_at.unwrap().millis_since(START), due("again").await.attempts), (5_000, 0));
    assert!(took(&seen).contains(&"never died: it cannot be".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_job_whose_workers_all_die_is_dead_after_its_last_attempt() {
    let world = World::new(1);
    let queue = queue(&world);
    let (runner, seen) = runner(&world);
    queue.enqueue(job("a", START)).await.unwrap();
    for attempt in 1..=10 {
        assert_eq!(queue.claim(&[KIND.name], 1).await.unwrap()[0].attempts, attempt);
        wait(&world, 60).await;
    }
    assert_eq!(runner.drain().await.unwrap(), Drained { dead: 1, ..NOTHING });
    assert_eq!(took(&seen), ["a died: its workers died"]);
}

#[tokio::test(start_paused = true)]
async fn a_drain_takes_up_nothing_new_once_its_time_is_up() {
    let world = World::new(1);
    let queue = queue(&world);
    let (runner, seen) = runner(&world);
    let slow = JobKind::new("test.slow");
    struct Slow(World, Seen);
    #[async_trait]
    impl JobHandler for Slow {
        async fn run(&self, job: &Job) -> JobResult {
            self.0.clock.sleep(Duration::from_secs(15)).await;
            self.1.lock().unwrap().push(job.key.clone());
            Ok(JobOutcome::Done)
        }
    }
    let runner = runner.handle(slow, Slow(world.clone(), seen.clone()));
    let jobs = (0..50).map(|number| edge_jobs::NewJob::new(slow, number.to_string(), START)).collect();
    queue.enqueue_all(jobs).await.unwrap();
    let drained = runner.drain().await.unwrap();
    assert!(drained.more && world.clock.now().millis_since(START) <= 35_000, "{drained:?}");
    assert_eq!(took(&seen).len(), usize::try_from(drained.completed).unwrap());
    // What was claimed and not begun is there for whoever comes next, at once and as new.
    let left = all(&queue).await;
    assert_eq!(left.len(), 50 - usize::try_from(drained.completed).unwrap());
    assert!(left.iter().all(|job| job.attempts == 0 && job.state(world.clock.now()) == JobState::Queued));
}

#[tokio::test(start_paused = true)]
async fn a_recurring_job_is_there_by_itself_and_never_dead() {
    let world = World::new(1);
    let queue = queue(&world);
    let (runner, seen) = runner(&world);
    let (tick, broken) = (JobKind::new("test.tick"), JobKind::new("test.broken"));
    struct Ticks(Seen, Result<(), JobError>);
    #[async_trait]
    impl JobHandler for Ticks {
        async fn run(&self, job: &Job) -> JobResult {
            self.0.lock().unwrap().push(job.kind.clone());
            self.1.clone().map(|()| JobOutcome::Done)
        }
    }
    let minute = Duration::from_mins(1);
    let runner = runner.repeat(tick, minute, Ticks(seen.clone(), Ok(()))).repeat(
        broken,
        minute,
        Ticks(seen.clone(), Err(JobError::Dead("why".into()))),
    );
    for drain in 0..30 {
        let drained = runner.drain().await.unwrap();
        assert_eq!((drained.completed, drained.dead, drained.more), (0, 0, false));
        let ran = took(&seen);
        assert!(ran.contains(&"test.tick".to_owned()) && (drain > 0 || ran.len() == 2), "{drain}: {ran:?}");
        assert_eq!(runner.drain().await.unwrap(), NOTHING, "it is not due");
        wait(&world, 60).await;
    }
    runner.drain().await.unwrap();
    took(&seen);
    runner.drain_all().await.unwrap();
    let mut ran = took(&seen);
    ran.sort();
    assert_eq!(ran, ["test.broken", "test.tick"], "whether it is due or not");
    assert_eq!(all(&queue).await.len(), 2);
    // A clock that was a month ahead for a while stops nothing.
    let month = 30 * 24 * 3_600 * 1_000;
    world.clock.shift(month);
    runner.drain_all().await.unwrap();
    world.clock.shift(-month);
    took(&seen);
    runner.drain().await.unwrap();
    assert_eq!(took(&seen).len(), 2);
}
