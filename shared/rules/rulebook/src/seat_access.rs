//! The rule `seat_access` where seats are verified: on every request of every product, so each microsecond counts. It
//! costs one key-value read. While what ships is in force its twin in Rust decides (a test holds the two together);
//! else the script does.
//!
//! A script that fails does not keep everybody out: the shipped rule decides in its place, and the log says so. The
//! same holds where it is not known which version is in force.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use edge_capabilities::counters::RULE_FAILED;
use edge_capabilities::{Capabilities, Timestamp};
use edge_rules::Rule;
use edge_rules::contract::{
    Instant, PeriodEnd, SeatAccessInput, SeatAccessOutcome, SeatAccessReason, SeatStatus, SubscriptionStatus,
};
use edge_seats::{AccessDecision, Reason, SeatAccess, SeatFacts, ShippedSeatAccess};

use crate::active_rules::ActiveVersion;
use crate::rulebook::Rulebook;

/// One decision in so long is recorded, of all instances that share the cache; and one failure in so long is logged, of
/// each instance.
const SAMPLE_MILLIS: i64 = 1000;

/// When the last decision was recorded.
const SAMPLED: &str = "rule-sampled:seat_access";

/// The rule `seat_access` as it is in force.
pub struct RuledSeatAccess(Arc<Inner>);

struct Inner {
    capabilities: Capabilities,
    rulebook: Rulebook,
    /// When this instance last looked whether a decision is to be recorded, milliseconds since 1970.
    looked: AtomicI64,
    /// When this instance last logged a failure.
    logged: AtomicI64,
}

impl RuledSeatAccess {
    /// Decides by the version that `rulebook` has in force.
    pub fn new(capabilities: &Capabilities, rulebook: Rulebook) -> Self {
        let never = || AtomicI64::new(i64::MIN);
        let capabilities = capabilities.clone();
        Self(Arc::new(Inner { capabilities, rulebook, looked: never(), logged: never() }))
    }
}

#[async_trait]
impl SeatAccess for RuledSeatAccess {
    async fn decide(&self, facts: SeatFacts) -> AccessDecision {
        let inner = &self.0;
        let (decided, active) = match inner.rulebook.active_rules().get(Rule::SeatAccess, facts.now).await {
            Ok(active) if active.shipped => (Ok(ShippedSeatAccess.decide(facts).await), Some(active)),
            Ok(active) => (inner.by_script(&active, facts), Some(active)),
            Err(unknown) => (Err(unknown.to_string()), None),
        };
        let access = match &decided {
            Ok(access) => *access,
            Err(_) => ShippedSeatAccess.decide(facts).await,
        };
        if let Err(cause) = &decided {
            inner.rulebook.count(Rule::SeatAccess, RULE_FAILED);
            inner.log_failure(facts.now, active.as_ref().map(|active| active.version), cause);
        }
        if let Some(active) = active
            && is_due(&inner.looked, facts.now)
        {
            let (inner, failed) = (inner.clone(), decided.err());
            self.0.capabilities.background.spawn(Box::pin(async move {
                inner.sample(&active, facts, access, failed).await;
            }));
        }
        access
    }
}

impl Inner {
    fn by_script(&self, active: &ActiveVersion, facts: SeatFacts) -> Result<AccessDecision, String> {
        let active_rules = self.rulebook.active_rules();
        let compiled = active_rules.compiled(Rule::SeatAccess, active)?;
        let evaluated = active_rules.engine().evaluate(&compiled, &input(facts), false);
        let outcome = evaluated.map_err(|failure| failure.to_string())?.outcome;
        let outcome: SeatAccessOutcome = serde_json::from_str(&outcome).map_err(|error| error.to_string())?;
        Ok(AccessDecision { has_access: outcome.has_access, reason: from_contract(outcome.reason) })
    }

    /// Records the decision, unless another was recorded a moment ago.
    async fn sample(&self, active: &ActiveVersion, facts: SeatFacts, access: AccessDecision, failed: Option<String>) {
        let Capabilities { cache, clock, .. } = &self.capabilities;
        let now = clock.now();
        let Ok(last) = cache.get(SAMPLED).await else { return };
        let last = last.and_then(|bytes| String::from_utf8(bytes).ok()?.parse().ok()).map(Timestamp::from_millis);
        if last.is_some_and(|last| (0..SAMPLE_MILLIS).contains(&now.millis_since(last))) {
            return;
        }
        if cache.set(SAMPLED, now.as_millis().to_string().as_bytes()).await.is_err() {
            return;
        }
        let outcome = match failed {
            Some(message) => Err(message),
            None => {
                let outcome = SeatAccessOutcome { has_access: access.has_access, reason: to_contract(access.reason) };
                serde_json::to_string(&outcome).map_err(|error| error.to_string())
            }
        };
        self.rulebook.note(Rule::SeatAccess, active, input(facts), outcome, facts.now);
    }

    fn log_failure(&self, now: Timestamp, version: Option<i64>, cause: &str) {
        if !is_due(&self.logged, now) {
            return;
        }
        let line = serde_json::json!({
            "ts": now.to_rfc3339_millis(), "level": "error", "component": "rulebook", "outcome": "RULE_FAILED",
            "rule": Rule::SeatAccess.as_str(), "version": version, "cause": cause,
            "consequence": "the shipped rule decides in its place",
        });
        self.capabilities.log.write(line.to_string());
    }
}

pub(crate) fn input(facts: SeatFacts) -> String {
    let input = SeatAccessInput {
        seat_status: match facts.seat_status {
            edge_seats::SeatStatus::Active => SeatStatus::Active,
            edge_seats::SeatStatus::Pending => SeatStatus::Pending,
            edge_seats::SeatStatus::Revoked => SeatStatus::Revoked,
        },
        subscription_status: match facts.subscription_status {
            edge_seats::SubscriptionStatus::Trialing => SubscriptionStatus::Trialing,
            edge_seats::SubscriptionStatus::Active => SubscriptionStatus::Active,
            edge_seats::SubscriptionStatus::PastDue => SubscriptionStatus::PastDue,
            edge_seats::SubscriptionStatus::Cancelled => SubscriptionStatus::Cancelled,
            edge_seats::SubscriptionStatus::Suspended => SubscriptionStatus::Suspended,
            edge_seats::SubscriptionStatus::Expired => SubscriptionStatus::Expired,
        },
        expires_at: PeriodEnd(facts.expires_at.map(Instant)),
        now: Instant(facts.now),
    };
    // This type can always be written.
    serde_json::to_string(&input).unwrap_or_default()
}

/// Converts between the two types of the same reasons, both ways and exhaustively.
macro_rules! reasons {
    ($($reason:ident),*) => {
        fn from_contract(reason: SeatAccessReason) -> Reason {
            match reason { $(SeatAccessReason::$reason => Reason::$reason),* }
        }

        fn to_contract(reason: Reason) -> SeatAccessReason {
            match reason { $(Reason::$reason => SeatAccessReason::$reason),* }
        }
    };
}

reasons!(
    SeatActive,
    GracePeriod,
    OrganizationNotFound,
    SeatNotFound,
    SeatRevoked,
    SeatPending,
    SubscriptionPastDue,
    SubscriptionCancelled,
    SubscriptionSuspended,
    SubscriptionExpired
);

/// Whether `last` is a while ago; it is `now` then.
fn is_due(last: &AtomicI64, now: Timestamp) -> bool {
    let before = last.load(Ordering::Relaxed);
    let due = !(0..SAMPLE_MILLIS).contains(&now.as_millis().saturating_sub(before));
    due && last.compare_exchange(before, now.as_millis(), Ordering::Relaxed, Ordering::Relaxed).is_ok()
}
