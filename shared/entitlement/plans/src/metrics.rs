//! The metrics of plans.

use edge_capabilities::MetricsPage;
use edge_capabilities::counters::PLANS_LEFT_OUT;
use edge_capabilities::key_value::StoreError;

/// Writes the metrics of plans.
pub async fn write_metrics(page: &mut MetricsPage<'_>) -> Result<(), StoreError> {
    let name = "plans_left_out_total";
    page.head(name, "counter", "Plans of the ERP's list that could not be read, each time the list was.");
    let count = page.counters().read(PLANS_LEFT_OUT).await?;
    page.line(name, &[], count);
    Ok(())
}
