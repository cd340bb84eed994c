//! What the catalogue caches: the ERP's list of plans, and single plans.

use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use edge_cache::{Cache, Decision, Entry, Memory, Origin, Pause, Source, Times, Waiting};
use edge_capabilities::counters::PLANS_LEFT_OUT;
use edge_capabilities::{Capabilities, Counters, Timestamp};
use edge_upstreams::Upstream;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::erp;
use crate::error::{FetchError, UnreadablePlan};
use crate::index::{Index, Place};
use crate::plan::Plan;
use crate::response;
use crate::snapshot::Snapshot;

/// How long no request is sent after one has failed, milliseconds.
const RETRY_AFTER: i64 = 1_000;

/// How far a snapshot may seem to come from the future, by another machine's clock, milliseconds.
const SKEW: i64 = 60_000;

/// The most unreadable plans that are logged each time the list is fetched.
const MAX_LOGGED: usize = 20;

/// That a plan is not on sale is not remembered.
const ABSENT: Times = Times { fresh: 0, stale: 0, outage: 0, skew: 0, ahead: Decision::Discard };

/// The ERP, and how long its answers may be used.
#[derive(Clone)]
pub(crate) struct Erp {
    capabilities: Capabilities,
    upstream: Upstream,
    times: Times,
}

/// The ERP's answers to the requests `R`.
pub(crate) struct Snapshots<R> {
    erp: Erp,
    pub(crate) request: R,
}

/// A request to the ERP.
pub(crate) trait Request: Send + Sync + 'static {
    type Key: Clone + Eq + Hash + Send + Sync + 'static;

    fn copy_key(key: &Self::Key) -> String;

    fn send(
        &self,
        erp: &Erp,
        key: &Self::Key,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<Snapshot>, FetchError>> + Send;
}

impl Erp {
    pub(crate) fn new(capabilities: &Capabilities, upstream: Upstream, [fresh, stale, outage]: [i64; 3]) -> Self {
        let times = Times { fresh, stale, outage, skew: SKEW, ahead: Decision::Discard };
        Self { capabilities: capabilities.clone(), upstream, times }
    }

    pub(crate) fn cache<R: Request>(&self, request: R) -> Cache<Snapshots<R>> {
        Cache::new(&self.capabilities, Snapshots { erp: self.clone(), request })
    }

    fn log(&self, outcome: &str, mut line: Value) {
        let Capabilities { clock, log, .. } = &self.capabilities;
        let at = clock.now().to_rfc3339_millis();
        let common = [("ts", &*at), ("level", "warn"), ("component", "plans"), ("outcome", outcome)];
        if let Some(line) = line.as_object_mut() {
            line.extend(common.map(|(field, text)| (field.to_owned(), text.into())));
        }
        log.write(line.to_string());
    }
}

impl<R: Request> Source for Snapshots<R> {
    type Key = R::Key;
    type Value = Snapshot;
    type Error = FetchError;

    const MEMORY: Memory = Memory::CountsWhileFresh;
    const PAUSE: Pause = Pause { behind: RETRY_AFTER, before: RETRY_AFTER };

    fn times(&self, snapshot: Option<&Snapshot>) -> &Times {
        if snapshot.is_some() { &self.erp.times } else { &ABSENT }
    }

    fn copy_key(&self, key: &R::Key) -> String {
        R::copy_key(key)
    }

    fn encode(&self, _key: &R::Key, entry: &Entry<Snapshot>) -> Option<Vec<u8>> {
        entry.value.as_ref().map(Snapshot::to_bytes)
    }

    fn decode(&self, _key: &R::Key, copy: Vec<u8>) -> Option<Entry<Snapshot>> {
        Snapshot::from_bytes(copy).map(|snapshot| Entry { read_at: snapshot.asked_at, value: Some(snapshot) })
    }

    async fn fetch(&self, key: &R::Key, now: Timestamp, _is_known: bool) -> Result<Option<Snapshot>, FetchError> {
        let sent = self.request.send(&self.erp, key, now).await;
        sent.inspect_err(|failure| self.erp.log("UPSTREAM_UNAVAILABLE", json!({"cause": failure.to_string()})))
    }

    /// A caller for whom nothing is cached does not wait if the ERP hung the last time, or has kept another caller waiting
    /// for long.
    fn refusal(&self, Waiting { failure, running_for }: Waiting<'_, FetchError>) -> Option<FetchError> {
        if let Some((error, passed)) = failure.filter(|(error, _)| error.took_long())
            && (running_for.is_some() || (0..RETRY_AFTER).contains(&passed))
        {
            return Some(error.clone());
        }
        let is_long = running_for? >= self.erp.upstream.timeout() / 2;
        is_long.then_some(FetchError::NotSent("it lets others wait"))
    }
}

/// The list of all plans on sale.
#[derive(Default)]
pub(crate) struct PlanList(Mutex<Option<Index>>);

impl PlanList {
    /// Where `list` has the plan.
    pub(crate) fn find(&self, name: &str, list: &Snapshot) -> Place {
        let mut index = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*index {
            Some(index) if index.is_of(list) => index.find(name),
            _ => index.insert(Index::new(list)).find(name),
        }
    }
}

impl Request for PlanList {
    type Key = ();

    fn copy_key((): &()) -> String {
        "plans:all".to_owned()
    }

    /// All plans that can be parsed. Those that cannot are logged and counted.
    async fn send(&self, erp: &Erp, (): &(), now: Timestamp) -> Result<Option<Snapshot>, FetchError> {
        let read = erp::all(&erp.upstream).await?;
        for left_out in read.left_out.iter().take(MAX_LOGGED) {
            let cause = left_out.error.to_string();
            let plan =
                json!({"place": left_out.place, "sku_id": left_out.id, "sku_code": left_out.code, "cause": cause});
            erp.log("PLAN_LEFT_OUT", plan);
        }
        if !read.left_out.is_empty() {
            let count = i64::try_from(read.left_out.len()).unwrap_or(i64::MAX);
            Counters::new(&erp.capabilities).add(PLANS_LEFT_OUT, count);
        }
        let names: Vec<_> = read.left_out.iter().flat_map(|one| [&one.id, &one.code]).flatten().collect();
        let written = serde_json::to_vec(&names).ok().zip(response::all(&read.plans).ok());
        Ok(written.map(|(left_out, body)| Snapshot { left_out: left_out.into(), ..Snapshot::new(now, body) }))
    }
}

/// A plan by its id or code.
pub(crate) struct SinglePlan(pub(crate) Cache<Snapshots<PlanList>>);

impl Request for SinglePlan {
    type Key = Arc<str>;

    fn copy_key(name: &Arc<str>) -> String {
        format!("plans:one:{name}")
    }

    /// A plan by its id, or else by its code.
    async fn send(&self, erp: &Erp, name: &Arc<str>, now: Timestamp) -> Result<Option<Snapshot>, FetchError> {
        let (erp, index) = (&erp.upstream, &self.0.source().request);
        let snapshot = |plan: Plan| response::one(&plan).ok().map(|body| Snapshot::new(now, body));
        // A fresh list tells a code from an id, which spares a request.
        let fresh_list = self.0.fresh(&()).map(|list| index.find(name, &list));
        if !matches!(fresh_list, Some(Place::Code(_)))
            && let Some(plan) = erp::one(erp, name).await?
        {
            return Ok(snapshot(plan));
        }
        let list = match self.0.get(&(), false).await {
            Ok((_, Origin::Stale)) => return Err(FetchError::NO_LIST),
            Ok((Entry { value: Some(list), .. }, _)) => list,
            // The ERP has no list, which alone maps codes to ids.
            Ok(_) | Err(FetchError::Status(404)) => return Ok(None),
            Err(failure) => return Err(failure),
        };
        match index.find(name, &list) {
            Place::Code(id) => {
                let whole = erp::one(erp, &id).await?;
                Ok(whole.or_else(|| listed(&list, &id)).and_then(snapshot))
            }
            Place::Ambiguous => Err(UnreadablePlan("sku_code, which another plan has too,").into()),
            Place::Skipped => Err(UnreadablePlan("entry in the list").into()),
            Place::Id | Place::Absent => Ok(None),
        }
    }
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
