//! The rules as shipped pass their own tests, and the tests reach all of them.

mod support;

use edge_rules::{Rule, shipped};
use support::engine;

#[test]
fn the_shipped_rules_pass_their_own_tests_and_have_no_blind_spots() {
    let engine = engine();
    for rule in Rule::ALL {
        let shipped = shipped(rule);
        let report = engine.check(rule, shipped.script, Some(shipped.tests));
        println!(
            "{rule}: {} of {} tests pass, {} % of {} lines and {} branches reached{}",
            report.tests.iter().filter(|test| test.passed).count(),
            report.tests.len(),
            report.coverage.percent(),
            report.coverage.lines,
            report.coverage.branches,
            if report.coverage.percent() < 100 { format!("; missed {:?}", report.coverage) } else { String::new() },
        );
        for test in report.tests.iter().filter(|test| !test.passed) {
            println!("  FAILED {}: {}", test.name, serde_json::to_string(test).unwrap());
        }
        assert_eq!(report.errors, [], "{rule}");
        assert!(report.ok, "{rule}");
        assert!(!report.tests.is_empty(), "{rule}");
        assert_eq!(report.coverage.percent(), 100, "{rule}");
    }
}
