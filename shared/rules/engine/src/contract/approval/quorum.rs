//! Whether levels that name people can be met at all. The holders of roles are not known here.

use std::collections::{BTreeMap, BTreeSet};

use super::ApprovalLevel;

/// The prefix of an approver that is a role.
const ROLE: &str = "role:";

/// The most names in all levels for which the assignment of people to levels is checked. It bounds the search.
const MAX_NAMED: usize = 200;

/// Checks that the levels that only name people can be met, where each person counts for one level. An error is the
/// index of the first level with too few people.
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
    // With more names only each level by itself is checked.
    let named: usize = asked.iter().map(|(_, people, _)| people.len()).sum();
    if named > MAX_NAMED {
        return Ok(());
    }
    let mut assignment = Assignment::default();
    for (index, people, quorum) in &asked {
        for _ in 0..*quorum {
            if !assignment.assign(*index, people, &asked, &mut BTreeSet::new()) {
                return Err(*index);
            }
        }
    }
    Ok(())
}

/// The assignment of people to levels.
#[derive(Default)]
struct Assignment<'a>(BTreeMap<&'a str, usize>);

impl<'a> Assignment<'a> {
    /// Assigns one more of `people` to the level `index`; may replace a person of another level by another person of
    /// that level.
    fn assign(
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
                    theirs.is_some_and(|(_, theirs, _)| self.assign(other, theirs, asked, seen))
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
    fn levels_that_name_too_few_people_are_found() {
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
            // A person counts for one level.
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
