//! Examples in documentation.

use std::path::Path;

use crate::packages::packages;
use crate::root;

/// The languages of examples that rustdoc does not run.
const NOT_RUN: &[&str] = &["ignore", "json", "sh", "sql", "text", "toml"];

#[test]
fn no_example_has_to_be_run_by_rustdoc() {
    for package in packages() {
        check(&root().join(&package.folder).join("src"));
    }
}

fn check(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            check(&path);
        } else if path.extension().is_some_and(|it| it == "rs") {
            let source = std::fs::read_to_string(&path).unwrap();
            let comments = source.lines().filter_map(|line| line.trim_start().strip_prefix("//"));
            let fences = comments.filter_map(|line| line.trim_start_matches(['/', '!']).trim().strip_prefix("```"));
            for language in fences.step_by(2) {
                assert!(NOT_RUN.contains(&language), "{}: ```{language}: make it a test", path.display());
            }
        }
    }
}
