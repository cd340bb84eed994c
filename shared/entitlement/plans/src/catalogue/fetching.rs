//! What the ERP is asked for, and what is kept of its answer.

use edge_capabilities::counters::PLANS_LEFT_OUT;
use edge_capabilities::{Capabilities, Timestamp};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Catalogue, MAX_NAMED, MAX_NAMES, Name, STALE, Served, Settings, locked};
use crate::copy::Copy;
use crate::erp::{self, Failure};
use crate::index::Place;
use crate::plan::{Plan, UnreadablePlan};
use crate::reading::{LeftOut, ReadPlans};
use crate::shown;

impl Catalogue {
    /// Asks the ERP for `name`, and keeps what it says.
    pub(super) async fn fetch(&self, settings: &Settings, name: &Name) -> Result<Option<Copy>, Failure> {
        let asked_at = self.now();
        let said = match name {
            Name::All => self.fetch_all(settings).await.map(|read| Some(list(asked_at, &read))),
            Name::One(one) => {
                let plan = self.fetch_one(settings, one).await;
                plan.map(|plan| plan.map(|plan| Ok(Copy::new(asked_at, shown::one(&plan)?))))
            }
        };
        let cache = &self.0.capabilities.cache;
        match said {
            Ok(Some(Ok(copy))) => {
                locked(&self.0.failed).remove(name);
                self.remember(name, &copy);
                // Without it other instances ask the ERP, nothing else.
                let _ = cache.set(&name.key(), &copy.to_bytes()).await;
                Ok(Some(copy))
            }
            Ok(None | Some(Err(_))) => {
                locked(&self.0.failed).remove(name);
                // It is not sold any more: what it was must not come back when the ERP is down.
                if locked(&self.0.known).remove(name).is_some() {
                    let _ = cache.delete(&name.key()).await;
                }
                Ok(None)
            }
            Err(failure) => {
                self.log(&failure);
                let mut failed = locked(&self.0.failed);
                if failed.len() >= MAX_NAMES {
                    failed.clear();
                }
                failed.insert(name.clone(), (self.now(), failure.clone()));
                Err(failure)
            }
        }
    }

    /// All plans that can be read. Those that cannot are named in the log, and counted.
    async fn fetch_all(&self, settings: &Settings) -> Result<ReadPlans, Failure> {
        let read = erp::all(&settings.erp).await?;
        for left_out in read.left_out.iter().take(MAX_NAMED) {
            self.log_left_out(left_out);
        }
        if !read.left_out.is_empty() {
            let count = i64::try_from(read.left_out.len()).unwrap_or(i64::MAX);
            self.0.counters.add(PLANS_LEFT_OUT, count);
        }
        Ok(read)
    }

    /// A plan by its id, or else by its code.
    async fn fetch_one(&self, settings: &Settings, name: &str) -> Result<Option<Plan>, Failure> {
        // A list that is at hand spares asking for a code as if it were an id.
        let at_hand = locked(&self.0.known).get(&Name::All).cloned();
        let is_fresh = |copy: &Copy| copy.age(self.now()).is_some_and(|age| age < settings.fresh);
        let at_hand = at_hand.filter(is_fresh).map(|copy| self.place_of(&Name::One(name.into()), &copy));
        if !matches!(at_hand, Some(Place::Code(_)))
            && let Some(plan) = erp::one(&settings.erp, name).await?
        {
            return Ok(Some(plan));
        }
        let list = match Box::pin(self.look(&Name::All, false)).await {
            Ok(Some(Served { source: STALE, .. })) => return Err(Failure::NotAsked("it does not give its list")),
            Ok(Some(Served { copy, .. })) => copy,
            // It keeps no list: there is nothing to know the name by.
            Ok(None) | Err(Failure::Status(404)) => return Ok(None),
            Err(failure) => return Err(failure),
        };
        match self.place_of(&Name::One(name.into()), &list) {
            Place::Code(id) => {
                let whole = erp::one(&settings.erp, &id).await?;
                Ok(whole.or_else(|| listed(&list, &id)))
            }
            Place::Disputed => Err(UnreadablePlan("sku_code, which another plan has too,").into()),
            Place::LeftOut => Err(UnreadablePlan("entry in the list").into()),
            Place::Id | Place::Nowhere => Ok(None),
        }
    }

    fn log_left_out(&self, left_out: &LeftOut) {
        let Capabilities { clock, log, .. } = &self.0.capabilities;
        let line = serde_json::json!({
            "ts": clock.now().to_rfc3339_millis(), "level": "warn", "component": "plans", "outcome": "PLAN_LEFT_OUT",
            "place": left_out.place, "sku_id": left_out.id, "sku_code": left_out.code, "cause": left_out.why.to_string(),
        });
        log.write(line.to_string());
    }

    fn log(&self, failure: &Failure) {
        let Capabilities { clock, log, .. } = &self.0.capabilities;
        let line = serde_json::json!({
            "ts": clock.now().to_rfc3339_millis(), "level": "warn", "component": "plans",
            "outcome": "UPSTREAM_UNAVAILABLE", "cause": failure.to_string(),
        });
        log.write(line.to_string());
    }
}

/// What is kept of a list.
fn list(asked_at: Timestamp, read: &ReadPlans) -> Result<Copy, serde_json::Error> {
    let names = read.left_out.iter().flat_map(|one| [&one.id, &one.code]).flatten();
    let left_out = serde_json::to_vec(&names.collect::<Vec<_>>())?.into();
    Ok(Copy { left_out, ..Copy::new(asked_at, shown::all(&read.plans)?) })
}

/// The plan with this id, as the list `copy` has it.
fn listed(copy: &Copy, id: &str) -> Option<Plan> {
    #[derive(Deserialize)]
    struct Listed<'a> {
        #[serde(borrow)]
        plans: Vec<&'a RawValue>,
    }
    // What was written here is read here.
    let Listed { plans } = serde_json::from_slice(&copy.body).ok()?;
    plans.into_iter().filter_map(|plan| Plan::read(plan.get().as_bytes()).ok()).find(|plan| plan.id == id)
}
