//! Which charges lead up to an entity: its own, and those of the entities below it that are billed with their parents, each
//! with the parents that the entities had in the month of the charge's date.

use std::collections::{BTreeMap, BTreeSet};

use crate::entity::Entity;
use crate::period::Month;

/// The charges of an entity whose dates are from a day on and before another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Days {
    pub(super) entity: String,
    /// Empty: since ever.
    pub(super) from: String,
    pub(super) to: String,
}

/// The parent that `entity` is billed with in `month`; None in place of a month: before all moves.
fn parent_in(entity: &Entity, month: Option<Month>) -> Option<&str> {
    let placed = entity.placements.iter().rev().find(|placement| placement.from <= month);
    placed.or(entity.placements.first()).and_then(|placement| placement.parent_id.as_deref())
}

/// The ids of the entities whose charges of `month` are on the invoice of `payer`.
fn led_up<'e>(entities: &'e [Entity], payer: &'e str, month: Option<Month>) -> BTreeSet<&'e str> {
    let mut children: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for entity in entities.iter().filter(|entity| entity.consolidate_to_parent) {
        if let Some(parent) = parent_in(entity, month) {
            children.entry(parent).or_default().push(&entity.id);
        }
    }
    let (mut found, mut next) = (BTreeSet::from([payer]), vec![payer]);
    while let Some(parent) = next.pop() {
        for child in children.get(parent).into_iter().flatten() {
            if found.insert(child) {
                next.push(child);
            }
        }
    }
    found
}

/// The charges of `entities` that are on the invoice of `payer` for `period`, or would be if they were not on another.
pub(super) fn days(entities: &[Entity], payer: &str, period: Month) -> Vec<Days> {
    let moves: BTreeSet<Month> =
        entities.iter().flat_map(|entity| &entity.placements).filter_map(|placement| placement.from).collect();
    let mut begins: Vec<Option<Month>> = vec![None];
    begins.extend(moves.into_iter().filter(|month| *month <= period).map(Some));
    let end = period.next();
    let mut days: Vec<Days> = Vec::new();
    let mut open: BTreeMap<&str, usize> = BTreeMap::new();
    for (place, begin) in begins.iter().enumerate() {
        let next = begins.get(place.saturating_add(1)).copied().flatten().unwrap_or(end).first_day();
        let found = led_up(entities, payer, *begin);
        open.retain(|entity, _| found.contains(entity));
        for entity in found {
            let known = open.get(entity).and_then(|index| days.get_mut(*index));
            if let Some(known) = known {
                known.to.clone_from(&next);
                continue;
            }
            open.insert(entity, days.len());
            let from = begin.map_or_else(String::new, Month::first_day);
            days.push(Days { entity: entity.to_owned(), from, to: next.clone() });
        }
    }
    days
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::testing::entity;

    fn month(text: &str) -> Month {
        Month::parse(text).unwrap()
    }

    fn shown(entities: &[Entity], payer: &str, period: &str) -> Vec<String> {
        let mut shown: Vec<String> = days(entities, payer, month(period))
            .into_iter()
            .map(|days| format!("{} [{}, {})", days.entity, days.from, days.to))
            .collect();
        shown.sort();
        shown
    }

    #[test]
    fn charges_lead_up_as_long_as_each_entity_is_billed_with_its_parent() {
        let mut entities = vec![
            entity("root", None),
            entity("a", Some("root")),
            entity("b", Some("a")),
            entity("c", Some("b")),
            entity("other", None),
        ];
        let all = ["a [, 2026-12-01)", "b [, 2026-12-01)", "c [, 2026-12-01)", "root [, 2026-12-01)"];
        assert_eq!(shown(&entities, "root", "2026-11"), all);
        // One that is billed by itself takes what is below it along.
        entities[2].consolidate_to_parent = false;
        assert_eq!(shown(&entities, "root", "2026-11"), ["a [, 2026-12-01)", "root [, 2026-12-01)"]);
        assert_eq!(shown(&entities, "b", "2026-12"), ["b [, 2027-01-01)", "c [, 2027-01-01)"]);
    }

    #[test]
    fn a_move_counts_from_the_month_after_it() {
        let mut entities = vec![entity("a", None), entity("b", None), entity("c", Some("a")), entity("d", Some("c"))];
        entities[2].move_to(Some("b"), month("2026-11"));
        assert_eq!(shown(&entities, "a", "2026-11"), ["a [, 2026-12-01)", "c [, 2026-12-01)", "d [, 2026-12-01)"]);
        assert_eq!(shown(&entities, "b", "2026-11"), ["b [, 2026-12-01)"]);
        // What was charged before the move and is not billed yet stays with the parent of then.
        assert_eq!(shown(&entities, "a", "2026-12"), ["a [, 2027-01-01)", "c [, 2026-12-01)", "d [, 2026-12-01)"]);
        let b = ["b [, 2027-01-01)", "c [2026-12-01, 2027-01-01)", "d [2026-12-01, 2027-01-01)"];
        assert_eq!(shown(&entities, "b", "2026-12"), b);
        // And back again.
        entities[2].move_to(Some("a"), month("2027-01"));
        let a = [
            "a [, 2027-03-01)",
            "c [, 2026-12-01)",
            "c [2027-02-01, 2027-03-01)",
            "d [, 2026-12-01)",
            "d [2027-02-01, 2027-03-01)",
        ];
        assert_eq!(shown(&entities, "a", "2027-02"), a);
    }

    #[test]
    fn rows_that_are_in_a_cycle_end_the_walk() {
        let entities = vec![entity("a", Some("b")), entity("b", Some("a"))];
        assert_eq!(shown(&entities, "a", "2026-11"), ["a [, 2026-12-01)", "b [, 2026-12-01)"]);
    }
}
