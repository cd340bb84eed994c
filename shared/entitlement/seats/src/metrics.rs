//! The metrics of seat checks.

use edge_capabilities::MetricsPage;
use edge_capabilities::key_value::StoreError;
use edge_http::Code;

use crate::router::{NO_VERDICT, VERDICTS};
use crate::{Reason, Source};

/// Writes the metrics of seat checks.
pub async fn write_metrics(page: &mut MetricsPage<'_>) -> Result<(), StoreError> {
    let (name, labels) = ("seat_verdicts_total", ["source", "reason"]);
    let help = "Checks of seats, by where the verdict came from and why; none: the edge could not know.";
    page.head(name, "counter", help);
    for source in Source::ALL {
        for reason in Reason::ALL {
            page.counter(name, labels, [VERDICTS, source.as_str(), reason.as_str()]).await?;
        }
    }
    page.counter(name, labels, [VERDICTS, NO_VERDICT, Code::UpstreamUnavailable.as_str()]).await?;
    Ok(())
}
