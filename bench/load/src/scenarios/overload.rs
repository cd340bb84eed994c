//! Twice as many requests as can be served, by the clock.

use crate::Run;
use crate::edge::Edge;
use crate::report::{Row, millis};
use crate::scenarios::{step, told_length};
use crate::setting::Setting;

pub const NAME: &str = "overload";

/// Tenants among whom the requests are spread.
const TENANTS: usize = 8;

/// Connections: more than may wait for the processor.
const CONNECTIONS: usize = 2400;

pub async fn measure(run: &Run) -> anyhow::Result<Vec<Row>> {
    let length = run.length(60);
    let setting = Setting::new(Edge::start(&run.place, |erp| erp).await?, TENANTS).await?;
    let saturation = setting.saturation(step(length.0)).await;
    setting.rest().await;
    let flow = setting.load(0..TENANTS, saturation * 2.0, length.0, CONNECTIONS);
    let seen = {
        let _progress = setting.progress(&[("twice", &flow)], length.0);
        flow.end().await
    };
    let goodput = seen.served as f64 / length.0.as_secs_f64() / saturation;
    let p99 = seen.p99();
    Ok(vec![
        Row::told(NAME, "saturation, closed loop", format!("{saturation:.0}/s")),
        Row::told(NAME, "length", told_length(length)),
        Row::judged(NAME, "goodput", "at least 0.9 ×", format!("{goodput:.2} × of saturation"), goodput >= 0.9),
        Row::judged(NAME, "p99 of what is served", "under 250 ms", millis(p99), p99.as_millis() < 250),
        Row::told(NAME, "p50 of what is served", millis(seen.latency.quantile(0.5))),
        Row::told(
            NAME,
            "turned away",
            format!("{} of {}, p99 {}", seen.shed, seen.due, millis(seen.turned_away.quantile(0.99))),
        ),
        Row::judged(NAME, "other answers, or none", "0", seen.failed.to_string(), seen.failed == 0),
    ])
}
