//! The jobs of imports.

use std::time::Duration;

use async_trait::async_trait;
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::{DatabaseError, Db};
use edge_jobs::{Job, JobHandler, JobKind, JobOutcome, JobQueue, JobResult, NewJob};

use super::model::{Import, ImportStatus};
use super::store::Imports;
use super::upsert::upsert;
use crate::activity::Activities;
use crate::contact::Erasures;

/// Reads a file. The job has the import's id as its key.
pub(crate) const IMPORT: JobKind = JobKind::new("contacts.import");

/// What is done for contacts now and then.
pub(crate) const UPKEEP: JobKind = JobKind::new("contacts.upkeep");
pub(crate) const UPKEEP_EVERY: Duration = Duration::from_mins(10);

/// How long a file is read in one go: shorter than the job's lease.
const SLICE: Duration = Duration::from_secs(15);

/// How long a file is kept of which no import was made; an import that ended, and that somebody was erased; and what people
/// did.
const KEEP_FILES: Duration = Duration::from_hours(24);
const KEEP_IMPORTS: Duration = Duration::from_hours(24 * 30);
const KEEP_ACTIVITIES: Duration = Duration::from_hours(24 * 400);

/// Imports of one round of upkeep.
const BATCH: u32 = 200;

/// The job that reads the file of `import`.
pub(super) fn import_job(import: &Import, due: Timestamp) -> NewJob {
    NewJob::new(IMPORT, import.id.as_str(), due).for_tenant(import.tenant.as_str())
}

/// Reads files.
pub(crate) struct ImportJob {
    capabilities: Capabilities,
    erasures: Erasures,
    imports: Imports,
}

impl ImportJob {
    pub(crate) fn new(capabilities: &Capabilities, db: &Db) -> Self {
        let erasures = Erasures::new(capabilities, db);
        Self { capabilities: capabilities.clone(), erasures, imports: Imports::new(db.clone()) }
    }

    fn now(&self) -> Timestamp {
        self.capabilities.clock.now()
    }
}

#[async_trait]
impl JobHandler for ImportJob {
    async fn run(&self, job: &Job) -> JobResult {
        let until = self.now().plus(SLICE);
        let Some(mut import) = self.imports.find_any(&job.key).await? else { return Ok(JobOutcome::Done) };
        while import.finished_at.is_none() {
            if import.next_chunk >= import.chunks {
                self.imports.finish(&import.id, ImportStatus::Completed, None, self.now()).await?;
                break;
            }
            if self.now() >= until {
                return Ok(JobOutcome::Again(self.now()));
            }
            let advanced = match self.imports.next_part(&import).await? {
                None => None,
                Some((line, part)) => {
                    let result = upsert(&self.imports.0, &self.erasures, &import, (line, &part), self.now()).await?;
                    self.imports.advance(&import, &result, self.now()).await?
                }
            };
            import = match advanced {
                Some(import) => import,
                // Another worker was faster.
                None => match self.imports.find_any(&job.key).await? {
                    Some(now) if now.next_chunk > import.next_chunk || now.finished_at.is_some() => now,
                    Some(_) => return Err(edge_jobs::JobError::Dead("a part of the file is gone".to_owned())),
                    None => return Ok(JobOutcome::Done),
                },
            };
        }
        // Where the worker died that noted the end.
        self.imports.remove_file(&job.key).await?;
        Ok(JobOutcome::Done)
    }

    async fn died(&self, job: &Job, reason: &str) -> Result<(), DatabaseError> {
        self.imports.finish(&job.key, ImportStatus::Failed, Some(reason), self.now()).await
    }
}

/// Has imports be read whose job was lost, and removes what is old.
pub(crate) struct Upkeep {
    capabilities: Capabilities,
    imports: Imports,
    activities: Activities,
    erasures: Erasures,
    queue: JobQueue,
    db: Db,
}

impl Upkeep {
    pub(crate) fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self {
            capabilities: capabilities.clone(),
            imports: Imports::new(db.clone()),
            activities: Activities::new(db.clone()),
            erasures: Erasures::new(capabilities, db),
            queue: JobQueue::new(capabilities, db),
            db: db.clone(),
        }
    }
}

#[async_trait]
impl JobHandler for Upkeep {
    async fn run(&self, _: &Job) -> JobResult {
        let now = self.capabilities.clock.now();
        let open = self.imports.open(BATCH).await?;
        self.queue.ensure(open.iter().map(|import| import_job(import, now)).collect()).await?;
        let before = async |span| self.db.expired_before(now, span).await;
        self.imports.remove_old(before(KEEP_FILES).await?, before(KEEP_IMPORTS).await?).await?;
        self.erasures.remove_old(before(KEEP_IMPORTS).await?).await?;
        self.activities.remove_old(before(KEEP_ACTIVITIES).await?).await?;
        Ok(JobOutcome::Done)
    }
}
