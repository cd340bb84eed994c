//! What a tenant asks for beyond the rule `approval`, as data: so that simple changes need no script. The rule's input has
//! no place for it, so it is applied to what the rule decides, and only ever asks for more: further levels, less time.

use crate::level::Level;
use crate::rules::ApprovalRule;

/// How long a request may take where nothing says so: a week.
const DEFAULT_LIFETIME_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// Who is asked, and how long it may take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Who is asked, in this order.
    pub levels: Vec<Level>,
    /// How long it may take, milliseconds.
    pub lifetime_ms: i64,
}

impl Terms {
    /// What the rule decided, and what `rules` ask for beyond: those that are about the purchase, in their order.
    pub(crate) fn of(levels: Vec<Level>, rules: &[ApprovalRule]) -> Self {
        let further = rules.iter().flat_map(|rule| rule.levels.iter());
        let mut levels: Vec<Level> = levels;
        for level in further {
            // The same people are not asked twice: nobody counts twice, so nobody could answer.
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
