//! docs/rules.md says what the engine can do, no more and no less. `UPDATE_DOCS=1` writes its table anew.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests")]

mod support;

use std::collections::BTreeSet;

use edge_rules::{Rule, checked_functions, reference};
use support::{engine, value_of};

const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/rules.md");
const BEGINS: &str = "<!-- functions: written by `UPDATE_DOCS=1 cargo test -p edge-rules --test docs` -->\n";
const ENDS: &str = "<!-- functions end -->";

fn table() -> String {
    let mut table = String::from("| function | what it does | example |\n|---|---|---|\n");
    for function in reference() {
        let example = function.example.map(|example| format!("`{}`", example.replace('|', "\\|"))).unwrap_or_default();
        table.push_str(&format!("| `{}` | {} | {example} |\n", function.name, function.text));
    }
    table
}

#[test]
fn the_docs_list_the_functions_that_there_are() {
    let docs = std::fs::read_to_string(DOCS).unwrap();
    let (before, rest) = docs.split_once(BEGINS).expect("the docs have a place for the functions");
    let (listed, after) = rest.split_once(ENDS).expect("the list of functions has an end");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(DOCS, format!("{before}{BEGINS}{}{ENDS}{after}", table())).unwrap();
    } else {
        assert_eq!(listed, table(), "docs/rules.md is out of date: run this test with UPDATE_DOCS=1");
    }
}

#[test]
fn every_function_is_described() {
    for function in reference() {
        assert!(!function.text.is_empty(), "{function:?}");
        assert!(function.example.is_some() || function.is_operator(), "{function:?}");
    }
}

#[test]
fn checks_know_the_functions_that_there_are() {
    let mut registered: BTreeSet<_> = reference()
        .into_iter()
        .filter(|function| !function.is_operator())
        .map(|function| (function.name, function.takes))
        .collect();
    // The language's own.
    registered.insert(("type_of".into(), 1));
    registered.extend((1..=4).map(|count| ("call".into(), count)));
    // Those that ask for their context say so as one value more.
    assert_eq!(checked_functions(), registered);
}

#[test]
fn every_example_that_says_what_it_gives_gives_it() {
    let mut tried = 0;
    for function in reference() {
        let Some(example) = function.example.filter(|_| !function.name.is_empty()) else { continue };
        if (example.contains("==") || function.name.starts_with("contains"))
            && !example.contains("input.")
            && !example.contains("LIMITS")
        {
            assert_eq!(value_of(&example), Ok("true".to_owned()), "{example}");
            tried += 1;
        }
    }
    assert!(tried > 20, "{tried}");
}

/// Each block of the docs that starts with ```` ```rhai RULE ```` passes a check.
#[test]
fn the_worked_examples_pass_a_check() {
    let docs = std::fs::read_to_string(DOCS).unwrap();
    let mut tried = 0;
    for block in docs.split("```rhai ").skip(1) {
        let (rule, rest) = block.split_once('\n').unwrap();
        let (script, _) = rest.split_once("```").unwrap();
        let report = engine().check(Rule::parse(rule.trim()).unwrap(), script, None);
        assert!(report.ok, "{rule}: {:?}", report.errors);
        tried += 1;
    }
    assert_eq!(tried, 3);
}
