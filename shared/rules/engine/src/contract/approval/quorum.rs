//! Whether levels that ask for people by name can be met at all. Who has a role is not known here; who is named is.

use std::collections::{BTreeMap, BTreeSet};

use super::ApprovalLevel;

/// Where an approver is a role.
const ROLE: &str = "role:";

/// How many names levels may hold in all for it to be checked that one person is enough for one level alone. What is
/// searched is as deep as that.
const MAX_NAMED: usize = 200;

/// Checks that the people who are named are enough for the levels that ask nobody else: each of them counts once, for one
/// level. An error is the index of the first level for which there are too few.
pub(super) fn check(levels: &[ApprovalLevel]) -> Result<(), usize> {
    let mut asked: Vec<(usize, BTreeSet<&str>, u32)> = Vec::new();
    for (index, level) in levels.iter().enumerate() {
        if level.approvers.iter().any(|approver| approver.starts_with(ROLE)) {
            continue;
        }
        let people: BTreeSet<&str> = level.approvers.iter().map(String::as_str).collect();
        if usize::try_from(level.quorum).is_ok_and(|quorum| quorum > people.len()) {
            return Err(index);
        }
        asked.push((index, people, level.quorum));
    }
    // More than anybody writes: only each level by itself is checked then.
    let named: usize = asked.iter().map(|(_, people, _)| people.len()).sum();
    if named > MAX_NAMED {
        return Ok(());
    }
    let mut seats = Seats::default();
    for (index, people, quorum) in &asked {
        for _ in 0..*quorum {
            if !seats.find_one(*index, people, &asked, &mut BTreeSet::new()) {
                return Err(*index);
            }
        }
    }
    Ok(())
}

/// Which person counts for which level.
#[derive(Default)]
struct Seats<'a>(BTreeMap<&'a str, usize>);

impl<'a> Seats<'a> {
    /// Finds one more of `people` for the level `index`, moving others to people whom their own levels ask as well.
    fn find_one(
        &mut self,
        index: usize,
        people: &BTreeSet<&'a str>,
        asked: &[(usize, BTreeSet<&'a str>, u32)],
        seen: &mut BTreeSet<&'a str>,
    ) -> bool {
        for person in people {
            if self.0.get(person) == Some(&index) || !seen.insert(*person) {
                continue;
            }
            let is_free = match self.0.get(person).copied() {
                None => true,
                Some(other) => {
                    let theirs = asked.iter().find(|(level, ..)| *level == other);
                    theirs.is_some_and(|(_, theirs, _)| self.find_one(other, theirs, asked, seen))
                }
            };
            if is_free {
                self.0.insert(*person, index);
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(approvers: &[&str], quorum: u32) -> ApprovalLevel {
        ApprovalLevel { approvers: approvers.iter().map(|approver| (*approver).to_owned()).collect(), quorum }
    }

    #[test]
    fn people_who_are_named_are_enough_or_not() {
        let (a, b, c) = ("user:a", "user:b", "key:c");
        for (levels, wrong) in [
            (vec![], None),
            (vec![level(&[a], 1)], None),
            (vec![level(&[a], 2)], Some(0)),
            (vec![level(&[a], 3)], Some(0)),
            (vec![level(&[a, a, a], 3)], Some(0)),
            (vec![level(&[a, b, c], 3)], None),
            (vec![level(&[a, b, c], u32::MAX)], Some(0)),
            (vec![level(&["role:cfo"], 3)], None),
            (vec![level(&[a, "role:cfo"], 3)], None),
            (vec![level(&["role:cfo"], 1), level(&[a], 2)], Some(1)),
            // Nobody counts for two levels.
            (vec![level(&[a], 1), level(&[a], 1)], Some(1)),
            (vec![level(&[a], 1), level(&["role:cfo"], 1), level(&[a, b], 2)], Some(2)),
            (vec![level(&[a, b], 1), level(&[a], 1)], None),
            (vec![level(&[a, b], 1), level(&[b, c], 1), level(&[a, c], 1)], None),
            (vec![level(&[a, b], 1), level(&[b, c], 1), level(&[a, c], 2)], Some(2)),
        ] {
            assert_eq!(check(&levels).err(), wrong, "{levels:?}");
        }
    }
}
