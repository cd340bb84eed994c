//! Numbers are exact, from JSON text to JSON text.

mod support;

use edge_rules::Rule;
use support::{run, value_of};

#[test]
fn numbers_are_exact() {
    for (expression, value) in [
        ("0.1 + 0.2 == 0.3", "true"),
        ("input.budget.spent + input.budget.reserved == 0.3", "true"),
        ("19.90 + 0.10", "20.00"),
        ("input.amount", "20.00"),
        ("20 == 20.00", "true"),
        ("20.00.to_string()", "20.00"),
        ("12345678901234567890.12 + 0.01", "12345678901234567890.13"),
        ("10 / 5", "2"),
        ("10.0 / 4", "2.5"),
        ("input.budget.limit / 4 == 2.5", "true"),
        ("div(10, 4, 1)", "2.5"),
        ("div(10, 4, 2)", "2.50"),
        ("div(2, 3, 2)", "0.67"),
        ("div(1, 3, 4)", "0.3333"),
        ("round(0.125, 2)", "0.13"),
        ("round(2.5, 0)", "3"),
        ("round(3.5, 0)", "4"),
        ("round(-2.5, 0)", "-3"),
        ("round(2, 2)", "2.00"),
        ("percent(850, 1000, 0)", "85"),
        ("floor(2.7)", "2"),
        ("ceiling(2.1)", "3"),
        ("abs(-5)", "5"),
        ("-5 + 3", "-2"),
        ("-2.50", "-2.50"),
        ("min(1, 2.5)", "1"),
        ("max(1, 2.5)", "2.5"),
        ("number(\"19.90\") + 1", "20.90"),
        ("[1.50, 2.25].sum()", "3.75"),
        ("[].sum()", "0"),
        ("1_000_000.50", "1000000.50"),
        ("7 % 3", "1"),
    ] {
        assert_eq!(value_of(expression), Ok(value.to_owned()), "{expression}");
    }
}

#[test]
fn what_has_no_exact_answer_is_an_error() {
    for expression in [
        "10 / 4",
        "1 / 0",
        "1.0 / 0.0",
        "div(1, 0, 2)",
        "div(1, 3, 13)",
        "div(1, 3, -1)",
        "round(\"2.5\", 0)",
        "9223372036854775807 + 1",
        "-9223372036854775807 - 2",
        "79228162514264337593543950335.0 + 1.0",
        "number(\"ten\")",
        "number(\"1e99\")",
        "[1, \"2\"].sum()",
        "\"5\" * 2",
    ] {
        assert!(value_of(expression).is_err(), "{expression} = {:?}", value_of(expression));
    }
}

#[test]
fn amounts_go_through_digit_by_digit() {
    let script = r#"fn decide(input) {
        #{ outcome: "warn", alerts: [#{ threshold: input.amount, message: `${input.amount}` }], reason: "" }
    }"#;
    for (written, read) in [
        ("20.00", "20.00"),
        ("\"20.00\"", "20.00"),
        ("20", "20"),
        ("0.1", "0.1"),
        ("12345678901234567890", "12345678901234567890"),
        ("12345678901234567890.99", "12345678901234567890.99"),
        ("-0.01", "-0.01"),
        ("2e3", "2000"),
    ] {
        let input = format!(
            r#"{{"budget":{{"limit":1,"spent":0,"reserved":0,"currency":"INR","period":"2024"}},"amount":{written}}}"#
        );
        assert_eq!(
            run(Rule::Budget, script, &input).unwrap().unwrap().outcome,
            format!(r#"{{"outcome":"warn","alerts":[{{"threshold":{read},"message":"{read}"}}],"reason":""}}"#)
        );
    }
}
