//! Those who had to wait until all pages were read.

use edge_tenants::Tenant;

use super::{Reader, Stop, SyncWorker, settle};
use crate::deferred::refused;
use crate::people::{Addresses, wrong};
use crate::run::Run;
use crate::settings::Settings;

impl SyncWorker {
    /// Takes over those who waited, now that it is known who is gone and who has moved away.
    pub(super) async fn take_waiting(&self, run: &mut Run, tenant: &Tenant, settings: &Settings) -> Result<(), Stop> {
        if run.progress.deferred == 0 {
            return Ok(());
        }
        let deferred = &self.0.deferred;
        let claims = deferred.claims(&run.id).await?;
        let refused = refused(&claims, &deferred.holders(run, &claims).await?);
        self.0.runs.renew(run, self.now().plus(settings.lease)).await??;
        let Reader::People(mut people) = self.reader(run, tenant, settings).await? else { return Ok(()) };
        loop {
            let behind = run.progress.deferred_behind.clone().unwrap_or_default();
            let mut batch = deferred.batch(&run.id, &behind).await?;
            let Some(last) = batch.last().map(|last| last.id.clone()) else { break };
            let mut wrong_ones = Vec::new();
            batch.retain(|one| {
                let is_refused = refused.contains(&one.id);
                if is_refused {
                    wrong_ones.push(wrong(&one.id, "another employee has this work_email"));
                }
                !is_refused
            });
            let ids: Vec<&str> = batch.iter().map(|one| one.id.as_str()).collect();
            let known = self.0.records.known(&run.tenant, run.kind, &ids).await?;
            let done = people.take(run, &batch, &known, Addresses::Ruled, self.now()).await?;
            settle(run, 0, done, &mut wrong_ones);
            self.note_wrong(run, &wrong_ones).await?;
            run.progress.deferred_behind = Some(last);
            let now = self.now();
            self.0.runs.keep(run, now, now.plus(settings.lease)).await??;
        }
        deferred.forget(&run.id).await?;
        run.progress.deferred = 0;
        let now = self.now();
        Ok(self.0.runs.keep(run, now, now.plus(settings.lease)).await??)
    }
}
