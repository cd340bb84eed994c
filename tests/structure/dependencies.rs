//! Which crates may use which.

use crate::packages::{Package, packages};

/// The groups of `shared/`. A crate uses crates of its own group and of those before it, never of a later one.
const GROUPS: &[&str] = &[
    "platform",
    "identity",
    "entitlement",
    "rules",
    "spending",
    "payments",
    "enterprise",
    "engagement",
    "billing",
    "integrations",
    "analytics",
    "operations",
];

/// The position of a shared crate's group in [`GROUPS`].
fn rank(package: &Package) -> Option<usize> {
    let group = package.folder.strip_prefix("shared/")?.split('/').next()?;
    let rank = GROUPS.iter().position(|known| *known == group);
    Some(rank.unwrap_or_else(|| panic!("{} is in no known group", package.folder)))
}

#[test]
fn shared_crates_use_only_their_own_group_and_earlier_ones() {
    let packages = packages();
    let mut compared = 0;
    for package in &packages {
        let Some(own) = rank(package) else { continue };
        // Stand-ins are there for tests alone.
        let shared = packages.iter().filter(|used| used.folder != "tests/ledgers");
        for used in shared.filter(|used| package.uses.contains(&used.name)) {
            let theirs =
                rank(used).unwrap_or_else(|| panic!("{} uses {}, which is not shared", package.name, used.name));
            assert!(
                theirs <= own,
                "{} ({}) must not use {} ({})",
                package.name,
                package.folder,
                used.name,
                used.folder
            );
            compared += 1;
        }
    }
    assert!(compared > 50, "only {compared} uses were found");
}

#[test]
fn only_components_know_spin() {
    for package in packages() {
        let is_component = package.folder.starts_with("components/")
            || ["tests/probe", "bench/guests/hello"].contains(&&*package.folder);
        assert!(is_component || !package.uses.iter().any(|used| used == "spin-sdk"), "{} uses spin-sdk", package.name);
    }
}
