//! Fetching snapshots from the ERP.

use edge_cache::Decision;
use edge_capabilities::counters::PLANS_LEFT_OUT;
use edge_capabilities::{Capabilities, Timestamp};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Catalogue, CatalogueKey, MAX_LOGGED, MAX_NAMES, STALE, Served, Settings, locked};
use crate::erp;
use crate::error::{FetchError, UnreadablePlan};
use crate::index::Place;
use crate::parser::{ParsedPlans, SkippedPlan};
use crate::plan::Plan;
use crate::response;
use crate::snapshot::Snapshot;

impl Catalogue {
    /// Fetches the snapshot of `name` and stores it.
    pub(super) async fn fetch(&self, settings: &Settings, name: &CatalogueKey) -> Result<Option<Snapshot>, FetchError> {
        let asked_at = self.now();
        let fetched = match name {
            CatalogueKey::List => self.fetch_all(settings).await.map(|read| Some(list(asked_at, &read))),
            CatalogueKey::Plan(one) => {
                let plan = self.fetch_one(settings, one).await;
                plan.map(|plan| plan.map(|plan| Ok(Snapshot::new(asked_at, response::one(&plan)?))))
            }
        };
        let cache = &self.0.capabilities.cache;
        match fetched {
            Ok(Some(Ok(snapshot))) => {
                locked(&self.0.failures).remove(name);
                self.remember(name, &snapshot);
                // If this fails, other instances ask the ERP.
                let _ = cache.set(&name.key(), &snapshot.to_bytes()).await;
                Ok(Some(snapshot))
            }
            Ok(None | Some(Err(_))) => {
                locked(&self.0.failures).remove(name);
                // The plan is not on sale any more: its snapshot must not be served again when the ERP is down.
                if locked(&self.0.snapshots).remove(name).is_some() {
                    let _ = cache.delete(&name.key()).await;
                }
                Ok(None)
            }
            Err(failure) => {
                self.log(&failure);
                let mut failed = locked(&self.0.failures);
                if failed.len() >= MAX_NAMES {
                    failed.clear();
                }
                failed.insert(name.clone(), (self.now(), failure.clone()));
                Err(failure)
            }
        }
    }

    /// All plans that can be parsed. Those that cannot are logged and counted.
    async fn fetch_all(&self, settings: &Settings) -> Result<ParsedPlans, FetchError> {
        let read = erp::all(&settings.erp).await?;
        for left_out in read.left_out.iter().take(MAX_LOGGED) {
            self.log_left_out(left_out);
        }
        if !read.left_out.is_empty() {
            let count = i64::try_from(read.left_out.len()).unwrap_or(i64::MAX);
            self.0.counters.add(PLANS_LEFT_OUT, count);
        }
        Ok(read)
    }

    /// A plan by its id, or else by its code.
    async fn fetch_one(&self, settings: &Settings, name: &str) -> Result<Option<Plan>, FetchError> {
        // A fresh list tells a code from an id, which spares a request.
        let fresh_list = locked(&self.0.snapshots).get(&CatalogueKey::List).cloned();
        let is_fresh = |snapshot: &Snapshot| settings.decide(snapshot, self.now()) == Decision::Serve;
        let fresh_list =
            fresh_list.filter(is_fresh).map(|snapshot| self.find_in_list(&CatalogueKey::Plan(name.into()), &snapshot));
        if !matches!(fresh_list, Some(Place::Code(_)))
            && let Some(plan) = erp::one(&settings.erp, name).await?
        {
            return Ok(Some(plan));
        }
        let list = match Box::pin(self.get(&CatalogueKey::List, false)).await {
            Ok(Some(Served { source: STALE, .. })) => return Err(FetchError::NotSent("it does not give its list")),
            Ok(Some(Served { snapshot, .. })) => snapshot,
            // The ERP has no list, which alone maps codes to ids.
            Ok(None) | Err(FetchError::Status(404)) => return Ok(None),
            Err(failure) => return Err(failure),
        };
        match self.find_in_list(&CatalogueKey::Plan(name.into()), &list) {
            Place::Code(id) => {
                let whole = erp::one(&settings.erp, &id).await?;
                Ok(whole.or_else(|| listed(&list, &id)))
            }
            Place::Ambiguous => Err(UnreadablePlan("sku_code, which another plan has too,").into()),
            Place::Skipped => Err(UnreadablePlan("entry in the list").into()),
            Place::Id | Place::Absent => Ok(None),
        }
    }

    fn log_left_out(&self, left_out: &SkippedPlan) {
        let Capabilities { clock, log, .. } = &self.0.capabilities;
        let line = serde_json::json!({
            "ts": clock.now().to_rfc3339_millis(), "level": "warn", "component": "plans", "outcome": "PLAN_LEFT_OUT",
            "place": left_out.place, "sku_id": left_out.id, "sku_code": left_out.code, "cause": left_out.error.to_string(),
        });
        log.write(line.to_string());
    }

    fn log(&self, failure: &FetchError) {
        let Capabilities { clock, log, .. } = &self.0.capabilities;
        let line = serde_json::json!({
            "ts": clock.now().to_rfc3339_millis(), "level": "warn", "component": "plans",
            "outcome": "UPSTREAM_UNAVAILABLE", "cause": failure.to_string(),
        });
        log.write(line.to_string());
    }
}

/// The snapshot of a list.
fn list(asked_at: Timestamp, read: &ParsedPlans) -> Result<Snapshot, serde_json::Error> {
    let names = read.left_out.iter().flat_map(|one| [&one.id, &one.code]).flatten();
    let left_out = serde_json::to_vec(&names.collect::<Vec<_>>())?.into();
    Ok(Snapshot { left_out, ..Snapshot::new(asked_at, response::all(&read.plans)?) })
}

/// The plan with this id, as the list `snapshot` has it.
fn listed(snapshot: &Snapshot, id: &str) -> Option<Plan> {
    #[derive(Deserialize)]
    struct Listed<'a> {
        #[serde(borrow)]
        plans: Vec<&'a RawValue>,
    }
    // The snapshot was written by this crate, so it can be parsed.
    let Listed { plans } = serde_json::from_slice(&snapshot.body).ok()?;
    plans.into_iter().filter_map(|plan| Plan::read(plan.get().as_bytes()).ok()).find(|plan| plan.id == id)
}
