//! Whether there are people enough who can approve. Told when a request is made: a request that nobody can approve would
//! wait in silence until it expires.

use std::collections::{BTreeMap, BTreeSet};

use crate::level::Level;
use crate::people::Holder;
use crate::request::Requester;

/// The roles that `levels` ask, in small letters.
pub(crate) fn roles(levels: &[Level]) -> BTreeSet<String> {
    let all = levels.iter().flat_map(|level| &level.approvers);
    all.filter_map(|approver| approver.strip_prefix("role:")).map(str::to_lowercase).collect()
}

/// The people whom `levels` ask by name.
pub(crate) fn named(levels: &[Level]) -> BTreeSet<String> {
    let all = levels.iter().flat_map(|level| &level.approvers);
    all.filter(|approver| !approver.starts_with("role:")).cloned().collect()
}

/// What there is to say of each level that asks for more people than are known who could approve: `holders` have the
/// roles that are asked, `roots` tell who acts as one, and `person` asks.
pub(crate) fn warnings(
    levels: &[Level],
    holders: &[Holder],
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
        // Of those who act as one, one counts; the requester never does.
        let root_of = |name: &str| roots.get(name).cloned();
        let others = able.into_iter().filter(|name| *name != person);
        let people: BTreeSet<String> = others
            .filter(|name| root_of(name).is_none_or(|root| Some(&root) != requester.root.as_ref()))
            .map(|name| root_of(name).unwrap_or_else(|| name.to_owned()))
            .collect();
        if people.len() < usize::try_from(level.quorum).unwrap_or(usize::MAX) {
            let has_role = level.approvers.iter().any(|approver| approver.starts_with("role:"));
            let beyond = if has_role { " Roles that only tokens tell of are not counted." } else { "" };
            warnings.push(format!(
                "Level {} asks for {} of {}; {} of those who are known may approve this request.{beyond}",
                index.saturating_add(1),
                level.quorum,
                level.approvers.join(", "),
                people.len(),
            ));
        }
    }
    warnings
}
