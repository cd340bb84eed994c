//! Inputs and outcomes are held to their contracts, in both directions.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests")]

mod support;

use edge_rules::contract::RuleInput;
use edge_rules::{Failure, FailureKind, Rule, contract, schema};
use support::{EMPLOYEE, PURCHASE, run};

const GRANT: &str = r#"fn decide(input) { #{ role: "admin" } }"#;

fn failure(rule: Rule, script: &str, input: &str) -> Failure {
    run(rule, script, input).unwrap().unwrap_err()
}

#[test]
fn an_input_that_does_not_fit_is_refused_with_the_field_named() {
    let mentions = |input: &str, named: &str| match failure(Rule::RoleMapping, GRANT, input).kind {
        FailureKind::InvalidInput { field, message } => {
            assert!(field.contains(named) || message.contains(named), "{input}: {field}: {message}");
        }
        other => panic!("{input}: {other:?}"),
    };
    mentions(r#"{"jobTitle":"CTO"}"#, "department");
    mentions(r#"{"jobTitel":"CTO","department":""}"#, "jobTitel");
    mentions(r#"{"jobTitle":1,"department":""}"#, "jobTitle");
    mentions(r#"{"jobTitle":null,"department":""}"#, "jobTitle");
    mentions(r#"{"jobTitle":"CTO","department":"","jobTitle":"CEO"}"#, "jobTitle");
    mentions(r#"{"jobTitle":"CTO","department":""} {}"#, "trailing");
    mentions("[]", "");
    mentions("", "");
    mentions(&format!(r#"{{"jobTitle":"{}","department":""}}"#, "x".repeat(20_000)), "longer");
}

#[test]
fn a_list_is_no_input_and_no_field_of_one() {
    let approve = r#"fn decide(input) { #{ outcome: "approve", levels: [], reason: "" } }"#;
    let requester = PURCHASE.split_once("\"requester\":").unwrap().0.to_owned() + r#""requester":["u1","OWNER"]}"#;
    for (rule, script, input, place) in [
        (Rule::RoleMapping, GRANT, r#"["CTO","IT"]"#, ""),
        (Rule::RoleMapping, GRANT, r#"["CTO","IT",null]"#, ""),
        (Rule::SeatAccess, GRANT, r#"["ACTIVE","ACTIVE","2027-01-01T00:00:00Z","2026-01-01T00:00:00Z"]"#, ""),
        (Rule::Approval, approve, requester.as_str(), "requester"),
    ] {
        match failure(rule, script, input).kind {
            FailureKind::InvalidInput { field, message } => {
                assert_eq!(field, place, "{input}: {message}");
                assert!(message.contains("expected an object"), "{input}: {message}");
            }
            other => panic!("{input}: {other:?}"),
        }
    }
}

#[test]
fn a_wrong_field_within_a_field_is_named_by_its_path() {
    let script = r#"fn decide(input) { #{ outcome: "approve", levels: [], reason: "" } }"#;
    let input = PURCHASE.replace("\"role\":\"OWNER\"", "\"role\":7");
    match failure(Rule::Approval, script, &input).kind {
        FailureKind::InvalidInput { field, .. } => assert_eq!(field, "requester.role"),
        other => panic!("{other:?}"),
    }
    let input = PURCHASE.replace("20.00", "\"twenty\"");
    match failure(Rule::Approval, script, &input).kind {
        FailureKind::InvalidInput { field, .. } => assert_eq!(field, "amount"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_outcome_that_does_not_fit_is_an_error_never_a_quiet_no() {
    for (body, field) in [
        ("", ""),
        ("()", ""),
        ("true", ""),
        ("\"admin\"", ""),
        ("#{}", "role"),
        ("#{ roles: \"admin\" }", "role"),
        ("#{ role: true }", "role"),
        ("#{ role: \"Admin\" }", "role"),
        ("#{ role: () }", "role"),
        ("#{ role: \"admin\", extra: 1 }", "extra"),
        ("switch input.jobTitle { \"CEO\" => #{ role: \"admin\" } }", ""),
        ("if false { #{ role: \"admin\" } }", ""),
    ] {
        let script = format!("fn decide(input) {{ {body} }}");
        match failure(Rule::RoleMapping, &script, EMPLOYEE).kind {
            FailureKind::InvalidOutcome { field: named, .. } => assert_eq!(named, field, "{body}"),
            other => panic!("{body}: {other:?}"),
        }
    }
    for (levels, field) in [
        ("[]", "levels"),
        ("[1]", "levels[0]"),
        ("[#{ approvers: [], quorum: 1 }]", "levels[0].approvers"),
        ("[#{ approvers: [1], quorum: 1 }]", "levels[0].approvers[0]"),
        ("[#{ approvers: [\"a\"], quorum: 0 }]", "levels[0].quorum"),
        ("[#{ approvers: [\"user:a\"], quorum: 3 }]", "levels[0].quorum"),
        ("[#{ approvers: [\"user:a\", \"user:a\"], quorum: 2 }]", "levels[0].quorum"),
        ("[#{ approvers: [\"user:a\"], quorum: 1 }, #{ approvers: [\"user:a\"], quorum: 1 }]", "levels[1].quorum"),
        ("[#{ approvers: [\"a\"], quorum: 1.5 }]", "levels[0].quorum"),
    ] {
        let script = format!("fn decide(input) {{ #{{ outcome: \"require\", levels: {levels}, reason: \"\" }} }}");
        match failure(Rule::Approval, &script, PURCHASE).kind {
            FailureKind::InvalidOutcome { field: named, .. } => assert_eq!(named, field, "{levels}"),
            other => panic!("{levels}: {other:?}"),
        }
    }
}

#[test]
fn a_script_that_cannot_decide_does_not_compile() {
    for script in [
        "",
        "   ",
        "// nothing",
        "fn decide() { #{ role: \"admin\" } }",
        "fn decide(a, b) { #{ role: \"admin\" } }",
        "fn Decide(input) { #{ role: \"admin\" } }",
        "let decide = 1;",
        "#{ role: \"admin\" }",
        "fn decide(input) { #{ role: \"admin\" } } decide(1)",
        "fn decide(input) { #{ role: \"admin\" }",
        "fn decide(input) { #{ role: missing } }",
        "fn decide(input) { #{ role: \"admin\" } } fn decide(input) { 1 }",
        "fn decide(input) { #{ role: \"admin\" } } fn max(a, b) { a }",
        "fn decide(input) { #{ role: \"admin\" } } fn contains_word(a, b) { true }",
        "fn decide(input) { #{ role: \"admin\" } } fn print(a) { true }",
        "fn decide(input) { let input = 1; #{ role: \"admin\" } }",
    ] {
        assert!(run(Rule::RoleMapping, script, EMPLOYEE).is_err(), "{script:?} compiles");
    }
}

#[test]
fn what_cannot_be_compared_is_an_error() {
    for condition in [
        "input.jobTitle > 1000",
        "input.jobTitle == 1000",
        "input.jobTitle != true",
        "() > 1000",
        "input.employmentType < \"a\"",
        "[1] < [2]",
        "[1] == [\"1\"]",
        "true > false",
        "1 in [\"1\"]",
    ] {
        let script = format!(
            "fn decide(input) {{ if {condition} {{ #{{ role: \"admin\" }} }} else {{ #{{ role: \"member\" }} }} }}"
        );
        match failure(Rule::RoleMapping, &script, EMPLOYEE).kind {
            FailureKind::Script { message } => assert!(message.contains("compare"), "{condition}: {message}"),
            other => panic!("{condition}: {other:?}"),
        }
    }
}

#[test]
fn what_was_not_given_can_be_asked_for() {
    let script =
        r#"fn decide(input) { if input.employmentType == () { #{ role: "member" } } else { #{ role: "admin" } } }"#;
    assert_eq!(run(Rule::RoleMapping, script, EMPLOYEE).unwrap().unwrap().outcome, r#"{"role":"member"}"#);
    let given = r#"{"jobTitle":"CTO","department":"","employmentType":"full_time"}"#;
    assert_eq!(run(Rule::RoleMapping, script, given).unwrap().unwrap().outcome, r#"{"role":"admin"}"#);
}

#[test]
fn a_misspelt_field_fails_also_within_a_field() {
    for field in ["input.amuont", "input.requester.rolle", "input[\"amuont\"]"] {
        let script = format!(
            "fn decide(input) {{ if {field} == () {{ }} #{{ outcome: \"approve\", levels: [], reason: \"\" }} }}"
        );
        assert!(matches!(failure(Rule::Approval, &script, PURCHASE).kind, FailureKind::Script { .. }), "{field}");
    }
}

#[test]
fn outcomes_are_written_in_the_contracts_field_order() {
    let script = r#"fn decide(input) { #{ reason: "r", levels: [#{ quorum: 2, approvers: ["user:u1", "user:u2"] }], outcome: "require" } }"#;
    assert_eq!(
        run(Rule::Approval, script, PURCHASE).unwrap().unwrap().outcome,
        r#"{"outcome":"require","levels":[{"approvers":["user:u1","user:u2"],"quorum":2}],"reason":"r"}"#
    );
}

#[test]
fn the_schema_names_exactly_what_is_read() {
    for (rule, fields) in [
        (Rule::Approval, vec!["amount", "contractId", "currency", "departmentId", "kind", "requester", "tenantId"]),
        (Rule::Budget, vec!["amount", "budget"]),
        (Rule::RoleMapping, vec!["department", "employmentType", "jobTitle"]),
        (Rule::SeatAccess, vec!["expiresAt", "now", "seatStatus", "subscriptionStatus"]),
    ] {
        let schema = schema(rule);
        let mut named: Vec<_> = schema["input"]["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        named.sort_unstable();
        assert_eq!(named, fields, "{rule}");
        let mut known = contract::input_fields(rule).to_vec();
        known.sort_unstable();
        assert_eq!(known, fields, "{rule}");
        assert_eq!(schema["input"]["additionalProperties"], false, "{rule}");
        // The script sees each of them: reading it does not fail.
        let input = match rule {
            Rule::Approval => PURCHASE,
            Rule::RoleMapping => EMPLOYEE,
            Rule::Budget => r#"{"budget":{"limit":1,"spent":0,"reserved":0,"currency":"INR","period":"p"},"amount":1}"#,
            Rule::SeatAccess => {
                r#"{"seatStatus":"ACTIVE","subscriptionStatus":"ACTIVE","expiresAt":"2024-01-01T00:00:00Z","now":"2024-01-01T00:00:00Z"}"#
            }
        };
        let reads: String = fields.iter().map(|field| format!("input.{field};")).collect();
        let script = format!("fn decide(input) {{ {reads} }}");
        assert!(matches!(failure(rule, &script, input).kind, FailureKind::InvalidOutcome { .. }), "{rule}");
    }
}

#[test]
fn typed_inputs_are_written_as_recorded_decisions_have_them() {
    for (rule, json) in [
        (
            Rule::Approval,
            r#"{"kind":"checkout","amount":20.00,"currency":"INR","tenantId":"t1","departmentId":"d1","requester":{"id":"u1","role":"OWNER"}}"#,
        ),
        (
            Rule::Budget,
            r#"{"budget":{"limit":100.00,"spent":0.00,"reserved":5.50,"currency":"INR","period":"2024-02"},"amount":20.00}"#,
        ),
        (Rule::RoleMapping, r#"{"department":"IT","employmentType":"FULL_TIME","jobTitle":"CTO"}"#),
        (Rule::RoleMapping, r#"{"department":"IT","jobTitle":"CTO"}"#),
        (
            Rule::SeatAccess,
            r#"{"seatStatus":"ACTIVE","subscriptionStatus":"PAST_DUE","expiresAt":null,"now":"2026-01-01T00:00:00Z"}"#,
        ),
    ] {
        fn rewritten<I: RuleInput>(json: &str) -> String {
            serde_json::to_string(&serde_json::from_str::<I>(json).unwrap()).unwrap()
        }
        let written = match rule {
            Rule::Approval => rewritten::<contract::ApprovalInput>(json),
            Rule::Budget => rewritten::<contract::BudgetInput>(json),
            Rule::RoleMapping => rewritten::<contract::RoleMappingInput>(json),
            Rule::SeatAccess => rewritten::<contract::SeatAccessInput>(json),
        };
        assert_eq!(written, json);
    }
}

#[test]
fn an_outcome_with_an_unknown_word_has_no_value() {
    let approval = r#"{"outcome":"approved","levels":[],"reason":""}"#;
    assert!(serde_json::from_str::<contract::ApprovalOutcome>(approval).is_err());
    let budget = r#"{"outcome":"block","alerts":[],"reason":""}"#;
    assert!(serde_json::from_str::<contract::BudgetOutcome>(budget).is_err());
    assert!(serde_json::from_str::<contract::RoleMappingOutcome>(r#"{"role":"owner"}"#).is_err());
}
