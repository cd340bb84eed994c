//! Rules: scripts and their tests, which anybody with the scope may send.

use std::cell::RefCell;

use edge_capabilities::testing::World;
use edge_rules::{Engine, Rule};

thread_local! {
    static ENGINE: RefCell<Engine> = RefCell::new(Engine::new(World::new(1).clock));
}

/// A rule, by the first byte, and the text behind it.
fn rule(input: &[u8]) -> Option<(Rule, &str)> {
    let (choice, text) = input.split_first()?;
    Some((Rule::ALL[usize::from(*choice) % Rule::ALL.len()], std::str::from_utf8(text).ok()?))
}

/// Whatever a script says, its check ends and nothing panics; what does not compile is said with a place or a reason.
///
/// Input: a byte that chooses the rule, then the script.
pub(crate) fn scripts(input: &[u8]) {
    let Some((rule, script)) = rule(input) else { return };
    ENGINE.with_borrow(|engine| {
        let _ = engine.check(rule, script, None);
        match engine.compile(rule, script) {
            Err(findings) => assert!(!findings.is_empty()),
            Ok(compiled) => {
                let _ = engine.evaluate(&compiled, "{}", true);
            }
        }
    });
}

/// Whatever stands where a rule's tests should, nothing panics, whether or not they are tests.
///
/// Input: a byte that chooses the rule, then the tests.
pub(crate) fn tests(input: &[u8]) {
    let Some((rule, tests)) = rule(input) else { return };
    let script = "fn decide(input) { #{} }";
    ENGINE.with_borrow(|engine| {
        let _ = engine.check(rule, script, Some(tests));
    });
}
