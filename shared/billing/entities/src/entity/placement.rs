//! With which parent an entity is billed, and from when on: a move counts from the next month.

use serde::{Deserialize, Serialize};

use crate::period::Month;

/// The parent that an entity is billed with from a month on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Placement {
    /// The first month; None: since ever.
    pub(crate) from: Option<Month>,
    /// The parent.
    pub(crate) parent_id: Option<String>,
}

impl Placement {
    /// The placements of a new entity below `parent`.
    pub(crate) fn first(parent: Option<String>) -> Vec<Self> {
        vec![Self { from: None, parent_id: parent }]
    }
}

/// Notes in `placements` that the entity is below `parent` since a day in the month `now`.
pub(super) fn place(placements: &mut Vec<Placement>, parent: Option<String>, now: Month) {
    let next = now.next();
    placements.retain(|placement| placement.from.is_none_or(|from| from < next));
    if placements.last().is_none_or(|last| last.parent_id != parent) {
        placements.push(Placement { from: Some(next), parent_id: parent });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(text: &str) -> Month {
        Month::parse(text).unwrap()
    }

    #[test]
    fn a_move_counts_from_the_next_month() {
        let mut placements = Placement::first(Some("a".into()));
        let shown = |placements: &[Placement]| -> Vec<String> {
            let from =
                |placement: &Placement| placement.from.map_or_else(|| "ever".to_owned(), |from| from.to_string());
            placements.iter().map(|one| format!("{} {}", from(one), one.parent_id.as_deref().unwrap_or("-"))).collect()
        };
        for (parent, now, expected) in [
            (Some("b"), "2026-11", vec!["ever a", "2026-12 b"]),
            (None, "2026-11", vec!["ever a", "2026-12 -"]),
            // Back within the month, it never left.
            (Some("a"), "2026-11", vec!["ever a"]),
            (Some("c"), "2026-12", vec!["ever a", "2027-01 c"]),
            (Some("a"), "2027-03", vec!["ever a", "2027-01 c", "2027-04 a"]),
        ] {
            place(&mut placements, parent.map(str::to_owned), month(now));
            assert_eq!(shown(&placements), expected);
        }
    }
}
