//! `docs/threat-model.md`: each threat names the tests that hold its defence, or says why there is none.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::root;

/// The names of all tests and facts in the source.
fn tests() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for folder in ["shared", "host", "tests", "components"] {
        collect(&root().join(folder), &mut names);
    }
    names
}

fn collect(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, names);
        } else if path.extension().is_some_and(|it| it == "rs") {
            names_in(&fs::read_to_string(&path).unwrap(), names);
        }
    }
}

/// Functions under an attribute that ends with `test`, and what `facts!` lists.
fn names_in(source: &str, names: &mut BTreeSet<String>) {
    let (mut is_test, mut lists_facts) = (false, false);
    for line in source.lines().map(str::trim) {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            is_test = true;
        } else if line == "facts! {" {
            lists_facts = true;
        } else if lists_facts {
            lists_facts = line != "}";
            let name = line.split([':', ',', ' ']).next().unwrap_or_default();
            if lists_facts && !name.is_empty() && !name.starts_with("//") {
                names.insert(name.to_owned());
            }
        } else if is_test && let Some((_, behind)) = line.split_once("fn ") {
            is_test = false;
            names.extend(behind.split('(').next().map(str::to_owned));
        }
    }
}

#[test]
fn each_threat_names_tests_that_there_are_or_says_why_there_is_none() {
    let text = fs::read_to_string(root().join("docs/threat-model.md")).unwrap();
    let tests = tests();
    let (mut held, mut without, mut in_table) = (0, 0, false);
    let mut missing = Vec::new();
    for line in text.lines() {
        let Some(row) = line.strip_prefix("| ").and_then(|row| row.strip_suffix(" |")) else {
            in_table &= line.starts_with("|-");
            continue;
        };
        if row.ends_with("| held by") {
            in_table = true;
        } else if in_table {
            let by = row.rsplit(" | ").next().unwrap();
            let named: Vec<&str> = by.split('`').skip(1).step_by(2).filter(|it| !it.starts_with("make ")).collect();
            assert!(!named.is_empty() || by.starts_with("none"), "no test and no reason: {row}");
            held += usize::from(!named.is_empty());
            without += usize::from(named.is_empty());
            missing.extend(named.into_iter().filter(|name| !tests.contains(*name)));
        }
    }
    assert!(missing.is_empty(), "no such test: {missing:#?}");
    assert!(held > 80 && without < 6, "{held} threats with a test, {without} without");
}
