//! What the tests share.

#![allow(dead_code, reason = "each test binary uses some of it")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use edge_capabilities::{Clock, Timestamp};
use edge_rules::{Engine, Evaluation, Failure, Finding, Rule};

/// The machine's own clock: the limit on time is about time.
pub struct MachineClock(std::time::Instant);

#[async_trait]
impl Clock for MachineClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(0)
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    async fn sleep(&self, _: Duration) {}
}

/// An engine.
pub fn engine() -> Engine {
    Engine::new(Arc::new(MachineClock(std::time::Instant::now())))
}

/// A clock that stands still.
pub struct StoppedClock;

#[async_trait]
impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(0)
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    async fn sleep(&self, _: Duration) {}
}

/// An input of `role_mapping`.
pub const EMPLOYEE: &str = r#"{"jobTitle":"CTO","department":"Engineering"}"#;
/// An input of `approval`.
pub const PURCHASE: &str =
    r#"{"kind":"checkout","amount":20.00,"currency":"INR","tenantId":"t1","requester":{"id":"u1","role":"OWNER"}}"#;

/// Compiles a script and runs it.
pub fn run(rule: Rule, script: &str, input: &str) -> Result<Result<Evaluation, Failure>, Vec<Finding>> {
    let engine = engine();
    Ok(engine.evaluate(&engine.compile(rule, script)?, input, false))
}

/// What an expression gives, as a text: through `budget`, whose reason is a text.
pub fn value_of(expression: &str) -> Result<String, String> {
    let script =
        format!("fn decide(input) {{ let v = {expression}; #{{ outcome: \"allow\", alerts: [], reason: `${{v}}` }} }}");
    let input = r#"{"budget":{"limit":10,"spent":0.1,"reserved":0.2,"currency":"INR","period":"2024"},"amount":20.00}"#;
    let evaluation = run(Rule::Budget, &script, input)
        .map_err(|findings| findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?
        .map_err(|failure| failure.to_string())?;
    let outcome: serde_json::Value = serde_json::from_str(&evaluation.outcome).unwrap();
    Ok(outcome["reason"].as_str().unwrap().to_owned())
}
