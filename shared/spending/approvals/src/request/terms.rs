//! The terms of a request: what the rule `approval` decides, combined with the tenant's own approval rules. Those are data, so
//! that simple changes need no script. They can only require more than the rule: further levels, or less time.

use super::level::Level;
use crate::rule::ApprovalRule;

/// The lifetime of a request without one in an approval rule, and the longest: a week.
const DEFAULT_LIFETIME_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// The levels of a request, and its lifetime.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The levels, in the order in which they are asked.
    pub levels: Vec<Level>,
    /// How long the request may be pending, and again how long it may stay approved, in milliseconds.
    pub lifetime_ms: i64,
}

impl Terms {
    /// The levels that the rule decided on, with what `rules` require, which apply to the purchase, in their order.
    pub(crate) fn of(levels: Vec<Level>, rules: &[ApprovalRule]) -> Self {
        let further = rules.iter().flat_map(|rule| rule.levels.iter());
        let mut levels: Vec<Level> = levels;
        for level in further {
            // The same people are not asked twice: nobody counts twice, so the second level could not be done.
            if !levels.iter().any(|known| known.approvers == level.approvers && known.quorum >= level.quorum) {
                levels.push(level.clone());
            }
        }
        let after = rules.iter().filter(|rule| !rule.escalates_to.is_empty());
        let after = after.filter_map(|rule| rule.escalates_after_minutes).min().map(millis);
        let mut others: Vec<String> = rules.iter().flat_map(|rule| rule.escalates_to.iter().cloned()).collect();
        others.sort();
        others.dedup();
        for level in &mut levels {
            level.escalates_after_ms = after;
            level.escalates_to.clone_from(&others);
        }
        let lifetime = rules.iter().filter_map(|rule| rule.expires_after_minutes).min().map(millis);
        Self { levels, lifetime_ms: lifetime.map_or(DEFAULT_LIFETIME_MS, |lifetime| lifetime.min(DEFAULT_LIFETIME_MS)) }
    }
}

const fn millis(minutes: u32) -> i64 {
    minutes as i64 * 60_000
}
