//! One tenant sends twice as much as the edge can serve at all; four others send a little.

use crate::Run;
use crate::edge::Edge;
use crate::report::{Row, millis};
use crate::scenarios::{step, times, told_length};
use crate::setting::Setting;

pub const NAME: &str = "noisy";

/// The quiet ones; the noisy one comes behind them.
const QUIET: usize = 4;

/// The part of saturation that all the quiet ones send together.
const PART: f64 = 0.2;

/// What the noisy one sends, in saturations.
const NOISE: f64 = 2.0;

pub async fn measure(run: &Run) -> anyhow::Result<Vec<Row>> {
    let length = run.length(60);
    let setting = Setting::new(Edge::start(&run.place, |erp| erp).await?, QUIET + 1).await?;
    let saturation = setting.saturation(step(length.0)).await;
    let rate = saturation * PART;
    setting.rest().await;
    let without = setting.baseline(0..QUIET, rate, length.0).await;
    let quiet = setting.load(0..QUIET, rate, length.0, 512);
    let noise = setting.load(QUIET..QUIET + 1, saturation * NOISE, length.0, 2000);
    let (seen, noisy) = {
        let _progress = setting.progress(&[("quiet", &quiet), ("noisy", &noise)], length.0);
        (quiet.end().await, noise.end().await)
    };
    let ratio = times(seen.p99(), without.p99());
    let not_served = (seen.ended() - seen.served).saturating_sub(without.ended() - without.served);
    let share = NOISE / (PART / QUIET as f64);
    let noise = format!("{} served, {} turned away of {}", noisy.served, noisy.shed, noisy.due);
    Ok(vec![
        Row::told(NAME, "length", told_length(length)),
        Row::told(NAME, "the noisy one sends", format!("{share:.0} × what another does: {noise}")),
        Row::told(NAME, "p99 of the others, without", millis(without.p99())),
        Row::judged(
            NAME,
            "p99 of the others, with",
            "as without: 1.5 ×",
            format!("{ratio:.2} × ({})", millis(seen.p99())),
            ratio <= 1.5,
        ),
        Row::judged(NAME, "the others' requests not served", "as without", not_served.to_string(), not_served == 0),
    ])
}
