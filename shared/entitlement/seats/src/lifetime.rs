//! The lifetime of a verdict, for clients that remember it and follow the feed of changes ([`crate::changes`]).
//!
//! A verdict without a fence has none: a raise may have been listed before its organisation was known, and nobody would
//! hear of it.

use edge_capabilities::Timestamp;

use crate::seat_access::{AccessDecision, SeatAccess, SeatFacts};
use crate::verdict::{Seat, Source, Verdict};

/// How long a verdict may be remembered, by the edge's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lifetime {
    /// When it was given.
    pub(crate) now: Timestamp,
    /// Until when it is fresh.
    pub(crate) fresh_until: Timestamp,
    /// Until when it may be used while the edge cannot be reached; not before `fresh_until`.
    pub(crate) stale_until: Timestamp,
}

impl Lifetime {
    /// Of `verdict`, which is given at `now` and was decided by `rule`.
    pub(crate) async fn of(verdict: &Verdict, rule: &dyn SeatAccess, now: Timestamp) -> Self {
        let Verdict { access, source, as_of, fresh_until, stale_until, is_fenced, seat } = verdict;
        if !is_fenced {
            return Self { now, fresh_until: now, stale_until: now };
        }
        // A verdict of an instance whose clock is ahead lasts no longer from now on than it did from its beginning.
        let from_now = |until: &Timestamp| {
            let longest = now.as_millis().saturating_add(until.millis_since(*as_of));
            until.as_millis().min(longest)
        };
        let (mut fresh, mut stale) = (from_now(fresh_until), from_now(stale_until));
        if *source == Source::Stale {
            fresh = fresh.min(now.as_millis());
        }
        stale = stale.max(fresh);
        match seat {
            Some(seat) if access.has_access => {
                let limit = fresh;
                fresh = end_of_access(seat, rule, 1, now.as_millis(), limit).await;
                stale = if fresh < limit {
                    fresh
                } else {
                    end_of_access(seat, rule, 1, now.as_millis().max(fresh), stale).await
                };
            }
            _ => stale = fresh,
        }
        Self { now, fresh_until: Timestamp::from_millis(fresh), stale_until: Timestamp::from_millis(stale) }
    }
}

/// When access to `seat`, which `rule` grants at `from`, ends by it: `limit`, or before if the rule denies then. All are
/// in units of `unit` milliseconds since 1970. The rule is evaluated once where it grants until `limit`, else about as
/// often as the time in between has binary digits.
pub(crate) async fn end_of_access(seat: &Seat, rule: &dyn SeatAccess, unit: i64, from: i64, limit: i64) -> i64 {
    // The rule may be any script: it is asked when it ends access. It is asked of the last millisecond before an instant,
    // until when a verdict that ends then is believed.
    let grants_until = async |instant: i64| {
        let last = instant.saturating_mul(unit).saturating_sub(1);
        let facts = SeatFacts {
            seat_status: seat.status,
            subscription_status: seat.subscription_status,
            expires_at: seat.expires_at,
            now: Timestamp::from_millis(last),
        };
        matches!(rule.decide(facts).await, AccessDecision { has_access: true, .. })
    };
    if limit <= from || grants_until(limit).await {
        return limit;
    }
    // INVARIANT: it grants until `granted`, and not until `denied`.
    let (mut granted, mut denied) = (from, limit);
    while denied.saturating_sub(granted) > 1 {
        let middle = granted.midpoint(denied);
        if grants_until(middle).await {
            granted = middle;
        } else {
            denied = middle;
        }
    }
    granted
}

#[cfg(test)]
mod tests;
