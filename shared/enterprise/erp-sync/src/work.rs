//! A run from its first page to its end, or from wherever the last who worked on it came.

mod waiting;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use edge_audit::AuditEntry;
use edge_capabilities::config::ConfigError;
use edge_capabilities::database::DatabaseError;
use edge_capabilities::{Capabilities, Timestamp, random};
use edge_database::{Db, MAX_ROWS};
use edge_rulebook::{Context, Rulebook, VersionError};
use edge_tenants::{MemberError, Members, SUBSIDIARIES, Tenant, Tenants};
use edge_upstreams::Upstream;
use serde_json::json;

use crate::deferred::Deferred;
use crate::employee::Employee;
use crate::item::Item;
use crate::pages::{NoPage, Page, fetch};
use crate::people::{Addresses, People, author, wrong};
use crate::project::Project;
use crate::projects;
use crate::records::{ErpSnapshot, Wrong};
use crate::removal;
use crate::roles::Roles;
use crate::run::{Run, Status};
use crate::runs::{Lost, Runs};
use crate::settings::Settings;

/// How long to wait before the ERP is asked again, or the database; as often as there are waits.
const PAUSES: [Duration; 4] =
    [Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)];

/// Pages in a row with nobody new on them, after which the ERP's pages are taken to go round in a circle.
const MAX_FRUITLESS: u32 = 20;

/// Why whoever worked on a run stopped.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Somebody else works on it.
    Lost,
    /// It cannot be done.
    Failed(String),
    /// The database cannot be asked: whoever comes next goes on.
    Db(DatabaseError),
}

impl From<Lost> for Stop {
    fn from(_: Lost) -> Self {
        Self::Lost
    }
}

impl From<DatabaseError> for Stop {
    fn from(error: DatabaseError) -> Self {
        Self::Db(error)
    }
}

impl From<ConfigError> for Stop {
    fn from(error: ConfigError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<MemberError> for Stop {
    fn from(error: MemberError) -> Self {
        match error {
            MemberError::Db(error) => Self::Db(error),
            other => Self::Db(DatabaseError::Unavailable(other.to_string())),
        }
    }
}

/// Works on runs.
#[derive(Clone)]
pub(crate) struct SyncWorker(Arc<Inner>);

struct Inner {
    capabilities: Capabilities,
    db: Db,
    records: ErpSnapshot,
    deferred: Deferred,
    runs: Runs,
    members: Members,
    tenants: Tenants,
    rulebook: Rulebook,
}

/// What reading pages takes, of each kind.
enum Reader<'a> {
    People(Box<People<'a>>),
    Projects,
}

/// The company that a tenant is in the ERP.
pub(crate) fn company(tenant: &Tenant) -> Option<String> {
    let by_code = || {
        let code = tenant.erp_company_code.as_deref()?;
        SUBSIDIARIES.iter().find(|subsidiary| subsidiary.code.eq_ignore_ascii_case(code)).map(|one| one.id.to_owned())
    };
    tenant.erp_company_id.clone().or_else(by_code)
}

impl SyncWorker {
    pub(crate) fn new(capabilities: &Capabilities, db: &Db, rulebook: Rulebook) -> Self {
        Self(Arc::new(Inner {
            capabilities: capabilities.clone(),
            db: db.clone(),
            records: ErpSnapshot::new(db.clone()),
            deferred: Deferred::new(db.clone()),
            runs: Runs::new(db.clone()),
            members: Members::new(db.clone()),
            tenants: Tenants::new(db.clone()),
            rulebook,
        }))
    }

    pub(crate) fn runs(&self) -> &Runs {
        &self.0.runs
    }

    pub(crate) fn records(&self) -> &ErpSnapshot {
        &self.0.records
    }

    pub(crate) fn rulebook(&self) -> &Rulebook {
        &self.0.rulebook
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.capabilities.clock.now()
    }

    pub(crate) fn new_lease(&self) -> String {
        random::hex::<16>(&*self.0.capabilities.random)
    }

    pub(crate) async fn settings(&self) -> Result<Settings, ConfigError> {
        Settings::load(&*self.0.capabilities.config).await
    }

    /// Works on `run`, whose lease is held, behind the answer.
    pub(crate) fn start(&self, run: Run) {
        let works = self.clone();
        self.0.capabilities.background.spawn(Box::pin(async move { works.work(run).await }));
    }

    async fn work(&self, mut run: Run) {
        let mut pauses = PAUSES.iter();
        loop {
            let stop = match self.go_on(&mut run).await {
                Ok(()) | Err(Stop::Lost) => return,
                Err(stop) => stop,
            };
            let error = match stop {
                Stop::Db(error) => error,
                Stop::Failed(reason) => return self.fail(run, reason).await,
                Stop::Lost => return,
            };
            let passes = matches!(error, DatabaseError::Unavailable(_) | DatabaseError::Duplicate(_));
            if !passes {
                self.log(&run, &error.to_string());
                return self.fail(run, "the edge could not write what the ERP said: see its log".to_owned()).await;
            }
            // What was not written down is done again from where it was, here or by whoever comes next.
            run = loop {
                let Some(pause) = pauses.next() else { return self.log(&run, &error.to_string()) };
                self.0.capabilities.clock.sleep(*pause).await;
                match self.0.runs.find(&run.tenant, &run.id).await {
                    Ok(Some(stored)) if stored.lease == run.lease => break stored,
                    Ok(_) => return,
                    Err(_) => {}
                }
            };
        }
    }

    async fn fail(&self, mut run: Run, reason: String) {
        run.status = Status::Failed;
        run.error = Some(reason);
        if run.progress.deferred > 0 {
            // Else it is forgotten with the run.
            let _ = self.0.deferred.forget(&run.id).await;
        }
        // Where it cannot be written down, whoever comes next finds the same.
        let _ = self.0.runs.settle(&run, self.now()).await;
    }

    fn log(&self, run: &Run, cause: &str) {
        let line = json!({
            "ts": self.now().to_rfc3339_millis(), "level": "error", "component": "erp-sync", "outcome": "SYNC_INTERRUPTED",
            "run": run.id, "tenant": run.tenant, "cause": cause,
        });
        self.0.capabilities.log.write(line.to_string());
    }

    async fn go_on(&self, run: &mut Run) -> Result<(), Stop> {
        let settings = self.settings().await?;
        let tenant = self.0.tenants.find(&run.tenant).await?;
        let tenant = tenant.ok_or_else(|| Stop::Failed("the tenant is gone".to_owned()))?;
        if !run.progress.is_read {
            self.read_all(run, &tenant, &settings).await?;
        }
        self.take_waiting(run, &tenant, &settings).await?;
        if !self.remove(run, &settings).await? {
            return Ok(());
        }
        if run.progress.counts.changed_something() {
            let detail = json!({"run": run.id, "kind": run.kind, "counts": run.progress.counts,
                "rule_version": run.rule_version, "started_by": run.actor});
            let id = format!("sync.{}", run.id);
            let entry = AuditEntry::with_id(id, "erp_sync.completed", &detail, &author(run), self.now());
            self.0.records.audit().append(&run.tenant, &entry).await?;
        }
        self.0.runs.forget(&run.tenant, run.kind, self.now()).await?;
        run.status = Status::Completed;
        Ok(self.0.runs.settle(run, self.now()).await??)
    }

    async fn reader<'a>(&'a self, run: &Run, tenant: &'a Tenant, settings: &'a Settings) -> Result<Reader<'a>, Stop> {
        let Some(version) = run.rule_version else { return Ok(Reader::Projects) };
        let pinned = self.0.rulebook.pin_version(version).await.map_err(|failed| match failed {
            VersionError::Db(error) => Stop::Db(error),
            VersionError::Rule(failed) => Stop::Failed(failed.to_string()),
        })?;
        let pinned = pinned.ok_or_else(|| Stop::Failed(format!("role_mapping has no version {version}")))?;
        let context = Context { tenant: Some(tenant.id.clone()), actor: run.actor.clone(), request_id: run.id.clone() };
        let Inner { db, records, members, .. } = &*self.0;
        let roles = Roles::new(pinned, context);
        Ok(Reader::People(Box::new(People { db, records, members, settings, tenant, roles })))
    }

    async fn read_all(&self, run: &mut Run, tenant: &Tenant, settings: &Settings) -> Result<(), Stop> {
        let company =
            company(tenant).ok_or_else(|| Stop::Failed("the tenant is no company of the ERP's".to_owned()))?;
        let erp = Upstream::erp(&self.0.capabilities).await.map_err(|error| Stop::Failed(error.to_string()))?;
        let mut reader = self.reader(run, tenant, settings).await?;
        self.0.deferred.begin_page(run).await?;
        while !run.progress.is_read {
            let page = self.fetch(run, &erp, &company, settings).await?;
            let next = page.next.clone();
            self.take(run, &mut reader, page, &company).await?;
            run.progress.is_read = next.is_none();
            run.progress.pages = run.progress.pages.saturating_add(1);
            run.cursor = next;
            let now = self.now();
            self.0.runs.keep(run, now, now.plus(settings.lease)).await??;
            if run.progress.fruitless >= MAX_FRUITLESS && !run.progress.is_read {
                return Err(Stop::Failed("the ERP's pages lead nowhere: nobody new is on them".to_owned()));
            }
        }
        Ok(())
    }

    /// The page that `run` is at.
    async fn fetch(&self, run: &Run, erp: &Upstream, company: &str, settings: &Settings) -> Result<Page, Stop> {
        for pause in PAUSES.iter().map(Some).chain([None]) {
            match (fetch(erp, run.kind, company, run.cursor.as_deref()).await, pause) {
                (Ok(page), _) => return Ok(page),
                (Err(NoPage::NotNow(_)), Some(pause)) => {
                    self.0.runs.renew(run, self.now().plus(settings.lease)).await??;
                    self.0.capabilities.clock.sleep(*pause).await;
                }
                (Err(NoPage::NotNow(reason) | NoPage::Never(reason)), _) => return Err(Stop::Failed(reason)),
            }
        }
        Err(Stop::Failed("the ERP does not answer".to_owned()))
    }

    /// Takes a page over.
    async fn take(&self, run: &mut Run, reader: &mut Reader<'_>, page: Page, company: &str) -> Result<(), Stop> {
        let before = (run.seen.clone(), run.progress.deferred);
        let mut listed = HashSet::new();
        let (mut people, mut projects, mut wrong_ones) = (Vec::new(), Vec::new(), Vec::new());
        for (index, item) in page.items.iter().enumerate() {
            let item = match reader {
                Reader::People(_) => {
                    sort(Employee::read(item, company), &mut people, |one| one.id.clone(), &mut listed)
                }
                Reader::Projects => {
                    sort(Project::read(item, company), &mut projects, |one| one.id.clone(), &mut listed)
                }
            };
            let counts = &mut run.progress.counts;
            counts.total = counts.total.saturating_add(1);
            match item {
                Sorted::Taken => {}
                Sorted::Twice => counts.duplicates = counts.duplicates.saturating_add(1),
                Sorted::Inactive => counts.inactive = counts.inactive.saturating_add(1),
                Sorted::Bad(Some(id), message) => wrong_ones.push(wrong(&id, message)),
                Sorted::Bad(None, message) => {
                    run.progress.unidentified = run.progress.unidentified.saturating_add(1);
                    let item = format!("page {} item {index}", run.progress.pages.saturating_add(1));
                    let message = format!("{message} ({item})");
                    wrong_ones.push(Wrong { item, id: None, message });
                }
            }
        }
        drop(page);
        while !people.is_empty() {
            let batch: Vec<Employee> = people.drain(..people.len().min(MAX_ROWS)).collect();
            self.take_people(run, reader, batch, &mut wrong_ones).await?;
        }
        while !projects.is_empty() {
            let batch: Vec<Project> = projects.drain(..projects.len().min(MAX_ROWS)).collect();
            self.take_projects(run, batch, &mut wrong_ones).await?;
        }
        self.note_wrong(run, &wrong_ones).await?;
        let is_fruitless = (&run.seen, run.progress.deferred) == (&before.0, before.1);
        run.progress.fruitless = if is_fruitless { run.progress.fruitless.saturating_add(1) } else { 0 };
        Ok(())
    }

    async fn take_people(
        &self,
        run: &mut Run,
        reader: &mut Reader<'_>,
        mut batch: Vec<Employee>,
        wrong_ones: &mut Vec<Wrong>,
    ) -> Result<(), Stop> {
        let Reader::People(people) = reader else { return Ok(()) };
        let ids: Vec<&str> = batch.iter().map(|one| one.id.as_str()).collect();
        let known = self.0.records.known(&run.tenant, run.kind, &ids).await?;
        let listed = batch.len();
        // Who was on a page before stays as that page said.
        batch.retain(|one| !known.get(&one.id).is_some_and(|known| run.seen.contains(known.ordinal)));
        if run.progress.deferred > 0 && !batch.is_empty() {
            let ids: Vec<&str> = batch.iter().map(|one| one.id.as_str()).collect();
            let waiting = self.0.deferred.among(&run.id, &ids).await?;
            batch.retain(|one| !waiting.contains(&one.id));
        }
        let done = people.take(run, &batch, &known, Addresses::Reading, self.now()).await?;
        if !done.deferred.is_empty() {
            self.0.deferred.put(run, &done.deferred).await?;
            let more = i64::try_from(done.deferred.len()).unwrap_or(i64::MAX);
            run.progress.deferred = run.progress.deferred.saturating_add(more);
        }
        settle(run, listed.saturating_sub(batch.len()), done, wrong_ones);
        Ok(())
    }

    async fn take_projects(
        &self,
        run: &mut Run,
        mut batch: Vec<Project>,
        wrong_ones: &mut Vec<Wrong>,
    ) -> Result<(), Stop> {
        let ids: Vec<&str> = batch.iter().map(|one| one.id.as_str()).collect();
        let known = self.0.records.known(&run.tenant, run.kind, &ids).await?;
        let listed = batch.len();
        batch.retain(|one| !known.get(&one.id).is_some_and(|known| run.seen.contains(known.ordinal)));
        let done = projects::take(&self.0.records, run, &batch, &known, self.now()).await?;
        settle(run, listed.saturating_sub(batch.len()), done, wrong_ones);
        Ok(())
    }

    /// Notes what is wrong. Those it is wrong with are there all the same: they are not gone.
    async fn note_wrong(&self, run: &mut Run, wrong_ones: &[Wrong]) -> Result<(), Stop> {
        let counts = &mut run.progress.counts;
        counts.failed = counts.failed.saturating_add(i64::try_from(wrong_ones.len()).unwrap_or(i64::MAX));
        self.0.records.note(&run.id, wrong_ones).await?;
        let ids: Vec<&str> = wrong_ones.iter().filter_map(|one| one.id.as_deref()).collect();
        for ids in ids.chunks(MAX_ROWS) {
            for known in self.0.records.known(&run.tenant, run.kind, ids).await?.values() {
                run.seen.insert(known.ordinal);
            }
        }
        Ok(())
    }

    /// Deactivates those who are gone, unless the run has to ask; gives whether it did not.
    async fn remove(&self, run: &mut Run, settings: &Settings) -> Result<bool, Stop> {
        let records = &self.0.records;
        if !run.progress.is_cleared {
            let (active, gone) = removal::count(records, run).await?;
            run.progress.asked = removal::asks(&run.progress, &run.seen, gone, active, settings.share);
            if run.progress.asked.is_some() {
                run.status = Status::NeedsConfirmation;
                self.0.runs.settle(run, self.now()).await??;
                return Ok(false);
            }
            run.progress.is_cleared = true;
            let now = self.now();
            self.0.runs.keep(run, now, now.plus(settings.lease)).await??;
        }
        let (mut behind, mut stayed) = (0, 0_i64);
        while let Some((gone, next)) = removal::next_gone(records, run, behind).await? {
            stayed =
                stayed.saturating_add(removal::deactivate(records, &self.0.members, run, &gone, self.now()).await?);
            behind = next;
            self.0.runs.renew(run, self.now().plus(settings.lease)).await??;
        }
        run.progress.counts.failed = run.progress.counts.failed.saturating_add(stayed);
        run.progress.counts.deactivated = records.deactivated_by(&run.id).await?;
        Ok(true)
    }
}

/// What an item is to a page.
enum Sorted {
    Taken,
    Twice,
    Inactive,
    Bad(Option<String>, String),
}

fn sort<T>(item: Item<T>, into: &mut Vec<T>, id: impl Fn(&T) -> String, listed: &mut HashSet<String>) -> Sorted {
    match item {
        Item::Good(one) if !listed.insert(id(&one)) => Sorted::Twice,
        Item::Good(one) => {
            into.push(one);
            Sorted::Taken
        }
        Item::Inactive => Sorted::Inactive,
        Item::Bad { id, message } => Sorted::Bad(id, message),
    }
}

/// Counts what was done.
fn settle(run: &mut Run, duplicates: usize, done: crate::people::Done, wrong_ones: &mut Vec<Wrong>) {
    let counts = &mut run.progress.counts;
    counts.duplicates = counts.duplicates.saturating_add(i64::try_from(duplicates).unwrap_or(i64::MAX));
    for change in done.changes {
        counts.add(change);
    }
    for ordinal in done.ordinals {
        run.seen.insert(ordinal);
    }
    wrong_ones.extend(done.wrong);
}
