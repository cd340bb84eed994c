//! Hostile scripts: endless loops, memory exhaustion, sandbox escapes.

use crate::Limit;

/// The expected end of a script.
#[derive(Clone, Copy, Debug)]
pub enum ExpectedEnd {
    /// At one of these limits.
    AtLimit(&'static [Limit]),
    /// As an error of the script.
    AsError,
    /// It does not compile.
    Uncompiled,
}

/// Scripts for `role_mapping`: description, script, expected end.
pub fn scripts() -> Vec<(&'static str, String, ExpectedEnd)> {
    use ExpectedEnd::{AsError, AtLimit, Uncompiled};
    use Limit::{Depth, Memory, Operations, Size, Time, Variables};
    let decide = |body: &str| format!("fn decide(input) {{ {body}; #{{ role: \"admin\" }} }}");
    let nested = |depth: usize| format!("{}1{}", "(".repeat(depth), ")".repeat(depth));
    let deep = nested(9);
    vec![
        ("a loop", decide("loop { }"), AtLimit(&[Operations, Time])),
        ("a while", decide("while true { let x = 1; }"), AtLimit(&[Operations, Time])),
        ("a long for", decide("for i in 0..9000000000000 { }"), AtLimit(&[Operations, Time])),
        ("a loop in a callback", decide("[1].map(|x| { loop { } })"), AtLimit(&[Operations, Time])),
        (
            "loops in many callbacks",
            decide("let a = []; for i in 0..900 { a.push(i) } a.map(|x| { for i in 0..1000 { } x })"),
            AtLimit(&[Operations, Time]),
        ),
        ("a loop in try", decide("try { loop { } } catch { return #{ role: \"admin\" } }"), Uncompiled),
        (
            "a loop in a callback in try",
            decide("try { [1].map(|x| { loop { } }) } catch (e) { return #{ role: \"admin\" } }"),
            Uncompiled,
        ),
        ("eval", decide("eval(\"loop { }\")"), Uncompiled),
        ("a function by name", decide("Fn(\"decide\").call(input)"), Uncompiled),
        ("import", format!("import \"x\" as y; {}", decide("1")), Uncompiled),
        ("custom export", "export let x = 1;".to_owned(), Uncompiled),
        ("endless recursion", "fn decide(input) { decide(input) }".to_owned(), AtLimit(&[Depth])),
        (
            "recursion at the limit within nested expressions",
            format!(
                "fn f(n) {{ if n == 0 {{ 0 }} else {{ {deep} + [[[[[[f(n - 1)]]]]]].len() }} }} {}",
                decide("f(999)")
            ),
            AtLimit(&[Depth, Operations]),
        ),
        (
            "recursion through callbacks",
            format!("fn f(n) {{ [n].map(|x| f(x + 1)) }} {}", decide("f(0)")),
            AtLimit(&[Depth]),
        ),
        ("a text that doubles", decide("let s = \"x\"; loop { s += s; }"), AtLimit(&[Size])),
        ("a text that doubles by adding", decide("let s = \"x\"; loop { s = s + s; }"), AtLimit(&[Size])),
        ("a text that doubles by interpolation", decide("let s = \"x\"; loop { s = `${s}${s}`; }"), AtLimit(&[Size])),
        ("a list that doubles", decide("let a = [1]; loop { a = a + a; }"), AtLimit(&[Size])),
        ("a list that doubles in place", decide("let a = [1]; loop { a += a; }"), AtLimit(&[Size, Operations, Time])),
        ("a list that grows", decide("let a = []; loop { a.push(1); }"), AtLimit(&[Size])),
        ("a list that holds itself", decide("let a = []; loop { a.push(a); }"), AtLimit(&[Size, Memory])),
        (
            "a map that grows by assignment",
            decide("let m = #{}; let i = 0; loop { m[`k${i}`] = i; i += 1; }"),
            AtLimit(&[Size, Memory, Operations]),
        ),
        (
            "a map of lists that grows by assignment",
            decide(
                "let a = []; for i in 0..999 { a.push(i) } let m = #{}; let i = 0; loop { m[`k${i}`] = a; i += 1; }",
            ),
            AtLimit(&[Memory, Size]),
        ),
        (
            "a map that is this and grows",
            format!(
                "fn grow() {{ let a = []; for i in 0..999 {{ a.push(i) }} for i in 0..99999 {{ this[`k${{i}}`] = a; }} }} {}",
                decide("let m = #{}; m.grow()")
            ),
            AtLimit(&[Memory, Size]),
        ),
        (
            "big lists compared",
            decide(
                "let a = []; for i in 0..1000 { a.push(i) } let b = a; let n = 0; while n < 10000 { n += 1; a == b; }",
            ),
            AtLimit(&[Operations, Time]),
        ),
        (
            "big lists looked through",
            decide("let a = []; for i in 0..1000 { a.push(i) } for i in 0..10000 { -1 in a; }"),
            AtLimit(&[Operations, Time]),
        ),
        (
            "long texts taken apart",
            decide("let s = \"x \"; for i in 0..12 { s += s; } loop { s.contains_word(s); }"),
            AtLimit(&[Operations, Time, Size]),
        ),
        ("100,000 nested parentheses", decide(&nested(100_000)), Uncompiled),
        ("100,000 nested lists", decide(&format!("{}{}", "[".repeat(100_000), "]".repeat(100_000))), Uncompiled),
        ("100,000 nested blocks", decide(&format!("{}{}", "{".repeat(100_000), "}".repeat(100_000))), Uncompiled),
        ("100,000 minus signs", decide(&format!("{}1", "-".repeat(100_000))), Uncompiled),
        ("10,000 nested parentheses", decide(&nested(10_000)), Uncompiled),
        ("10,000 nots", decide(&format!("{}true", "!".repeat(10_000))), Uncompiled),
        ("10,000 additions", decide(&vec!["1"; 10_000].join("+")), Uncompiled),
        ("10,000 closures", decide(&format!("{}1", "|x|".repeat(10_000))), Uncompiled),
        ("10,000 dots", decide(&format!("input{}", ".a".repeat(10_000))), Uncompiled),
        ("10,000 ifs", decide(&format!("{}{}", "if true {".repeat(10_000), "}".repeat(10_000))), Uncompiled),
        ("10,000 elses", decide(&format!("if true {{ }} {}", "else if true { } ".repeat(2_500))), Uncompiled),
        ("10,000 interpolations", decide(&format!("{}1{}", "`${".repeat(10_000), "}`".repeat(10_000))), Uncompiled),
        ("2 MB of source", decide(&"1;".repeat(1_000_000)), Uncompiled),
        ("2 MB of comment", format!("/*{}*/", "x".repeat(2_000_000)), Uncompiled),
        (
            "too many functions",
            format!("{}{}", (0..100).map(|n| format!("fn f{n}() {{ }} ")).collect::<String>(), decide("1")),
            Uncompiled,
        ),
        (
            "too many variables",
            decide(&(0..100).map(|n| format!("let v{n} = 1;")).collect::<String>()),
            AtLimit(&[Variables]),
        ),
        ("a constant that loops", format!("const X = {{ loop {{ }} }}; {}", decide("1")), Uncompiled),
        ("sleep", decide("sleep(10)"), AsError),
        ("exit", decide("exit(1)"), AsError),
        ("the time", decide("timestamp()"), AsError),
        ("a great power", decide("9 ** 99999"), AsError),
        ("a great decimal power", decide("9.5 ** 99999.5"), AsError),
        ("a negative index", decide("[1][-99999999999]"), AsError),
        ("the least number divided", decide("(-9223372036854775807 - 1) / -1"), AsError),
        ("the least number left over", decide("(-9223372036854775807 - 1) % -1"), AsError),
        ("throw", decide("throw \"no\""), AsError),
    ]
}
