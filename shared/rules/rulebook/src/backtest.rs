//! What a version would have decided: it is run on recorded decisions, newest first, and what comes out is held against
//! what came out then.

use std::time::Duration;

use edge_capabilities::database::DatabaseError;
use edge_database::Cursor;
use edge_rules::{Compiled, Failure, Rule};
use serde_json::Value;

use crate::decisions::{Filter, Recorded};
use crate::rulebook::Rulebook;

/// How long a backtest may compute.
const MAX_DURATION: Duration = Duration::from_secs(5);

/// How long it computes without letting the instance's other requests run.
const STRETCH: Duration = Duration::from_millis(10);

/// How many decisions are fetched at once.
const AT_ONCE: u32 = 100;

/// How many decisions that differ are shown.
const MAX_EXAMPLES: usize = 20;

/// What came of a backtest. Each decision compared is the same, reworded, changed, or an error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Backtest {
    pub(crate) compared: u64,
    pub(crate) changed: u64,
    pub(crate) errors: u64,
    /// Decided the same, told people in other words.
    pub(crate) reworded: u64,
    pub(crate) examples: Vec<Example>,
    /// Whether time was up before all were compared.
    pub(crate) cut_short: bool,
}

/// A decision that would have been another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Example {
    pub(crate) decision: Recorded,
    /// JSON, or why there is none.
    pub(crate) after: Result<String, String>,
}

impl Rulebook {
    /// Runs `draft` on the last `limit` decisions of `rule`, newest first.
    pub(crate) async fn backtest(&self, rule: Rule, draft: &Compiled, limit: u32) -> Result<Backtest, DatabaseError> {
        let clock = &self.capabilities().clock;
        let filter = Filter::default();
        let started = clock.elapsed();
        let mut stretch = started;
        let mut result = Backtest::default();
        let mut cursor = None;
        let mut left = limit;
        while left > 0 {
            let page = self.decisions().list(rule, &filter, cursor.take(), left.min(AT_ONCE)).await?;
            let Some(last) = page.last() else { break };
            cursor = Some(Cursor::new(last.at, last.id.as_str()));
            left = left.saturating_sub(u32::try_from(page.len()).unwrap_or(u32::MAX));
            for decision in page {
                let now = clock.elapsed();
                if now.saturating_sub(started) >= MAX_DURATION {
                    result.cut_short = true;
                    return Ok(result);
                }
                if now.saturating_sub(stretch) >= STRETCH {
                    clock.sleep(Duration::from_millis(1)).await;
                    stretch = clock.elapsed();
                }
                self.compare(draft, decision, &mut result);
            }
        }
        Ok(result)
    }

    fn compare(&self, draft: &Compiled, decision: Recorded, result: &mut Backtest) {
        let after = self.active_rules().engine().evaluate(draft, &decision.input, false);
        let after = after.map(|evaluation| evaluation.outcome).map_err(|failure: Failure| failure.to_string());
        result.compared = result.compared.saturating_add(1);
        match (&decision.outcome, &after) {
            (Ok(before), Ok(after)) if before == after => return,
            (Ok(before), Ok(after)) if decided(decision.rule, before) == decided(decision.rule, after) => {
                result.reworded = result.reworded.saturating_add(1);
                return;
            }
            (_, Ok(_)) => result.changed = result.changed.saturating_add(1),
            (_, Err(_)) => result.errors = result.errors.saturating_add(1),
        }
        if result.examples.len() < MAX_EXAMPLES {
            result.examples.push(Example { decision, after });
        }
    }
}

/// What was decided, without the words that go with it: raising a limit that each reason names changes few decisions.
fn decided(rule: Rule, outcome: &str) -> Option<Value> {
    let mut outcome: Value = serde_json::from_str(outcome).ok()?;
    if let (Rule::Approval | Rule::Budget, Some(fields)) = (rule, outcome.as_object_mut()) {
        fields.remove("reason");
        let alerts = fields.get_mut("alerts").and_then(Value::as_array_mut);
        for alert in alerts.into_iter().flatten().filter_map(Value::as_object_mut) {
            alert.remove("message");
        }
    }
    Some(outcome)
}
