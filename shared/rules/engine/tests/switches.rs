//! `switch` finds the case that is the same by `==`, and none that could not be compared.

mod support;

use edge_rules::{Finding, Rule};
use support::{PURCHASE, engine, run, value_of};

/// What `cases` give for `subject`.
fn switched(subject: &str, cases: &str) -> Result<String, String> {
    value_of(&format!("{{ let v = \"\"; v = switch {subject} {{ {cases} }}; v }}"))
}

fn findings(cases: &str) -> Vec<Finding> {
    let script = format!(
        "fn decide(input) {{\nlet role = switch input.amount {{\n{cases}\n}};\n#{{ outcome: role, levels: [], reason: \"\" }}\n}}"
    );
    engine().check(Rule::Approval, &script, None).errors
}

#[test]
fn a_number_is_found_however_it_is_written() {
    for amount in ["5000", "5000.00", "\"5000\"", "\"5000.0\"", "5e3", "\"5000.000000\""] {
        for case in [
            "5000",
            "5000.00",
            "5000.0",
            "1 | 5000",
            "0x1388",
            "5_000",
            "-1 | 5000",
            "5000 if true",
            "4999..5001",
            "1..=5000",
        ] {
            let script = format!(
                "fn decide(input) {{ switch input.amount {{ {case} => #{{ outcome: \"approve\", levels: [], reason: \"\" }}, _ => 0 }} }}"
            );
            let input = PURCHASE.replace("20.00", amount);
            let evaluation = run(Rule::Approval, &script, &input).unwrap();
            assert!(evaluation.is_ok(), "{amount} {case}: {evaluation:?}");
        }
    }
}

#[test]
fn a_case_is_the_one_that_equals() {
    for (subject, cases, given) in [
        ("20", "20 => \"a\", _ => \"b\"", "a"),
        ("20.00", "20 => \"a\", _ => \"b\"", "a"),
        ("20", "20.00 => \"a\", _ => \"b\"", "a"),
        ("input.amount", "20 => \"a\", _ => \"b\"", "a"),
        ("input.amount * 2", "40 => \"a\", _ => \"b\"", "a"),
        ("input.amount + 0.50", "20 => \"a\", 20.5 => \"c\", _ => \"b\"", "c"),
        ("-20.0", "-20 => \"a\", _ => \"b\"", "a"),
        ("input.amount - 40", "- 20 => \"a\", _ => \"b\"", "a"),
        ("input.amount - 20", "0 => \"a\", _ => \"b\"", "a"),
        ("percent(850, 1000, 0)", "85 => \"a\", _ => \"b\"", "a"),
        ("percent(850, 1000, 2)", "85 => \"a\", _ => \"b\"", "a"),
        ("percent(input.budget.spent, 1, 0)", "10 => \"a\", _ => \"b\"", "a"),
        ("div(10, 4, 1)", "2.50 => \"a\", _ => \"b\"", "a"),
        ("div(10, 5, 3)", "2 => \"a\", _ => \"b\"", "a"),
        ("div(\"a\".len(), 1, 0)", "1.0 => \"a\", _ => \"b\"", "a"),
        ("round(2.5, 0)", "1..3 => \"a\", 3..=4 => \"c\", _ => \"b\"", "c"),
        ("floor(2.7)", "2 => \"a\", _ => \"b\"", "a"),
        ("abs(-3)", "3.0 => \"a\", _ => \"b\"", "a"),
        ("max(1, 2.0)", "2 => \"a\", _ => \"b\"", "a"),
        ("number(\"7.00\")", "7 => \"a\", _ => \"b\"", "a"),
        ("[1.5, 1.5].sum()", "3 => \"a\", _ => \"b\"", "a"),
        ("[5, 6].len()", "2.0 => \"a\", _ => \"b\"", "a"),
        ("9223372036854775807", "9223372036854775807 => \"a\", _ => \"b\"", "a"),
        ("9223372036854775807 + 1.0", "9223372036854775807 => \"a\", _ => \"b\"", "b"),
        ("9223372036854775807 + 1.0", "9223372036854775808 => \"a\", _ => \"b\"", "a"),
        ("9.5", "1..10 => \"a\", _ => \"b\"", "a"),
        ("10.0", "1..10 => \"a\", _ => \"b\"", "b"),
        ("10.0", "1..=10 => \"a\", _ => \"b\"", "a"),
        ("\"20\"", "\"20\" => \"a\", _ => \"b\"", "a"),
        ("\"x\"", "\"a\" | \"x\" if input.amount > 30 => \"c\", \"x\" => \"a\", _ => \"b\"", "a"),
        ("'x'", "'x' => \"a\", _ => \"b\"", "a"),
        ("\"xy\"[0]", "'x' => \"a\", _ => \"b\"", "a"),
        ("input.amount > 10", "true => \"a\", false => \"b\"", "a"),
        ("input.amount > 10 && false || true", "true => \"a\", false => \"b\"", "a"),
        ("!(input.amount > 10)", "true => \"a\", false => \"b\"", "b"),
        ("()", "() => \"a\", 5 => \"c\", _ => \"b\"", "a"),
        ("()", "5 => \"a\", _ => \"b\"", "b"),
        ("5", "() => \"a\", _ => \"b\"", "b"),
        ("[1]", "() => \"a\", _ => \"b\"", "b"),
        ("\"x\"", "_ => \"b\"", "b"),
        // One within another, before, behind, and in a text.
        ("switch 1.0 { 1 => 2, _ => 3 }", "2.0 => \"a\", _ => \"b\"", "a"),
        ("20.0", "20 => switch 1 { 1.0 => { \"a\" } _ => { \"c\" } }, _ => \"b\"", "a"),
        (
            "20.0",
            "1 => { if true { \"x\" } else { \"y\" } } 20 => `${switch 1.0 { 1 => \"a\", _ => \"c\" }}`, _ => \"b\"",
            "a",
        ),
        ("#{ a: 20.0 }.a", "20 => #{ a: \"a\" }.a, _ => \"b\"", "a"),
        ("if true { 20.0 } else { 1 }", "20 => \"a\", _ => \"b\"", "a"),
        ("{ let x = 20.0; x }", "20 => \"a\", _ => \"b\"", "a"),
        ("[1.0, 2].map(|n| switch n { 1 => \"x\", 2 => \"y\" }).join(\"\")", "\"xy\" => \"a\", _ => \"b\"", "a"),
        ("/* switch { */ 20.0 // switch\n", "20 => \"a\", _ => \"b\"", "a"),
        ("\"é switch \"", "\"é switch \" => \"a\", _ => \"b\"", "a"),
    ] {
        assert_eq!(switched(subject, cases), Ok(given.to_owned()), "switch {subject} {{ {cases} }}");
    }
}

#[test]
fn what_could_not_be_compared_with_its_cases_is_an_error() {
    for (subject, cases, said) in [
        ("input.amount", "\"20\" => \"a\", _ => \"b\"", "cannot compare a number with a text"),
        ("\"20\"", "20 => \"a\", _ => \"b\"", "cannot compare a text with a number"),
        ("\"20\"", "1..30 => \"a\", _ => \"b\"", "cannot compare a text with a number"),
        ("true", "1 => \"a\", _ => \"b\"", "cannot compare true or false with a number"),
        ("1", "true => \"a\", _ => \"b\"", "cannot compare a number with true or false"),
        ("'a'", "\"a\" => \"a\", _ => \"b\"", "cannot compare a letter with a text"),
        ("\"a\"", "'a' => \"a\", _ => \"b\"", "cannot compare a text with a letter"),
        ("[20]", "20 => \"a\", _ => \"b\"", "cannot compare a list with a number"),
        ("#{}", "\"a\" => \"a\", _ => \"b\"", "cannot compare a map with a text"),
        (
            "instant(\"2024-02-01T00:00:00Z\")",
            "\"2024-02-01T00:00:00Z\" => \"a\"",
            "cannot compare an instant with a text",
        ),
        ("input.amount.to_string()", "20 => \"a\", _ => \"b\"", "cannot compare a text with a number"),
    ] {
        let given = switched(subject, cases);
        assert_eq!(given, Err(format!("line 1: {said}")), "switch {subject} {{ {cases} }}");
    }
}

#[test]
fn a_check_refuses_cases_that_mean_nothing_together_and_names_the_place() {
    for (cases, line, column, part) in [
        ("5000 => \"a\",\n\"x\" => \"b\",", 4, 1, "this one is a text, the first is a number"),
        ("\"x\" => \"b\",\n() => \"c\",\n  1..5 => \"a\",", 5, 3, "this one is a number, the first is a text"),
        ("true => \"b\",\n\"x\" | 'x' => \"a\",", 4, 1, "of one kind"),
        ("5000 => \"a\",\n6000.00 => \"b\",", 4, 1, "all have a decimal point or all have none"),
        ("[5000] => \"a\",", 3, 1, "a case must be a text, a number"),
        ("#{ a: 1 } => \"a\",", 3, 1, "a case must be a text, a number"),
        ("(5000) => \"a\",", 3, 1, "a case must be a text, a number"),
        ("1 =>\n1.00000000000000000000000000001,\n_ => 2", 4, 1, "more than 28 digits"),
    ] {
        let found = findings(cases);
        let hit = found
            .iter()
            .any(|finding| (finding.line, finding.column) == (line, column) && finding.message.contains(part));
        assert!(hit, "{cases}: {found:?}");
    }
    for cases in [
        "5000 => \"a\", 99.5 => \"b\", 1..10 => \"c\"",
        "5000.00 => \"a\", 99.50 => \"b\"",
        "\"a\" => 1, () => 2, _ => 3",
    ] {
        assert_eq!(findings(cases), [], "{cases}");
    }
}

#[test]
fn a_switch_is_found_wherever_it_stands() {
    let lines = [
        "fn decide(input) {",
        "\t/* é */ let r = `${1}",
        "x` + switch /* \u{1F600} */ input.amount {",
        "5000 => \"a\",",
        "_ => \"b\"",
        "};",
    ];
    let end = "#{ outcome: \"approve\", levels: [], reason: r } }";
    let input = PURCHASE.replace("20.00", "5000.00");
    for (between, reason) in [("\n", "1\\nxa"), ("\r\n", "1\\nxa"), ("\n\n\n", "1\\n\\n\\nxa")] {
        let script = format!("{}{between}{end}", lines.join(between));
        let outcome = run(Rule::Approval, &script, &input).unwrap().unwrap().outcome;
        let found = outcome.contains("xa\"") && outcome.replace("\\r", "").contains(reason);
        assert!(found, "{between:?}: {outcome}");
    }
    // As deep as may be.
    for depth in [4, 20, 26, 28, 30, 31, 40] {
        let subject = format!("{}20.0{}", "(1 * ".repeat(depth), ")".repeat(depth));
        let script = format!(
            "fn decide(input) {{ let r = switch {subject} {{ 20 => \"a\", _ => \"b\" }}; #{{ outcome: \"approve\", levels: [], reason: r }} }}"
        );
        let report = engine().check(Rule::Approval, &script, None);
        let given = run(Rule::Approval, &script, PURCHASE);
        // It is found, or the check says why not.
        let found = given.as_ref().is_ok_and(|given| given.as_ref().is_ok_and(|given| given.outcome.contains("\"a\"")));
        assert!(found || !report.ok, "{depth}: {given:?}");
    }
}

#[test]
fn places_are_those_of_the_script_as_it_is_written() {
    let script = "fn decide(input) {\nswitch whisper(input.amount) { 1 => shout(2), _ => input.amonut }\n}";
    let found = engine().check(Rule::Approval, script, None).errors;
    let places: Vec<_> = found.iter().map(|finding| (finding.line, finding.column)).collect();
    assert_eq!(places, [(2, 8), (2, 37), (2, 58)], "{found:?}");
}

#[test]
fn a_literal_of_more_digits_than_are_kept_is_refused_with_its_place() {
    for literal in [
        "1.00000000000000000000000000001",
        "0.123456789012345678901234567891",
        "792281625142643375935439503350.5",
        "99999999999999999999999999999.9",
        "-0.00000000000000000000000000001",
    ] {
        for script in [
            format!(
                "const A =\n{literal};\nfn decide(input) {{ #{{ role: if A > 0 {{ \"admin\" }} else {{ \"member\" }} }} }}"
            ),
            format!("fn decide(input) {{ if false {{ let x =\n{literal}; }} #{{ role: \"member\" }} }}"),
        ] {
            let found = engine().check(Rule::RoleMapping, &script, None).errors;
            let hit = found
                .iter()
                .any(|finding| finding.line == 2 && finding.column <= 2 && finding.message.contains("number"));
            assert!(hit, "{script}: {found:?}");
        }
    }
    for literal in ["1.0000000000000000000000000001", "79228162514264337593543950335", "20.00", "1_000.50"] {
        let script = format!("fn decide(input) {{ let x = {literal}; #{{ role: \"member\" }} }}");
        assert_eq!(engine().check(Rule::RoleMapping, &script, None).errors, [], "{literal}");
    }
}

/// What else finds a value among others, by the same rules.
#[test]
fn lists_find_what_equals_and_refuse_what_cannot_be_compared() {
    for (expression, given) in [
        ("5000 in [5000.00]", "true"),
        ("input.amount in [10, 20]", "true"),
        ("[20.0].contains(20)", "true"),
        ("[20].contains(input.amount)", "true"),
        ("[1.0, 2] == [1, 2.00]", "true"),
        ("#{ a: 1.0 } == #{ a: 1 }", "true"),
        ("\"a\" in #{ a: 1 }", "true"),
    ] {
        assert_eq!(value_of(expression), Ok(given.to_owned()), "{expression}");
    }
    for expression in [
        "\"20\" in [20]",
        "input.amount in [\"20\"]",
        "input.amount in #{ \"20\": 1 }",
        "#{ \"20\": 1 }[input.amount]",
        "#{ \"20\": 1 }.get(20, 0)",
        "\"20\" == 20",
        "\"20\" != 20",
        "'2' == 2",
        "true == 1",
        "\"a20\".contains(20)",
        "'a' | 2",
        "\"a\" | 2",
    ] {
        assert!(value_of(expression).is_err(), "{expression} = {:?}", value_of(expression));
    }
}
