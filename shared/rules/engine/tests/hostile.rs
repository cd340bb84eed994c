//! Nothing a script does takes long, takes much, or goes unnoticed.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests")]

mod support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use edge_rules::fuzz::hostile::{ExpectedEnd, scripts};
use edge_rules::{Engine, FailureKind, Limit, Rule};
use support::{EMPLOYEE, StoppedClock, engine};

/// Long enough for a build without optimisation on a busy machine; optimised, the issue's 100 ms.
const MAX_DURATION: Duration = if cfg!(debug_assertions) { Duration::from_secs(2) } else { Duration::from_millis(100) };

fn try_all(engine: &Engine) {
    for (name, script, ends) in scripts() {
        let began = Instant::now();
        match (engine.compile(Rule::RoleMapping, &script), ends) {
            (Err(_), ExpectedEnd::Uncompiled) => {}
            (Err(findings), _) => panic!("{name} does not compile: {findings:?}"),
            (Ok(compiled), ends) => {
                let ended = engine.evaluate(&compiled, EMPLOYEE, false).map_err(|failure| failure.kind);
                match (ended, ends) {
                    (Err(FailureKind::Limit(limit)), ExpectedEnd::AtLimit(limits)) if limits.contains(&limit) => {}
                    // Without optimisation the time may be over first.
                    (Err(FailureKind::Limit(Limit::Time)), ExpectedEnd::AtLimit(_)) if cfg!(debug_assertions) => {}
                    (Err(FailureKind::Script { .. }), ExpectedEnd::AsError) => {}
                    (ended, _) => panic!("{name} ends as {ended:?}"),
                }
            }
        }
        let took = began.elapsed();
        println!("{took:>10.1?} {name}");
        assert!(took < MAX_DURATION, "{name} took {took:?}");
    }
}

#[test]
fn a_hostile_script_ends_soon_in_a_typed_error() {
    let engine = engine();
    try_all(&engine);
    // The engine is as good as new.
    let compiled = engine.compile(Rule::RoleMapping, r#"fn decide(input) { #{ role: "admin" } }"#).unwrap();
    assert_eq!(engine.evaluate(&compiled, EMPLOYEE, false).unwrap().outcome, r#"{"role":"admin"}"#);
}

#[test]
fn checking_a_hostile_script_ends_as_well() {
    let engine = engine();
    let tests = format!(r#"{{"tests":[{{"name":"t","input":{EMPLOYEE},"expected":{{"role":"admin"}}}}]}}"#);
    for (name, script, _) in scripts() {
        let report = engine.check(Rule::RoleMapping, &script, Some(&tests));
        assert!(!report.ok, "{name}");
    }
}

#[test]
fn a_script_is_stopped_also_where_the_clock_stands_still() {
    let engine = Engine::new(Arc::new(StoppedClock));
    let compiled = engine.compile(Rule::RoleMapping, "fn decide(input) { loop { } }").unwrap();
    let failure = engine.evaluate(&compiled, EMPLOYEE, false).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Limit(Limit::Operations));
}

#[test]
fn what_a_script_prints_is_bounded() {
    let engine = engine();
    let script = r#"fn decide(input) { let s = "x"; for i in 0..12 { s += s; } for i in 0..1000 { print(s); } #{ role: "admin" } }"#;
    let compiled = engine.compile(Rule::RoleMapping, script).unwrap();
    let log = engine.evaluate(&compiled, EMPLOYEE, false).unwrap().log;
    assert!(log.len() <= 101, "{}", log.len());
    assert!(log.iter().all(|line| line.chars().count() <= 300));
}
