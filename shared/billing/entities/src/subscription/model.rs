//! Which entity a subscription belongs to.

use edge_audit::AuditEntry;
use edge_capabilities::Timestamp;
use edge_database::record;
use edge_invoices::Date;
use serde::{Deserialize, Serialize};

/// An entity that a subscription belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Belonging {
    /// The entity's id.
    pub(crate) entity_id: String,
    /// From this day on.
    pub(crate) from: Date,
    /// Before this day; None: for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) to: Option<Date>,
}

/// The entities that a subscription belongs to, one at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SubscriptionEntities {
    pub(crate) subscription_id: String,
    pub(crate) tenant_id: String,
    /// INVARIANT: in the order of time, and no two on one day.
    pub(crate) entities: Vec<Belonging>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) untold: Vec<AuditEntry>,
    pub(crate) revision: i64,
}

record! {
    SubscriptionEntities in "entity_subscriptions" {
        subscription_id, tenant_id, entities, created_at, updated_at, untold, revision,
    }
}

impl Belonging {
    /// Whether `day` is one of its days.
    pub(crate) fn holds(&self, day: Date) -> bool {
        self.from <= day && self.to.is_none_or(|to| day < to)
    }
}

/// `known`, with `new` in place of all that was known of its days and of later ones.
pub(crate) fn replace_from(known: &[Belonging], new: Belonging) -> Vec<Belonging> {
    let mut entities: Vec<Belonging> = known.iter().filter(|belonging| belonging.from < new.from).cloned().collect();
    if let Some(last) = entities.last_mut()
        && last.to.is_none_or(|to| to > new.from)
    {
        last.to = Some(new.from);
    }
    // The same entity without a day between is one belonging.
    if let Some(last) = entities.pop_if(|last| last.entity_id == new.entity_id && last.to == Some(new.from)) {
        entities.push(Belonging { from: last.from, ..new });
    } else {
        entities.push(new);
    }
    entities
}

#[cfg(test)]
mod tests {
    use super::*;

    fn belonging(text: &str) -> Belonging {
        let mut parts = text.split(' ');
        let mut next = || parts.next();
        let entity_id = next().unwrap().to_owned();
        let from = Date::parse(next().unwrap()).unwrap();
        Belonging { entity_id, from, to: next().and_then(Date::parse) }
    }

    #[test]
    fn a_subscription_belongs_to_one_entity_at_a_time() {
        let known = ["a 2026-01-01 2026-03-01", "b 2026-03-01 2026-06-01", "a 2026-08-01"].map(belonging);
        for (new, expected) in [
            ("c 2026-09-01", vec![&known[0], &known[1], &belonging("a 2026-08-01 2026-09-01")]),
            ("c 2026-07-01", vec![&known[0], &known[1]]),
            ("c 2026-04-01 2026-05-01", vec![&known[0], &belonging("b 2026-03-01 2026-04-01")]),
            ("c 2025-01-01", vec![]),
        ] {
            let new = belonging(new);
            let mut expected: Vec<Belonging> = expected.into_iter().cloned().collect();
            expected.push(new.clone());
            assert_eq!(replace_from(&known, new), expected);
        }
        let same = replace_from(&known[..2], belonging("b 2026-04-01"));
        assert_eq!(same, [known[0].clone(), belonging("b 2026-03-01")]);
        let day = |text: &str| Date::parse(text).unwrap();
        for (text, is_held) in
            [("2025-12-31", false), ("2026-01-01", true), ("2026-02-28", true), ("2026-03-01", false)]
        {
            assert_eq!(known[0].holds(day(text)), is_held, "{text}");
        }
        assert!(known[2].holds(day("2999-01-01")));
    }
}
