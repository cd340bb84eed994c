//! Applies the deferred employees after all pages are read.

use edge_tenants::Tenant;

use super::{PageReader, SyncWorker, count_results};
use crate::employee::deferred::refused_employees;
use crate::employee::sync::{AddressPhase, record_error};
use crate::error::SyncError;
use crate::run::Run;
use crate::settings::Settings;

impl SyncWorker {
    /// Applies the deferred employees: now it is known who left and which addresses changed.
    pub(super) async fn apply_deferred(
        &self,
        run: &mut Run,
        tenant: &Tenant,
        settings: &Settings,
    ) -> Result<(), SyncError> {
        if run.progress.deferred == 0 {
            return Ok(());
        }
        let deferred = &self.0.deferred;
        let claims = deferred.claims(&run.id).await?;
        let refused_employees = refused_employees(&claims, &deferred.holders(run, &claims).await?);
        self.0.runs.renew_lease(run, self.now().plus(settings.lease)).await??;
        let PageReader::Employees(mut employees) = self.reader(run, tenant, settings).await? else { return Ok(()) };
        loop {
            let after = run.progress.deferred_behind.clone().unwrap_or_default();
            let mut batch = deferred.batch(&run.id, &after).await?;
            let Some(last) = batch.last().map(|last| last.id.clone()) else { break };
            let mut errors = Vec::new();
            batch.retain(|one| {
                let is_refused = refused_employees.contains(&one.id);
                if is_refused {
                    errors.push(record_error(&one.id, "another employee has this work_email"));
                }
                !is_refused
            });
            let ids: Vec<&str> = batch.iter().map(|one| one.id.as_str()).collect();
            let known = self.0.records.find_all(&run.tenant, run.kind, &ids).await?;
            let done = employees.apply(run, &batch, &known, AddressPhase::Assigned, self.now()).await?;
            count_results(run, 0, done, &mut errors);
            self.save_errors(run, &errors).await?;
            run.progress.deferred_behind = Some(last);
            let now = self.now();
            self.0.runs.save_progress(run, now, now.plus(settings.lease)).await??;
        }
        deferred.delete(&run.id).await?;
        run.progress.deferred = 0;
        let now = self.now();
        Ok(self.0.runs.save_progress(run, now, now.plus(settings.lease)).await??)
    }
}
