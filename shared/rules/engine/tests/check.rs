//! What a check finds before anything is stored.

mod support;

use edge_rules::{Engine, Finding, Report, Rule};
use support::{EMPLOYEE, engine};

fn check(script: &str) -> Report {
    engine().check(Rule::RoleMapping, script, None)
}

fn has(findings: &[Finding], line: usize, part: &str) -> bool {
    findings.iter().any(|finding| finding.line == line && finding.message.contains(part))
}

#[test]
fn a_syntax_error_has_its_line_and_column() {
    let report = check("fn decide(input) {\n    #{ role: }\n}");
    assert!(!report.ok);
    assert_eq!((report.errors[0].line, report.errors[0].column), (2, 14), "{:?}", report.errors);
    assert!(!report.errors[0].message.contains("line"), "{:?}", report.errors);
}

#[test]
fn unknown_names_are_found_also_where_no_test_goes() {
    for (body, part) in [
        ("if false {\n sleep(1); }", "no function sleep"),
        ("if false {\n input.jobTitle.shout(); }", "no function shout"),
        ("if false {\n [1].map(|x| whisper(x)); }", "no function whisper"),
        ("if false {\n round(1); }", "does not take 1 value"),
        ("if false {\n helper(1, 2); }", "does not take 2 values"),
        ("if false {\n input.jobTitel; }", "no field jobTitel"),
        ("if false {\n input[\"jobTitel\"]; }", "no field jobTitel"),
        ("if false {\n input.jobTitel.len(); }", "no field jobTitel"),
        ("if false {\n titel; }", "titel"),
        ("if false {\n [1].map(|x| titel); }", "titel"),
    ] {
        let report = check(&format!("fn helper(x) {{ x }} fn decide(input) {{ {body} #{{ role: \"admin\" }} }}"));
        assert!(!report.ok && has(&report.errors, 2, part), "{body}: {:?}", report.errors);
    }
}

#[test]
fn what_is_odd_is_a_warning() {
    let report = check(
        "fn decide(input) {\n\
         let title = input.jobTitle;\n\
         if true {\n\
         return #{ role: \"admin\" };\n\
         title.len();\n\
         }\n\
         return #{ role: \"member\" };\n\
         title.len()\n\
         }\n\
         fn other() { 1 }",
    );
    assert_eq!(report.errors, []);
    assert!(report.ok);
    for (line, part) in [
        (1, "unused input fields: department, employmentType"),
        (3, "always true"),
        (5, "unreachable"),
        (8, "unreachable"),
    ] {
        assert!(has(&report.warnings, line, part), "{line} {part}: {:?}", report.warnings);
    }
    assert_eq!(report.warnings.len(), 4, "{:?}", report.warnings);
}

#[test]
fn an_input_that_is_handed_on_counts_as_used() {
    let report = check("fn decide(input) { helper(input) } fn helper(x) { #{ role: \"admin\" } }");
    assert_eq!(report.warnings, []);
}

#[test]
fn tests_are_run_and_say_what_they_expected() {
    let tests = format!(
        r#"{{"tests":[{{"name":"good","group":"g","input":{EMPLOYEE},"expected":{{"role":"admin"}}}},
        {{"name":"bad","input":{EMPLOYEE},"expected":{{"role":"member"}}}},
        {{"name":"worse","input":{{"jobTitle":"CEO","department":7}},"expected":{{"role":"member"}}}}]}}"#
    );
    let report = engine().check(Rule::RoleMapping, "fn decide(input) { #{ role: \"admin\" } }", Some(&tests));
    assert!(!report.ok);
    assert_eq!(report.errors, []);
    let told: Vec<_> = report
        .tests
        .iter()
        .map(|test| (test.name.as_str(), test.passed, test.actual.as_ref().map(|actual| actual.as_str().to_owned())))
        .collect();
    let admin = Some(r#"{"role":"admin"}"#.to_owned());
    assert_eq!(told, [("good", true, admin.clone()), ("bad", false, admin), ("worse", false, None)]);
    assert!(report.tests[2].error.as_ref().unwrap().contains("department"), "{:?}", report.tests[2].error);
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["tests"][1]["expected"]["role"], "member");
    assert_eq!(json["tests"][0]["group"], "g");
}

#[test]
fn tests_that_cannot_be_read_are_errors_that_name_them() {
    for (tests, part) in [
        ("", "the tests are not valid"),
        (
            "7",
            r#"the tests are not valid: expected a list of tests, [{"name", "input", "expected"}, …], or {"tests": […]}"#,
        ),
        ("null", "expected a list of tests"),
        ("\"x\"", "expected a list of tests"),
        ("[", "the tests are not valid: EOF"),
        (r#"{"tests":{}}"#, "expected a list of tests"),
        (r#"{"tests":7}"#, "expected a list of tests"),
        (r#"{"name":"x","input":{},"expected":{}}"#, "expected a list of tests"),
        ("{}", "missing field `tests`"),
        ("[7]", "test 1: "),
        (r#"[{"name":"x","input":{}}]"#, "test 1 (\"x\"): missing field `expected`"),
        (r#"[{"input":{},"expected":{"role":"admin"}}]"#, "test 1: missing field `name`"),
        (r#"[{"name":{},"input":{},"expected":{"role":"admin"}}]"#, "test 1: invalid type: map, expected a string"),
        (r#"{"test":[]}"#, "unknown field `test`"),
        (r#"{"tests":[{"nam":"x"}]}"#, "test 1: unknown field `nam`"),
        (r#"{"tests":[{"name":"x","input":{}}]}"#, "test 1 (\"x\"): missing field `expected`"),
        (r#"{"tests":[["x",null,null,{},{"role":"admin"}]]}"#, "expected an object"),
        (r#"{"tests":[{"name":"x","input":{},"expected":["admin"]}]}"#, "expected an object"),
        (
            r#"{"tests":[{"name":"x","input":{},"expected":{"role":"king"}}]}"#,
            "test 1 (\"x\"): the expected outcome is not valid: unknown variant `king`",
        ),
        (
            r#"{"tests":[{"name":"x","input":{},"expected":{"role":"admin"}},{"name":"x","input":{},"expected":{"role":"admin"}}]}"#,
            "two tests have the name \"x\"",
        ),
    ] {
        let report = engine().check(Rule::RoleMapping, "fn decide(input) { #{ role: \"admin\" } }", Some(tests));
        assert!(!report.ok && has(&report.errors, 0, part), "{tests}: {:?}", report.errors);
    }
    let many = format!("[{}nothing", "1,".repeat(501));
    let report = engine().check(Rule::RoleMapping, "fn decide(input) { #{ role: \"admin\" } }", Some(&many));
    assert!(has(&report.errors, 0, "expected a list of at most 500 entries"), "{:?}", report.errors);
    // An input that is none fails its test.
    let tests = r#"{"tests":[{"name":"x","input":["CTO","IT"],"expected":{"role":"admin"}}]}"#;
    assert!(!engine().check(Rule::RoleMapping, "fn decide(input) { #{ role: \"admin\" } }", Some(tests)).ok);
}

#[test]
fn tests_may_be_a_list_alone() {
    let test =
        |name: &str, role: &str| format!(r#"{{"name":"{name}","input":{EMPLOYEE},"expected":{{"role":"{role}"}}}}"#);
    let list = format!(" [{}, {}]\n", test("good", "admin"), test("bad", "member"));
    let script = "fn decide(input) { #{ role: \"admin\" } }";
    let told = |tests: &str| {
        let report = engine().check(Rule::RoleMapping, script, Some(tests));
        assert_eq!(report.errors, []);
        report.tests.iter().map(|test| (test.name.clone(), test.passed)).collect::<Vec<_>>()
    };
    assert_eq!(told(&list), [("good".to_owned(), true), ("bad".to_owned(), false)]);
    assert_eq!(told(&list), told(&format!(r#"{{"tests":{list}}}"#)));
    assert_eq!(told("[]"), []);
    let at = "2024-01-15T10:00:00Z";
    let seat = r#"{"seatStatus":"ACTIVE","subscriptionStatus":"TRIALING","expiresAt":"2024-02-01T00:00:00Z"}"#;
    let tests = format!(
        r#"[{{"name":"a trial","now":"{at}","input":{seat},"expected":{{"hasAccess":true,"reason":"SEAT_ACTIVE"}}}}]"#
    );
    let script = edge_rules::shipped(Rule::SeatAccess).script;
    assert!(engine().check(Rule::SeatAccess, script, Some(&tests)).ok);
}

#[test]
fn coverage_tells_what_no_test_reaches() {
    let script = "fn decide(input) {\n\
        if input.jobTitle == \"CEO\" {\n\
        return #{ role: \"admin\" };\n\
        }\n\
        switch input.department {\n\
        \"Sales\" => #{ role: \"manager\" },\n\
        _ => #{ role: \"member\" },\n\
        }\n\
        }";
    let test = |name: &str, title: &str, department: &str, role: &str| {
        format!(
            r#"{{"name":"{name}","input":{{"jobTitle":"{title}","department":"{department}"}},"expected":{{"role":"{role}"}}}}"#
        )
    };
    let covered = |tests: &[String]| {
        let tests = format!(r#"{{"tests":[{}]}}"#, tests.join(","));
        let report = engine().check(Rule::RoleMapping, script, Some(&tests));
        assert!(report.ok, "{report:?}");
        report.coverage
    };
    let ceo = test("ceo", "CEO", "", "admin");
    let sales = test("sales", "", "Sales", "manager");
    let other = test("other", "", "", "member");
    let coverage = covered(std::slice::from_ref(&ceo));
    assert_eq!(coverage.branches, 4);
    assert_eq!(coverage.missed_branches, [2, 6, 7]);
    assert_eq!(covered(std::slice::from_ref(&sales)).missed_branches, [2, 7]);
    assert_eq!(covered(&[sales.clone(), other.clone()]).missed_lines, [3]);
    let all = covered(&[ceo, sales, other]);
    assert_eq!(
        (all.missed_lines.as_slice(), all.missed_branches.as_slice(), all.percent()),
        ([].as_slice(), [].as_slice(), 100)
    );
}

#[test]
fn explaining_logs_what_was_printed_and_the_lines_that_ran() {
    let engine: Engine = engine();
    let script = "fn decide(input) {\nif input.jobTitle == \"CEO\" {\nprint(\"a CEO\");\nreturn #{ role: \"admin\" };\n}\nprint(`a ${input.jobTitle}`);\n#{ role: \"member\" }\n}";
    let compiled = engine.compile(Rule::RoleMapping, script).unwrap();
    assert_eq!(engine.evaluate(&compiled, EMPLOYEE, false).unwrap().log, ["a CTO"]);
    let explained = engine.evaluate(&compiled, EMPLOYEE, true).unwrap();
    assert_eq!(explained.log, ["a CTO", "line 2", "line 6", "line 7"]);
    assert_eq!(explained.outcome, r#"{"role":"member"}"#);
}

#[test]
fn constants_at_the_top_are_seen_by_every_function() {
    let engine = engine();
    let script = "const A = 2;\nconst B = [A + 1, \"x\"];\nfn decide(input) { if helper() == 3 && [1].all(|x| x < A) { #{ role: \"admin\" } } else { #{ role: \"member\" } } }\nfn helper() { B[0] }";
    let report = engine.check(Rule::RoleMapping, script, None);
    assert_eq!(report.errors, []);
    let compiled = engine.compile(Rule::RoleMapping, script).unwrap();
    assert_eq!(engine.evaluate(&compiled, EMPLOYEE, false).unwrap().outcome, r#"{"role":"admin"}"#);
    for script in [
        "const A = 2; fn decide(input) { A = 3; #{ role: \"admin\" } }",
        "const A = [2]; fn decide(input) { A.push(3); if A.len() == 1 { #{ role: \"admin\" } } else { #{ role: \"member\" } } }",
        "fn decide(input) { const A = 1; other() } fn other() { A; #{ role: \"admin\" } }",
        "// const A\nfn decide(input) { A; #{ role: \"admin\" } }",
    ] {
        let decided =
            engine.compile(Rule::RoleMapping, script).map(|compiled| engine.evaluate(&compiled, EMPLOYEE, false));
        match decided {
            Err(_) | Ok(Err(_)) => {}
            Ok(Ok(evaluation)) => assert_eq!(evaluation.outcome, r#"{"role":"admin"}"#, "{script}"),
        }
    }
}

#[test]
fn a_failure_names_its_line() {
    let engine = engine();
    let script = "fn decide(input) {\n  helper(input)\n}\nfn helper(x) {\n  x.jobTitle > 1\n}";
    let compiled = engine.compile(Rule::RoleMapping, script).unwrap();
    let failure = engine.evaluate(&compiled, EMPLOYEE, false).unwrap_err();
    assert_eq!(failure.line, Some(5));
    assert_eq!(failure.to_string(), "line 5: cannot compare a text with a number");
}

#[test]
fn a_fingerprint_tells_script_from_tests() {
    use edge_rules::fingerprint;
    assert_eq!(fingerprint("a", "b").len(), 64);
    assert_ne!(fingerprint("ab", ""), fingerprint("a", "b"));
    assert_ne!(fingerprint("", "ab"), fingerprint("a", "b"));
    assert_eq!(fingerprint("a", "b"), fingerprint("a", "b"));
}
