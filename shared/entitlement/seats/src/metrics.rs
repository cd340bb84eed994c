//! The metrics of seat checks.

use edge_capabilities::MetricsPage;
use edge_capabilities::counters::Name;
use edge_capabilities::key_value::StoreError;
use edge_http::Code;

use crate::router::{NO_VERDICT, VERDICTS};
use crate::{Reason, Source};

/// The counters of verdicts; labels: source, reason.
pub fn verdict_counters() -> impl Iterator<Item = Name> {
    let of = |source: Source| Reason::ALL.map(|reason| [VERDICTS, source.as_str(), reason.as_str()]);
    Source::ALL.into_iter().flat_map(of).chain([[VERDICTS, NO_VERDICT, Code::UpstreamUnavailable.as_str()]])
}

/// Writes the metrics of seat checks.
pub async fn write_metrics(page: &mut MetricsPage<'_>) -> Result<(), StoreError> {
    let (name, labels) = ("seat_verdicts_total", ["source", "reason"]);
    let help = "Checks of seats, by where the verdict came from and why; none: the edge could not know.";
    page.head(name, "counter", help);
    for counted in verdict_counters() {
        page.counter(name, labels, counted).await?;
    }
    Ok(())
}
