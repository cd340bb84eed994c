//! Executes a run, from its first page or from where it was interrupted.

mod deferred;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use edge_audit::AuditEntry;
use edge_capabilities::config::ConfigError;
use edge_capabilities::database::DatabaseError;
use edge_capabilities::{Capabilities, Timestamp, random};
use edge_database::{Db, MAX_ROWS};
use edge_rulebook::{Context, Rulebook, VersionError};
use edge_tenants::{Members, SUBSIDIARIES, Tenant, Tenants};
use edge_upstreams::Upstream;
use serde_json::json;

use crate::employee::Employee;
use crate::employee::deferred::DeferredEmployees;
use crate::employee::role::RoleMapping;
use crate::employee::sync::{AddressPhase, BatchResult, EmployeeSync, record_error, sync_actor};
use crate::error::{PageError, SyncError};
use crate::page::{Page, fetch};
use crate::project::{self, Project};
use crate::record::deactivation;
use crate::record::item::Item;
use crate::record::{ErpSnapshot, RecordError};
use crate::run::{Run, Runs, Status};
use crate::settings::Settings;

/// The delays before a request to the ERP or the database is repeated.
const RETRY_DELAYS: [Duration; 4] =
    [Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)];

/// The number of consecutive pages without a new record after which the ERP's pages are considered endless.
const MAX_PAGES_WITHOUT_NEWS: u32 = 20;

/// Executes runs.
#[derive(Clone)]
pub(crate) struct SyncWorker(Arc<Inner>);

struct Inner {
    capabilities: Capabilities,
    db: Db,
    records: ErpSnapshot,
    deferred: DeferredEmployees,
    runs: Runs,
    members: Members,
    leavers: deactivation::Leavers,
    tenants: Tenants,
    rulebook: Rulebook,
}

/// The state for reading pages of each kind.
enum PageReader<'a> {
    Employees(Box<EmployeeSync<'a>>),
    Projects(&'a Tenant),
}

/// The id of the tenant's company in the ERP.
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
            deferred: DeferredEmployees::new(db.clone()),
            runs: Runs::new(db.clone()),
            members: Members::new(db.clone()),
            leavers: deactivation::Leavers::new(capabilities, db),
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

    pub(crate) fn members(&self) -> &Members {
        &self.0.members
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

    /// Executes `run`, whose lease is held, in the background.
    pub(crate) fn start(&self, run: Run) {
        let worker = self.clone();
        self.0.capabilities.background.spawn(Box::pin(async move { worker.work(run).await }));
    }

    async fn work(&self, mut run: Run) {
        let mut delays = RETRY_DELAYS.iter();
        loop {
            let error = match self.run_to_end(&mut run).await {
                Ok(()) | Err(SyncError::LeaseLost) => return,
                Err(error) => error,
            };
            let error = match error {
                SyncError::Db(error) => error,
                SyncError::Failed(reason) => return self.fail(run, reason).await,
                SyncError::LeaseLost => return,
            };
            let is_transient = matches!(error, DatabaseError::Unavailable(_) | DatabaseError::Duplicate(_));
            if !is_transient {
                self.log(&run, &error.to_string());
                return self.fail(run, "the edge could not store the ERP's data: see its log".to_owned()).await;
            }
            // The work since the last saved progress is repeated, by this worker or by the next one.
            run = loop {
                let Some(delay) = delays.next() else { return self.log(&run, &error.to_string()) };
                self.0.capabilities.clock.sleep(*delay).await;
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
            // Without deferred employees there is nothing to delete.
            let _ = self.0.deferred.delete(&run.id).await;
        }
        // If this cannot be saved, the next worker fails the run for the same reason.
        let _ = self.0.runs.finish(&run, self.now()).await;
    }

    fn log(&self, run: &Run, cause: &str) {
        let line = json!({
            "ts": self.now().to_rfc3339_millis(), "level": "error", "component": "erp-sync", "outcome": "SYNC_INTERRUPTED",
            "run": run.id, "tenant": run.tenant, "cause": cause,
        });
        self.0.capabilities.log.write(line.to_string());
    }

    async fn run_to_end(&self, run: &mut Run) -> Result<(), SyncError> {
        let settings = self.settings().await?;
        let tenant = self.0.tenants.find(&run.tenant).await?;
        let tenant = tenant.ok_or_else(|| SyncError::Failed("the tenant does not exist".to_owned()))?;
        if !run.progress.is_read {
            self.read_pages(run, &tenant, &settings).await?;
        }
        self.apply_deferred(run, &tenant, &settings).await?;
        if !self.deactivate_missing(run, &settings).await? {
            return Ok(());
        }
        if run.progress.counts.changed_something() {
            let detail = json!({"run": run.id, "kind": run.kind, "counts": run.progress.counts,
                "rule_version": run.rule_version, "started_by": run.actor});
            let id = format!("sync.{}", run.id);
            let entry = AuditEntry::with_id(id, "erp_sync.completed", &detail, &sync_actor(run), self.now());
            self.0.records.audit().append(&run.tenant, &entry).await?;
        }
        self.0.runs.delete_expired(&run.tenant, run.kind, self.now()).await?;
        run.status = Status::Completed;
        Ok(self.0.runs.finish(run, self.now()).await??)
    }

    async fn reader<'a>(
        &'a self,
        run: &Run,
        tenant: &'a Tenant,
        settings: &'a Settings,
    ) -> Result<PageReader<'a>, SyncError> {
        let Some(version) = run.rule_version else { return Ok(PageReader::Projects(tenant)) };
        let pinned = self.0.rulebook.pin_version(version).await.map_err(|failed| match failed {
            VersionError::Db(error) => SyncError::Db(error),
            VersionError::Rule(failed) => SyncError::Failed(failed.to_string()),
        })?;
        let pinned = pinned.ok_or_else(|| SyncError::Failed(format!("role_mapping has no version {version}")))?;
        let context = Context { tenant: Some(tenant.id.clone()), actor: run.actor.clone(), request_id: run.id.clone() };
        let Inner { db, records, members, .. } = &*self.0;
        let roles = RoleMapping::new(pinned, context);
        Ok(PageReader::Employees(Box::new(EmployeeSync { db, records, members, settings, tenant, roles })))
    }

    async fn read_pages(&self, run: &mut Run, tenant: &Tenant, settings: &Settings) -> Result<(), SyncError> {
        let company =
            company(tenant).ok_or_else(|| SyncError::Failed("the tenant is not a company of the ERP".to_owned()))?;
        let erp = Upstream::erp(&self.0.capabilities).await.map_err(|error| SyncError::Failed(error.to_string()))?;
        let mut reader = self.reader(run, tenant, settings).await?;
        self.0.deferred.delete_from_page(run).await?;
        while !run.progress.is_read {
            let page = self.fetch(run, &erp, &company, settings).await?;
            let next = page.next.clone();
            self.apply_page(run, &mut reader, page, &company).await?;
            run.progress.is_read = next.is_none();
            run.progress.pages = run.progress.pages.saturating_add(1);
            run.cursor = next;
            let now = self.now();
            self.0.runs.save_progress(run, now, now.plus(settings.lease)).await??;
            if run.progress.fruitless >= MAX_PAGES_WITHOUT_NEWS && !run.progress.is_read {
                return Err(SyncError::Failed("the ERP's pages do not end: they contain nothing new".to_owned()));
            }
        }
        Ok(())
    }

    /// Fetches the page that `run` is at.
    async fn fetch(&self, run: &Run, erp: &Upstream, company: &str, settings: &Settings) -> Result<Page, SyncError> {
        for delay in RETRY_DELAYS.iter().map(Some).chain([None]) {
            match (fetch(erp, run.kind, company, run.cursor.as_deref()).await, delay) {
                (Ok(page), _) => return Ok(page),
                (Err(PageError::Retryable(_)), Some(delay)) => {
                    self.0.runs.renew_lease(run, self.now().plus(settings.lease)).await??;
                    self.0.capabilities.clock.sleep(*delay).await;
                }
                (Err(PageError::Retryable(reason) | PageError::Permanent(reason)), _) => {
                    return Err(SyncError::Failed(reason));
                }
            }
        }
        Err(SyncError::Failed("the ERP does not answer".to_owned()))
    }

    /// Applies a page.
    async fn apply_page(
        &self,
        run: &mut Run,
        reader: &mut PageReader<'_>,
        page: Page,
        company: &str,
    ) -> Result<(), SyncError> {
        let before = (run.seen.clone(), run.progress.deferred);
        let mut listed = HashSet::new();
        let (mut employees, mut projects, mut errors) = (Vec::new(), Vec::new(), Vec::new());
        for (index, item) in page.items.iter().enumerate() {
            let item = match reader {
                PageReader::Employees(_) => {
                    classify(Employee::read(item, company), &mut employees, |one| one.id.clone(), &mut listed)
                }
                PageReader::Projects(_) => {
                    classify(Project::read(item, company), &mut projects, |one| one.id.clone(), &mut listed)
                }
            };
            let counts = &mut run.progress.counts;
            counts.total = counts.total.saturating_add(1);
            match item {
                ItemClass::Accepted => {}
                ItemClass::Duplicate => counts.duplicates = counts.duplicates.saturating_add(1),
                ItemClass::Inactive => counts.inactive = counts.inactive.saturating_add(1),
                ItemClass::Invalid(Some(id), message) => errors.push(record_error(&id, message)),
                ItemClass::Invalid(None, message) => {
                    run.progress.unidentified = run.progress.unidentified.saturating_add(1);
                    let item = format!("page {} item {index}", run.progress.pages.saturating_add(1));
                    let message = format!("{message} ({item})");
                    errors.push(RecordError { item, id: None, message });
                }
            }
        }
        drop(page);
        while !employees.is_empty() {
            let batch: Vec<Employee> = employees.drain(..employees.len().min(MAX_ROWS)).collect();
            self.apply_employees(run, reader, batch, &mut errors).await?;
        }
        while !projects.is_empty() {
            let batch: Vec<Project> = projects.drain(..projects.len().min(MAX_ROWS)).collect();
            self.apply_projects(run, reader, batch, &mut errors).await?;
        }
        self.save_errors(run, &errors).await?;
        let is_fruitless = (&run.seen, run.progress.deferred) == (&before.0, before.1);
        run.progress.fruitless = if is_fruitless { run.progress.fruitless.saturating_add(1) } else { 0 };
        Ok(())
    }

    async fn apply_employees(
        &self,
        run: &mut Run,
        reader: &mut PageReader<'_>,
        mut batch: Vec<Employee>,
        errors: &mut Vec<RecordError>,
    ) -> Result<(), SyncError> {
        let PageReader::Employees(employees) = reader else { return Ok(()) };
        let ids: Vec<&str> = batch.iter().map(|one| one.id.as_str()).collect();
        let known = self.0.records.find_all(&run.tenant, run.kind, &ids).await?;
        let listed = batch.len();
        // The first occurrence of a record counts.
        batch.retain(|one| !known.get(&one.id).is_some_and(|known| run.seen.contains(known.ordinal)));
        if run.progress.deferred > 0 && !batch.is_empty() {
            let ids: Vec<&str> = batch.iter().map(|one| one.id.as_str()).collect();
            let deferred = self.0.deferred.contained(&run.id, &ids).await?;
            batch.retain(|one| !deferred.contains(&one.id));
        }
        let done = employees.apply(run, &batch, &known, AddressPhase::Reading, self.now()).await?;
        if !done.deferred.is_empty() {
            self.0.deferred.add(run, &done.deferred).await?;
            let more = i64::try_from(done.deferred.len()).unwrap_or(i64::MAX);
            run.progress.deferred = run.progress.deferred.saturating_add(more);
        }
        count_results(run, listed.saturating_sub(batch.len()), done, errors);
        Ok(())
    }

    async fn apply_projects(
        &self,
        run: &mut Run,
        reader: &PageReader<'_>,
        mut batch: Vec<Project>,
        errors: &mut Vec<RecordError>,
    ) -> Result<(), SyncError> {
        let PageReader::Projects(tenant) = reader else { return Ok(()) };
        let ids: Vec<&str> = batch.iter().map(|one| one.id.as_str()).collect();
        let known = self.0.records.find_all(&run.tenant, run.kind, &ids).await?;
        let listed = batch.len();
        batch.retain(|one| !known.get(&one.id).is_some_and(|known| run.seen.contains(known.ordinal)));
        let done = project::sync::apply(&self.0.records, tenant, run, &batch, &known, self.now()).await?;
        count_results(run, listed.saturating_sub(batch.len()), done, errors);
        Ok(())
    }

    /// Saves errors. Records with an error are listed, so they are marked as seen and not deactivated.
    async fn save_errors(&self, run: &mut Run, errors: &[RecordError]) -> Result<(), SyncError> {
        let counts = &mut run.progress.counts;
        counts.failed = counts.failed.saturating_add(i64::try_from(errors.len()).unwrap_or(i64::MAX));
        self.0.records.add_errors(&run.id, errors).await?;
        let ids: Vec<&str> = errors.iter().filter_map(|one| one.id.as_deref()).collect();
        for ids in ids.chunks(MAX_ROWS) {
            for known in self.0.records.find_all(&run.tenant, run.kind, ids).await?.values() {
                run.seen.insert(known.ordinal);
            }
        }
        Ok(())
    }

    /// Deactivates missing records, unless that requires confirmation; returns whether it did.
    async fn deactivate_missing(&self, run: &mut Run, settings: &Settings) -> Result<bool, SyncError> {
        let records = &self.0.records;
        if !run.progress.is_cleared {
            let (active, missing) = deactivation::count_missing(records, run).await?;
            run.progress.asked = deactivation::required_confirmation(
                &run.progress,
                &run.seen,
                missing,
                active,
                settings.max_deactivations_percent,
            );
            if run.progress.asked.is_some() {
                run.status = Status::NeedsConfirmation;
                self.0.runs.finish(run, self.now()).await??;
                return Ok(false);
            }
            run.progress.is_cleared = true;
            let now = self.now();
            self.0.runs.save_progress(run, now, now.plus(settings.lease)).await??;
        }
        let (mut after, mut kept) = (0, 0_i64);
        while let Some((missing, next)) = deactivation::next_missing(records, run, after).await? {
            kept = kept.saturating_add(
                deactivation::deactivate(records, &self.0.members, &self.0.leavers, run, &missing, self.now()).await?,
            );
            after = next;
            self.0.runs.renew_lease(run, self.now().plus(settings.lease)).await??;
        }
        run.progress.counts.failed = run.progress.counts.failed.saturating_add(kept);
        run.progress.counts.deactivated = records.count_deactivated_by(&run.id).await?;
        Ok(true)
    }
}

/// The class of an item on its page.
enum ItemClass {
    Accepted,
    Duplicate,
    Inactive,
    Invalid(Option<String>, String),
}

fn classify<T>(item: Item<T>, into: &mut Vec<T>, id: impl Fn(&T) -> String, listed: &mut HashSet<String>) -> ItemClass {
    match item {
        Item::Valid(one) if !listed.insert(id(&one)) => ItemClass::Duplicate,
        Item::Valid(one) => {
            into.push(one);
            ItemClass::Accepted
        }
        Item::Inactive => ItemClass::Inactive,
        Item::Invalid { id, message } => ItemClass::Invalid(id, message),
    }
}

/// Adds the result of a batch to the run's counts.
fn count_results(run: &mut Run, duplicates: usize, done: BatchResult, errors: &mut Vec<RecordError>) {
    let counts = &mut run.progress.counts;
    counts.duplicates = counts.duplicates.saturating_add(i64::try_from(duplicates).unwrap_or(i64::MAX));
    for change in done.changes {
        counts.add(change);
    }
    for ordinal in done.ordinals {
        run.seen.insert(ordinal);
    }
    errors.extend(done.errors);
}
