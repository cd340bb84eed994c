//! The metrics of rules.

use edge_capabilities::MetricsPage;
use edge_capabilities::counters::{RULE_EVALUATIONS, RULE_OUTCOMES, UNWRITTEN_DECISIONS};
use edge_capabilities::key_value::StoreError;

/// Writes the metrics of rules.
pub async fn write_metrics(page: &mut MetricsPage<'_>) -> Result<(), StoreError> {
    let name = "rule_evaluations_total";
    page.head(name, "counter", "Decisions of rules; of seat checks, which seat_verdicts_total has, those that failed.");
    for (rule, outcomes) in RULE_OUTCOMES {
        for outcome in outcomes {
            page.counter(name, ["rule", "outcome"], [RULE_EVALUATIONS, rule, outcome]).await?;
        }
    }
    let name = "rule_decisions_unwritten";
    page.head(name, "gauge", "Decisions of rules that are not in the database: on their way, or lost.");
    let count = page.counters().at(UNWRITTEN_DECISIONS).await?;
    page.line(name, &[], count.max(0));
    Ok(())
}
