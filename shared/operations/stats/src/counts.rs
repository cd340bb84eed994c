//! The counters that figures are made of.

use std::collections::BTreeMap;

use edge_capabilities::Counters;
use edge_capabilities::counters::{
    CALL_OUTCOMES, FAILED, Name, REFUSED, REQUEST_LATENCY, REQUESTS_NOT_OK, RULE_EVALUATIONS, RULE_OUTCOMES,
    UPSTREAM_CALLS, UPSTREAM_LATENCY,
};
use edge_capabilities::histogram::{BUCKETS, buckets};
use edge_capabilities::http::UpstreamName;
use edge_capabilities::key_value::StoreError;
use futures::{StreamExt as _, TryStreamExt as _};
use serde::{Deserialize, Serialize};

/// The components that count their requests: all that have a store to count in.
pub const COMPONENTS: [&str; 14] = [
    "admin",
    "analytics",
    "checkout",
    "enterprise",
    "erp-sync",
    "integrations",
    "messaging",
    "plan-lookup",
    "provisioning",
    "rules",
    "seat-changes",
    "seat-verification",
    "subscriptions",
    "webhook-verification",
];

/// The upstreams of the edge: a call from one component to another is none, and shops and books are their tenants' to look
/// after.
pub fn upstreams() -> impl Iterator<Item = &'static str> {
    use UpstreamName::{BheemPay, Erp, Mail, Notify, Passport, Stripe};
    [Erp, BheemPay, Stripe, Notify, Passport, Mail].into_iter().map(UpstreamName::as_str)
}

/// Counters that are read at once.
const AT_ONCE: usize = 32;

/// Values of counters, by their names; one that is not there is 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Counts(BTreeMap<String, i64>);

edge_database::json_column!(Counts);

fn key([what, one, other]: Name) -> String {
    format!("{what}:{one}:{other}")
}

async fn read_one(counters: &Counters, name: Name) -> Result<(String, i64), StoreError> {
    Ok((key(name), counters.read(name).await?))
}

impl Counts {
    /// All counters as they are now.
    pub async fn read(counters: &Counters) -> Result<Self, StoreError> {
        let reads: Vec<_> = names().into_iter().map(|name| read_one(counters, name)).collect();
        let read: Vec<_> = futures::stream::iter(reads).buffered(AT_ONCE).try_collect().await?;
        Ok(read.into_iter().filter(|(_, count)| *count != 0).collect())
    }

    /// The value of `name`.
    pub fn of(&self, name: Name) -> i64 {
        self.get(&key(name))
    }

    fn get(&self, key: &str) -> i64 {
        self.0.get(key).copied().unwrap_or(0)
    }

    /// The values of a histogram.
    pub fn histogram(&self, what: &'static str, one: &'static str) -> [i64; BUCKETS] {
        buckets(what, one).map(|name| self.of(name))
    }

    /// This and `other` together.
    pub fn and(&self, other: &Self) -> Self {
        let mut sum = self.0.clone();
        for (key, count) in &other.0 {
            let entry = sum.entry(key.clone()).or_default();
            *entry = entry.saturating_add(*count);
        }
        Self(sum)
    }

    /// What was counted since `earlier`.
    pub fn since(&self, earlier: &Self) -> Self {
        let since = |(key, count): (&String, &i64)| (key.clone(), count.saturating_sub(earlier.get(key)).max(0));
        self.0.iter().map(since).collect()
    }

    /// What those of these counters had that are lower in `later`: a counter falls only where it was lost.
    pub fn lost_in(&self, later: &Self) -> Self {
        let lost = self.0.iter().filter(|(key, count)| later.get(key) < **count);
        lost.map(|(key, count)| (key.clone(), *count)).collect()
    }
}

impl FromIterator<(String, i64)> for Counts {
    fn from_iter<I: IntoIterator<Item = (String, i64)>>(counts: I) -> Self {
        Self(counts.into_iter().collect())
    }
}

fn names() -> Vec<Name> {
    let components = COMPONENTS.into_iter().flat_map(|component| {
        let not_ok = [REFUSED, FAILED].map(|what| [REQUESTS_NOT_OK, component, what]);
        buckets(REQUEST_LATENCY, component).into_iter().chain(not_ok)
    });
    let upstreams = upstreams().flat_map(|upstream| {
        let calls = CALL_OUTCOMES.map(|outcome| [UPSTREAM_CALLS, upstream, outcome]);
        buckets(UPSTREAM_LATENCY, upstream).into_iter().chain(calls)
    });
    let outcomes = |(rule, outcomes): (&'static str, &'static [&'static str])| {
        outcomes.iter().map(move |outcome| [RULE_EVALUATIONS, rule, outcome])
    };
    let rules = RULE_OUTCOMES.into_iter().flat_map(outcomes);
    let webhooks = edge_webhooks::delivery_counters().chain(edge_webhooks::rejection_counters());
    components.chain(upstreams).chain(rules).chain(edge_seats::verdict_counters()).chain(webhooks).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_counter_has_one_name() {
        let names = names();
        let keys: std::collections::BTreeSet<String> = names.iter().map(|name| key(*name)).collect();
        assert_eq!(keys.len(), names.len());
        assert!(names.len() > 700, "{}", names.len());
    }
}
