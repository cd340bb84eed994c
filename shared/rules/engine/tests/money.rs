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
        ("7.5 % 2", "1.5"),
        ("-7.5 % 2", "-1.5"),
        ("1 % 0.3", "0.1"),
        ("79228162514264337593543950335 % 0.0000000000000000000000000011", "0.0000000000000000000000000008"),
        ("2.0 ** 3", "8.000"),
        ("1.05 ** 12", "1.795856326022129150390625"),
        ("2.5 ** -1", "0.4"),
        ("0.5 ** 0", "1"),
        ("20.00 / 2", "10.00"),
        ("-1.0 / 8", "-0.125"),
        // A division that does not end is rounded, to so many digits that one can go on reckoning with it.
        ("1.0 / 3", "0.333333333333"),
        ("2.0 / 3", "0.666666666667"),
        ("-2.0 / 3", "-0.666666666667"),
        ("input.amount / 12 * 1.18", "1.96666666666706"),
        ("input.budget.spent / input.amount * 100", "0.500"),
        ("12345678901234567890.12 / 7", "1763668414462081127.16"),
        ("12345678901234567890.12 / 13", "949667607787274453.0861538462"),
        // As it is, and not off what was rounded before.
        ("div(44.999999999999999999999999999, 10, 0)", "4"),
        ("div(1.4999999999999999999999999999, 1, 0)", "1"),
        ("div(4999999999999999999999999999, 10000000000000000000000000000.0, 0)", "0"),
        ("percent(1, 3, 12)", "33.333333333333"),
        ("div(-1, 3, 2)", "-0.33"),
        ("div(-5, 2, 0)", "-3"),
        ("percent(79228162514264337593543950335, 79228162514264337593543950335, 2)", "100.00"),
        // Zeros at the end are dropped where there is no room for them, and nothing else is.
        ("1.00000000000000 * 1.00000000000000 * 1.00", "1.0000000000000000000000000000"),
        ("100000000000000.00 * 100000000000000.00", "10000000000000000000000000000"),
        ("9999999999999999999999999999 + 1.000", "10000000000000000000000000000"),
        ("0.0000000000000000000000000001 + 0.0000000000000000000000000001", "0.0000000000000000000000000002"),
        ("1.25000000000001 * 0.8", "1.000000000000008"),
        ("1237940039285380274899124224 * 0.0000000007450580596923828125", "922337203685477580.8"),
        ("0.0 * -1", "0.0"),
        ("-(0.0)", "0.0"),
        ("-0.0 == 0", "true"),
        ("ceiling(-0.5)", "0"),
        ("round(-0.4, 0)", "0"),
        ("3 << 4", "48"),
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
        "1.0000000000000001 * 1.0000000000000001",
        "1.0000000000000001 * 1.0000000000000001 == 1.0000000000000002",
        "9999999999999999999999999999 + 0.1",
        "0.1 + 79228162514264337593543950335",
        "79228162514264337593543950335 - 0.1",
        "0.00000000000001 * 0.000000000000001",
        "1.1 ** 30",
        "3.0 ** -1",
        "2.0 ** 0.5",
        "0.0 ** -1",
        "2.0 ** 1000000",
        "1.0 % 0",
        "7 % 0",
        "7.5 / 0",
        "percent(1, 0, 2)",
        "div(79228162514264337593543950335, 0.1, 12)",
        "[0.1, 79228162514264337593543950335].sum()",
        "number(\"1.00000000000000000000000000001\")",
        "-9223372036854775807 * 2",
        "-9223372036854775808 / -1",
        "-9223372036854775808 % -1",
        "2 ** 63",
        "2 ** -1",
        "1 << 63",
        "1 << 64",
        "1 << -1",
        "{ let x = 1; x <<= 64; x }",
        "{ let x = 1.0000000000000001; x *= 1.0000000000000001; x }",
        "{ let x = 1; x *= 1.00000000000001; x *= 1.0000000000000001; x }",
        "{ let x = 0.1; x += 79228162514264337593543950335; x }",
        "{ let x = 0.1; x -= 79228162514264337593543950335; x }",
        "{ let x = 1.1; x **= 30; x }",
        "{ let x = 1.0; for i in 0..40 { x = x * 1.01; } x }",
    ] {
        let value = value_of(expression);
        assert!(value.is_err(), "{expression} = {value:?}");
        let said = value.unwrap_err();
        // A script that does not compile shows nothing.
        assert!(said.starts_with("line 1: ") && !said.contains("column"), "{expression}: {said}");
    }
}

#[test]
fn what_is_assigned_is_as_exact_as_what_is_worked_out() {
    for (expression, value) in [
        ("{ let x = 0.1; x += 0.2; x }", "0.3"),
        ("{ let x = 1; x += 0.2; x }", "1.2"),
        ("{ let x = 0.5; x -= 1; x }", "-0.5"),
        ("{ let x = 1.5; x *= 3; x }", "4.5"),
        ("{ let x = 1.0; x /= 3; x }", "0.333333333333"),
        ("{ let x = 7.5; x %= 2; x }", "1.5"),
        ("{ let x = 1.5; x **= 2; x }", "2.25"),
        ("{ let x = 0.00; for amount in [0.10, 0.20, 3] { x += amount; } x }", "3.30"),
    ] {
        assert_eq!(value_of(expression), Ok(value.to_owned()), "{expression}");
    }
}

/// Against whole numbers so large that nothing in them is ever rounded.
#[test]
fn sums_and_products_are_those_of_whole_numbers() {
    let mut seed: u64 = 42;
    let mut next = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    let mut exact = 0;
    for round in 0..200 {
        let places = [next(9) as u32, next(9) as u32];
        let mantissas = [next(1 << 31) as i128 - (1 << 30), next(1 << 31) as i128 - (1 << 30)];
        let written = |index: usize| {
            let digits = format!("{:0>12}", mantissas[index].unsigned_abs());
            let at = digits.len() - places[index] as usize;
            let sign = if mantissas[index] < 0 { "-" } else { "" };
            let (whole, behind) = digits.split_at(at);
            format!("number(\"{sign}{whole}.{behind}0\")")
        };
        let (a, b) = (written(0), written(1));
        let places_of_sum = places[0].max(places[1]);
        let scaled = |index: usize| mantissas[index] * 10_i128.pow(places_of_sum - places[index]);
        for (operator, wanted, places) in [
            ("+", scaled(0) + scaled(1), places_of_sum),
            ("-", scaled(0) - scaled(1), places_of_sum),
            ("*", mantissas[0] * mantissas[1], places[0] + places[1]),
        ] {
            let expression = format!("({a} {operator} {b}) == number(\"{wanted}e-{places}\")");
            assert_eq!(value_of(&expression), Ok("true".to_owned()), "round {round}: {expression}");
            exact += 1;
        }
    }
    assert_eq!(exact, 600);
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
