//! Warnings about levels for which too few people can approve. They are given when a request is created, because a request
//! that nobody can approve would wait in silence until it expires.

use std::collections::{BTreeMap, BTreeSet};

use super::level::Level;
use super::model::Requester;
use crate::people::RoleHolder;

/// The roles that `levels` ask, in lower case.
pub(crate) fn roles(levels: &[Level]) -> BTreeSet<String> {
    let all = levels.iter().flat_map(|level| &level.approvers);
    all.filter_map(|approver| approver.strip_prefix("role:")).map(str::to_lowercase).collect()
}

/// The people whom `levels` ask by name.
pub(crate) fn named(levels: &[Level]) -> BTreeSet<String> {
    let all = levels.iter().flat_map(|level| &level.approvers);
    all.filter(|approver| !approver.starts_with("role:")).cloned().collect()
}

/// A warning for each level whose quorum is larger than the number of known people who could approve. `holders` have the roles
/// that are asked, `roots` gives each person's root, and `person` is the requester.
pub(crate) fn warnings(
    levels: &[Level],
    holders: &[RoleHolder],
    roots: &BTreeMap<String, String>,
    requester: &Requester,
    person: &str,
) -> Vec<String> {
    let mut warnings = Vec::new();
    for (index, level) in levels.iter().enumerate() {
        let of_role = |role: &str| {
            let role = role.to_lowercase();
            let theirs = holders.iter().filter(move |holder| holder.role == role);
            theirs.filter(|holder| !requester.party.includes(holder.given_by.as_deref()))
        };
        let mut able = BTreeSet::new();
        for approver in &level.approvers {
            match approver.strip_prefix("role:") {
                Some(role) => able.extend(of_role(role).map(|holder| holder.person.as_str())),
                None => {
                    able.insert(approver.as_str());
                }
            }
        }
        // People with the same root count once; the requester does not count.
        let root_of = |name: &str| roots.get(name).cloned();
        let others = able.into_iter().filter(|name| *name != person);
        let people: BTreeSet<String> = others
            .filter(|name| root_of(name).is_none_or(|root| Some(&root) != requester.root.as_ref()))
            .map(|name| root_of(name).unwrap_or_else(|| name.to_owned()))
            .collect();
        if people.len() < usize::try_from(level.quorum).unwrap_or(usize::MAX) {
            let has_role = level.approvers.iter().any(|approver| approver.starts_with("role:"));
            let beyond = if has_role { " Roles that are only in tokens are not counted." } else { "" };
            warnings.push(format!(
                "Level {} needs a quorum of {} from {}; {} known people can approve this request.{beyond}",
                index.saturating_add(1),
                level.quorum,
                level.approvers.join(", "),
                people.len(),
            ));
        }
    }
    warnings
}
