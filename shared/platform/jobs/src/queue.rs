//! The jobs in the database.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use edge_capabilities::{Capabilities, Clock, Random, Timestamp, random};
use edge_database::{Conditions, Cursor, DatabaseError, Db, Value, columns, read_all};

use crate::claim;
use crate::job::{Job, JobState, NewJob};

/// How long a worker has a job before another takes it over.
pub const LEASE: Duration = Duration::from_secs(60);

const COLUMNS: &str = "INSERT INTO jobs (id, kind, key, tenant_id, payload, due_at, attempts, created_at)";

/// Which jobs a list holds.
#[derive(Clone, Debug, Default)]
pub struct JobFilter {
    /// Only jobs in this state.
    pub state: Option<JobState>,
    /// Only jobs of this kind.
    pub kind: Option<String>,
    /// Only jobs for this tenant.
    pub tenant: Option<String>,
}

/// The queue.
#[derive(Clone)]
pub struct JobQueue {
    db: Db,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

impl JobQueue {
    /// The queue in `db`.
    pub fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self { db: db.clone(), clock: capabilities.clock.clone(), random: capabilities.random.clone() }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn random(&self) -> &dyn Random {
        &*self.random
    }

    /// Has `job` done: once, however often it is enqueued before that. A job that is there gets the newer payload and is due
    /// at the earlier time; one that failed keeps its wait; one that a worker has is done once more after that, for the
    /// worker may have read what has changed since; one that is dead is tried again.
    pub async fn enqueue(&self, job: NewJob) -> Result<(), DatabaseError> {
        self.enqueue_all(vec![job]).await
    }

    /// As [`JobQueue::enqueue`], for many in few statements.
    pub async fn enqueue_all(&self, jobs: Vec<NewJob>) -> Result<(), DatabaseError> {
        let known = "ON CONFLICT (kind, key) DO UPDATE SET payload = excluded.payload,
            again_at = CASE WHEN jobs.lease IS NULL THEN NULL WHEN jobs.again_at <= excluded.due_at THEN jobs.again_at
                ELSE excluded.due_at END,
            due_at = CASE WHEN jobs.due_at IS NULL THEN excluded.due_at
                WHEN jobs.lease IS NOT NULL OR jobs.attempts > 0 OR jobs.due_at <= excluded.due_at THEN jobs.due_at
                ELSE excluded.due_at END,
            attempts = CASE WHEN jobs.due_at IS NULL THEN 0 ELSE jobs.attempts END,
            error = CASE WHEN jobs.due_at IS NULL THEN NULL ELSE jobs.error END";
        self.insert(jobs, known).await
    }

    /// Enqueues those of `jobs` that are not there, in whichever state: for what may have been enqueued before, and need not
    /// be done once more if it was.
    pub async fn ensure(&self, jobs: Vec<NewJob>) -> Result<(), DatabaseError> {
        self.insert(jobs, "ON CONFLICT (kind, key) DO NOTHING").await
    }

    /// Enqueues `jobs`, and has those that are there be due when `jobs` say, dead ones too, but for those that a worker has:
    /// for jobs whose time is decided by the row that they are about.
    pub async fn reschedule(&self, jobs: Vec<NewJob>) -> Result<(), DatabaseError> {
        let known = "ON CONFLICT (kind, key) DO UPDATE SET due_at = excluded.due_at,
            attempts = CASE WHEN jobs.due_at IS NULL THEN 0 ELSE jobs.attempts END,
            error = CASE WHEN jobs.due_at IS NULL THEN NULL ELSE jobs.error END
            WHERE jobs.lease IS NULL";
        self.insert(jobs, known).await
    }

    /// Enqueues those of the recurring `jobs` that are not there. One that is due after `latest` got its time from a clock
    /// that was wrong: it is due as `jobs` say.
    pub(crate) async fn keep(&self, jobs: Vec<NewJob>, latest: Timestamp) -> Result<(), DatabaseError> {
        let known = format!(
            "ON CONFLICT (kind, key) DO UPDATE SET due_at = excluded.due_at, lease = NULL WHERE jobs.due_at > {}",
            latest.as_millis()
        );
        self.insert(jobs, &known).await
    }

    async fn insert(&self, jobs: Vec<NewJob>, known: &str) -> Result<(), DatabaseError> {
        let now = self.now();
        // No statement may write one row twice.
        let jobs: BTreeMap<_, _> = jobs.into_iter().map(|job| ((job.kind, job.key.clone()), job)).collect();
        let row = |job: NewJob| {
            vec![
                self.new_id(now).into(),
                job.kind.into(),
                job.key.into(),
                job.tenant.unwrap_or_default().into(),
                job.payload.to_string().into(),
                job.due.into(),
                Value::Integer(0),
                now.into(),
            ]
        };
        let rows: Vec<Vec<Value>> = jobs.into_values().map(row).collect();
        self.db.insert_rows(COLUMNS, rows, known).await.map(drop)
    }

    /// Ids in the order of time keep an index on them in order.
    fn new_id(&self, now: Timestamp) -> String {
        format!("job_{:012x}{}", now.as_millis().max(0), random::hex::<6>(&*self.random))
    }

    /// Gives up to `limit` due jobs of `kinds` to the caller, for [`LEASE`]: of two callers, one gets each job. Of the jobs of
    /// all tenants the first of each come first, so that none waits for another's many.
    pub async fn claim(&self, kinds: &[&str], limit: u32) -> Result<Vec<Job>, DatabaseError> {
        if kinds.is_empty() {
            return Ok(Vec::new());
        }
        let now = self.now();
        // A tenant that is alone gets its jobs in several claims.
        let share = limit.div_ceil(4);
        let mut values: Vec<Value> = vec![
            random::hex::<8>(&*self.random).into(),
            now.plus(LEASE).into(),
            now.into(),
            i64::from(limit).into(),
            i64::from(share).into(),
        ];
        values.extend(kinds.iter().map(|kind| Value::from(*kind)));
        let statement = claim::statement(self.db.dialect().await?, kinds.len());
        let mut jobs: Vec<Job> = read_all(&self.db.query_owned(&statement, values).await?)?;
        jobs.sort_by(|one, other| (one.created_at, &one.id).cmp(&(other.created_at, &other.id)));
        Ok(jobs)
    }

    /// Keeps `job` for another [`LEASE`]; false: another worker has it.
    pub async fn renew(&self, job: &Job) -> Result<bool, DatabaseError> {
        self.write(job, "due_at = $3", vec![self.now().plus(LEASE).into()]).await
    }

    /// Removes a job that is done, unless it was enqueued again meanwhile.
    pub async fn complete(&self, job: &Job) -> Result<(), DatabaseError> {
        let statement = "DELETE FROM jobs WHERE id = $1 AND lease = $2 AND again_at IS NULL RETURNING id";
        let values = [job.id.as_str().into(), job.lease.clone().into()];
        if self.db.query(statement, &values).await?.is_empty() {
            let once_more = "due_at = again_at, again_at = NULL, attempts = 0, error = NULL, lease = NULL";
            self.write(job, once_more, Vec::new()).await?;
        }
        Ok(())
    }

    /// Has a job be due again at `due`, as if it were new.
    pub async fn postpone(&self, job: &Job, due: Timestamp) -> Result<(), DatabaseError> {
        let set =
            "due_at = CASE WHEN again_at < $3 THEN again_at ELSE $3 END, again_at = NULL, attempts = 0, error = NULL,
            lease = NULL";
        self.write(job, set, vec![due.into()]).await.map(drop)
    }

    /// Notes why an attempt failed; the next is made at `due`.
    pub async fn fail(&self, job: &Job, reason: &str, due: Timestamp) -> Result<(), DatabaseError> {
        let set = "due_at = $3, error = $4, again_at = NULL, lease = NULL";
        self.write(job, set, vec![due.into(), reason.into()]).await.map(drop)
    }

    /// Notes why the last attempt failed: the job is dead until it is replayed, unless it was enqueued again meanwhile.
    pub async fn dead(&self, job: &Job, reason: &str) -> Result<(), DatabaseError> {
        let set = "due_at = again_at, attempts = CASE WHEN again_at IS NULL THEN attempts ELSE 0 END, again_at = NULL,
            error = $3, lease = NULL";
        self.write(job, set, vec![reason.into()]).await.map(drop)
    }

    /// Gives a job back of which no attempt was made.
    pub async fn release(&self, job: &Job) -> Result<(), DatabaseError> {
        let set = "due_at = $3, attempts = attempts - 1, lease = NULL";
        self.write(job, set, vec![self.now().into()]).await.map(drop)
    }

    /// Changes a job that the caller has; gives whether it has it still.
    async fn write(&self, job: &Job, set: &str, mut values: Vec<Value>) -> Result<bool, DatabaseError> {
        values.splice(0..0, [job.id.as_str().into(), job.lease.clone().into()]);
        let statement = format!("UPDATE jobs SET {set} WHERE id = $1 AND lease = $2 RETURNING id");
        Ok(!self.db.query(&statement, &values).await?.is_empty())
    }

    /// Up to `limit` jobs, newest first, from after `cursor`.
    pub async fn list(
        &self,
        filter: &JobFilter,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<Job>, DatabaseError> {
        let conditions = Conditions::default();
        let conditions = match filter.state {
            None => conditions,
            Some(JobState::Dead) => conditions.and_null("due_at"),
            Some(JobState::Running) => conditions.and_where("lease IS NOT NULL AND due_at > ?", self.now()),
            Some(JobState::Queued) => {
                conditions.and_where("due_at IS NOT NULL AND (lease IS NULL OR due_at <= ?)", self.now())
            }
        };
        let conditions =
            conditions.and_if("kind", filter.kind.as_deref()).and_if("tenant_id", filter.tenant.as_deref());
        self.db.page(conditions, "created_at", cursor, limit).await
    }

    /// The job `id`.
    pub async fn find(&self, id: &str) -> Result<Option<Job>, DatabaseError> {
        self.db.find(Conditions::of("id", id)).await
    }

    /// Has the job `id` be due now, as if it were new, unless a worker has it; gives it as it is now.
    pub async fn replay(&self, id: &str) -> Result<Option<Job>, DatabaseError> {
        let own = columns::<Job>();
        let statement = format!(
            "UPDATE jobs SET due_at = $2, attempts = 0, error = NULL, again_at = NULL, lease = NULL
             WHERE id = $1 AND (lease IS NULL OR due_at <= $2) RETURNING {own}"
        );
        let rows = self.db.query(&statement, &[id.into(), self.now().into()]).await?;
        match read_all(&rows)?.pop() {
            Some(job) => Ok(Some(job)),
            None => self.find(id).await,
        }
    }

    /// How many jobs wait, run or are dead, by kind.
    pub async fn count(&self) -> Result<Vec<(String, JobState, i64)>, DatabaseError> {
        let statement = "SELECT kind,
                CASE WHEN due_at IS NULL THEN 'dead' WHEN lease IS NOT NULL AND due_at > $1 THEN 'running'
                    ELSE 'queued' END AS state,
                COUNT(*)
            FROM jobs GROUP BY 1, 2 ORDER BY 1, 2";
        let rows = self.db.query(statement, &[self.now().into()]).await?;
        let unknown = || DatabaseError::Refused("the state of a job is not known".into());
        let read = |row: &edge_capabilities::database::Row| {
            let state = JobState::parse(row.text(1)?).ok_or_else(unknown)?;
            Ok((row.text(0)?.to_owned(), state, row.integer(2)?))
        };
        rows.iter().map(read).collect()
    }

    /// When the job became due that has been due for longest, of those that no worker has; None: no job is due.
    pub async fn oldest_due(&self) -> Result<Option<Timestamp>, DatabaseError> {
        let rows = self.db.query("SELECT MIN(due_at) FROM jobs WHERE due_at <= $1", &[self.now().into()]).await?;
        Ok(rows.first().map_or(Ok(None), |row| row.optional_integer(0))?.map(Timestamp::from_millis))
    }

    /// Removes up to `limit` dead jobs that were enqueued before `before`; gives how many.
    pub async fn remove_dead(&self, before: Timestamp, limit: u32) -> Result<usize, DatabaseError> {
        let statement = "DELETE FROM jobs WHERE due_at IS NULL AND id IN (
            SELECT id FROM jobs WHERE due_at IS NULL AND created_at < $1 ORDER BY created_at LIMIT $2) RETURNING id";
        Ok(self.db.query(statement, &[before.into(), i64::from(limit).into()]).await?.len())
    }
}
