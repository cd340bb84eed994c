//! This engine, with the rule as shipped.

use std::sync::Arc;
use std::time::{Duration, Instant as Moment, SystemTime, UNIX_EPOCH};

use anyhow::anyhow;
use edge_capabilities::{Clock, Timestamp};
use edge_rules::{Compiled, Engine, Rule};

use crate::Decider;

const SCRIPT: &str = include_str!("../../../rules/approval.rhai");

struct Edge {
    engine: Engine,
    approval: Compiled,
}

pub fn set_up() -> anyhow::Result<Box<dyn Decider>> {
    let engine = Engine::new(Arc::new(SystemClock(Moment::now())));
    let approval = engine.compile(Rule::Approval, SCRIPT).map_err(|findings| anyhow!("{findings:?}"))?;
    Ok(Box::new(Edge { engine, approval }))
}

impl Decider for Edge {
    fn decide(&mut self, input: &str) -> anyhow::Result<String> {
        let decided = self.engine.evaluate(&self.approval, input, false);
        decided.map(|evaluation| evaluation.outcome).map_err(|failure| anyhow!("{failure:?}"))
    }
}

/// The clock that scripts are held to, as in the edge.
struct SystemClock(Moment);

#[async_trait::async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    async fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}
