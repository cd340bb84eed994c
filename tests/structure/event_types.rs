//! `docs/notifications.md` says of each type of events who raises it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::packages::packages;
use crate::root;

/// The crate that has the types, and the one by which callers raise them: they name them in examples.
const TYPES: &str = "shared/platform/notifications";
const CALLERS: &str = "shared/engagement/notifications-api";

/// The types of events in the code.
fn known() -> BTreeSet<String> {
    let source = fs::read_to_string(root().join(TYPES).join("src/event_types.rs")).unwrap();
    let name = |line: &str| {
        let name = line.strip_prefix("    ")?.strip_suffix(" {")?;
        is_event_type(name).then(|| name.to_owned())
    };
    source.lines().filter_map(name).collect()
}

fn is_event_type(name: &str) -> bool {
    name.contains('_') && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

/// The types, and the crates whose code names each.
fn raised() -> BTreeMap<String, BTreeSet<String>> {
    let mut raised: BTreeMap<String, BTreeSet<String>> =
        known().into_iter().map(|name| (name, BTreeSet::new())).collect();
    for package in packages().iter().filter(|package| package.folder != TYPES && package.folder != CALLERS) {
        let Some(name) = package.folder.strip_prefix("shared/") else { continue };
        visit(&root().join(&package.folder).join("src"), &mut |source| {
            let code = source.split("#[cfg(test)]\nmod tests {").next().unwrap();
            let words: BTreeSet<&str> = code.split(|c: char| !c.is_ascii_uppercase() && c != '_').collect();
            for (event, crates) in &mut raised {
                if words.contains(event.as_str()) {
                    crates.insert(name.to_owned());
                }
            }
        });
    }
    raised
}

fn visit(folder: &Path, read: &mut dyn FnMut(&str)) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        let is_test = path.file_stem().is_some_and(|name| name == "tests");
        if path.is_dir() && !is_test {
            visit(&path, read);
        } else if path.extension().is_some_and(|it| it == "rs") && !is_test {
            read(&fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn the_guide_says_of_each_type_of_events_who_raises_it() {
    let guide = fs::read_to_string(root().join("docs/notifications.md")).unwrap();
    let mut said: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in guide.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        if !is_event_type(cells[1].trim_matches('`')) {
            continue;
        }
        let by: BTreeSet<String> = cells[3].split('`').skip(1).step_by(2).map(str::to_owned).collect();
        let is_new = said.insert(cells[1].trim_matches('`').to_owned(), by).is_none();
        assert!(is_new && !cells[2].is_empty(), "{row}");
    }
    let mut raised = raised();
    // The digest is made by the outbox itself.
    raised.insert("WORKSPACE_DIGEST".to_owned(), BTreeSet::from(["platform/notifications".to_owned()]));
    assert_eq!(said, raised);
}
