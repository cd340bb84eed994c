//! Random scripts: generated from the grammar, and mutations of the shipped ones. None may make the engine panic,
//! natively or in a WebAssembly guest, where a panic ends all requests of an instance.

pub mod hostile;

use crate::{Engine, FailureKind, Rule, functions, shipped};

/// The results of the scripts. Every kind of result must occur, else the scripts are too simple or too broken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutcomeCounts {
    /// The script did not compile.
    pub uncompiled: u32,
    /// The script returned an outcome.
    pub decided: u32,
    /// The script returned something else.
    pub invalid: u32,
    /// The script failed.
    pub failed: u32,
    /// The script hit a limit.
    pub limited: u32,
}

/// Checks and evaluates `rounds` random scripts, generated from `seed`.
pub fn run(engine: &Engine, seed: u64, rounds: u32) -> OutcomeCounts {
    let mut rng = Rng(seed);
    let mut counts = OutcomeCounts::default();
    for _ in 0..rounds {
        let rule = rng.of(&Rule::ALL).unwrap_or(Rule::Budget);
        let script = if rng.below(3) == 0 { mutated_script(rule, &mut rng) } else { generated(&mut rng) };
        let tests = if rng.below(4) == 0 { mutate(shipped(rule).tests, &mut rng) } else { String::new() };
        let _ = engine.check(rule, &script, Some(&tests).filter(|tests| !tests.is_empty()).map(String::as_str));
        let count = match engine.compile(rule, &script) {
            Err(_) => &mut counts.uncompiled,
            Ok(compiled) => match engine.evaluate(&compiled, input(rule), rng.below(2) == 0) {
                Ok(_) => &mut counts.decided,
                Err(failure) => match failure.kind {
                    FailureKind::InvalidOutcome { .. } => &mut counts.invalid,
                    FailureKind::Limit(_) => &mut counts.limited,
                    FailureKind::Script { .. } | FailureKind::InvalidInput { .. } => &mut counts.failed,
                },
            },
        };
        *count = count.saturating_add(1);
    }
    counts
}

const fn input(rule: Rule) -> &'static str {
    match rule {
        Rule::Approval => {
            r#"{"kind":"checkout","amount":20.00,"currency":"INR","tenantId":"t","requester":{"id":"u","role":"OWNER"}}"#
        }
        Rule::Budget => {
            r#"{"budget":{"limit":100,"spent":1.5,"reserved":0,"currency":"INR","period":"p"},"amount":20.00}"#
        }
        Rule::RoleMapping => r#"{"jobTitle":"Senior Director","department":""}"#,
        Rule::SeatAccess => {
            r#"{"seatStatus":"ACTIVE","subscriptionStatus":"PAST_DUE","expiresAt":"2024-01-01T00:00:00Z","now":"2024-01-02T00:00:00Z"}"#
        }
    }
}

/// A seeded random number generator (SplitMix64).
struct Rng(u64);

impl Rng {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut number = self.0;
        number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        number ^ (number >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX);
        usize::try_from(self.next().checked_rem(bound).unwrap_or(0)).unwrap_or(0)
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> Option<T> {
        choices.get(self.below(choices.len())).copied()
    }

    fn word(&mut self, words: &[&'static str]) -> &'static str {
        self.of(words).unwrap_or("1")
    }
}

fn mutated_script(rule: Rule, rng: &mut Rng) -> String {
    mutate(shipped(rule).script, rng)
}

/// A text with some bytes changed, removed, inserted or repeated.
fn mutate(text: &str, rng: &mut Rng) -> String {
    const SYNTAX_BYTES: &[u8] = b"(){}[]#\"'`$|&=<>!+-*/%.,;:_0123456789einfmux \n\\\xff\x00";
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..rng.below(5).saturating_add(1) {
        let at = rng.below(bytes.len().saturating_add(1));
        let put = rng.of(SYNTAX_BYTES).unwrap_or(b' ');
        match (rng.below(4), bytes.get_mut(at)) {
            (0, Some(byte)) => *byte = put,
            (1, Some(_)) => {
                bytes.remove(at);
            }
            (2, Some(_)) => {
                let end = at.saturating_add(rng.below(60)).min(bytes.len());
                let again: Vec<u8> = bytes.get(at..end).unwrap_or_default().to_vec();
                bytes.splice(at..at, again);
            }
            _ => bytes.insert(at.min(bytes.len()), put),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The variables of generated expressions.
const VARIABLES: &str = "let a = [1, 2.50, \"x\"]; let m = #{ k: 1 }; let n = 0; let s = \"text\";\n";

/// A script generated from the grammar.
fn generated(rng: &mut Rng) -> String {
    let mut script = String::new();
    script.push_str("const LIMIT = 20.00;\nfn helper(input) { ");
    script.push_str(VARIABLES);
    add_statements(&mut script, rng, 2);
    add_expression(&mut script, rng, 2);
    script.push_str(" }\nfn decide(input) { ");
    script.push_str(VARIABLES);
    add_statements(&mut script, rng, 4);
    script.push_str(rng.word(&[
        "#{ role: \"admin\" }",
        "#{ hasAccess: true, reason: \"SEAT_ACTIVE\" }",
        "#{ outcome: \"allow\", alerts: [], reason: s }",
        "#{ outcome: \"approve\", levels: [], reason: \"\" }",
        "m",
        "()",
    ]));
    script.push_str(" }\n");
    script
}

fn add_statements(script: &mut String, rng: &mut Rng, depth: usize) {
    for _ in 0..rng.below(4) {
        add_statement(script, rng, depth);
    }
}

fn add_statement(script: &mut String, rng: &mut Rng, depth: usize) {
    let Some(deeper) = depth.checked_sub(1) else { return };
    let (head, blocks, tail): (&str, usize, &str) = match rng.below(11) {
        0 => ("if ", 1, ""),
        1 => ("if true == ", 2, ""),
        2 => ("for i in 0..20 ", 0, ""),
        3 => ("for i in a ", 0, ""),
        4 => ("while n < 9 { n += 1; ", 0, "}"),
        5 => ("n = ", 9, ";"),
        6 => ("a.push(", 9, ");"),
        7 => ("m[\"k\" + n] = ", 9, ";"),
        8 => ("s += ", 9, ";"),
        9 => ("return ", 9, ";"),
        _ => ("", 9, ";"),
    };
    script.push_str(head);
    if blocks > 0 {
        add_expression(script, rng, deeper);
    }
    if blocks < 9 {
        script.push_str(" { ");
        add_statements(script, rng, deeper);
        script.push_str(" } ");
        if blocks == 2 {
            script.push_str(" else { ");
            add_statements(script, rng, deeper);
            script.push_str(" } ");
        }
    }
    script.push_str(tail);
    script.push('\n');
}

fn add_expression(script: &mut String, rng: &mut Rng, depth: usize) {
    const LEAVES: &[&str] = &[
        "1",
        "0",
        "(-1)",
        "9223372036854775807",
        "0.1",
        "20.00",
        "79228162514264337593543950335.0",
        "true",
        "false",
        "()",
        "\"x\"",
        "\"ß€\"",
        "'c'",
        "`t${n}`",
        "a",
        "m",
        "n",
        "s",
        "input",
        "input.amount",
        "input.now",
        "input.jobTitle",
        "input.expiresAt",
        "m.k",
        "a[0]",
        "a[-1]",
        "s[1]",
        "[]",
        "#{}",
        "(|y| y)",
        "(|y| y + n)",
        "LIMIT",
        "(0..3)",
        "days(1)",
        "this",
    ];
    const OPERATORS: &[&str] = &[
        "+", "-", "*", "/", "%", "**", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "??", "in", "!in", "<<", ">>",
        "&", "|", "^", "..", "..=",
    ];
    let Some(deeper) = depth.checked_sub(1) else {
        script.push_str(rng.word(LEAVES));
        return;
    };
    match rng.below(9) {
        0 | 1 => script.push_str(rng.word(LEAVES)),
        2 | 3 => {
            script.push('(');
            add_expression(script, rng, deeper);
            script.push(' ');
            script.push_str(rng.word(OPERATORS));
            script.push(' ');
            add_expression(script, rng, deeper);
            script.push(')');
        }
        4 => {
            let (name, counts) = rng.of(functions::NAMES).unwrap_or(("len", &[1]));
            script.push_str(name);
            add_arguments(script, rng, deeper, counts.first().copied().unwrap_or(1));
        }
        5 => {
            let (name, counts) = rng.of(functions::NAMES).unwrap_or(("len", &[1]));
            add_expression(script, rng, deeper);
            script.push('.');
            script.push_str(name);
            add_arguments(script, rng, deeper, counts.first().copied().unwrap_or(1).saturating_sub(1));
        }
        6 => {
            script.push_str("helper");
            add_arguments(script, rng, deeper, 1);
        }
        7 => {
            let (before, after) =
                rng.of(&[("(!", ")"), ("(-", ")"), ("[", "]"), ("if ", " { 1 } else { 2 }")]).unwrap_or_default();
            script.push_str(before);
            add_expression(script, rng, deeper);
            script.push_str(after);
        }
        _ => {
            script.push_str("switch ");
            add_expression(script, rng, deeper);
            script.push_str(" { 1 => 2, \"x\" if n > 0 => 3, 0..9 => 4, _ => ");
            add_expression(script, rng, deeper);
            script.push_str(" }");
        }
    }
}

fn add_arguments(script: &mut String, rng: &mut Rng, depth: usize, count: usize) {
    script.push('(');
    for index in 0..count {
        if index > 0 {
            script.push_str(", ");
        }
        add_expression(script, rng, depth);
    }
    script.push(')');
}
