//! Most of what the edge can serve, for long: does it hold more and more?

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::time::{Instant, sleep};

use crate::Run;
use crate::edge::Edge;
use crate::report::{Row, millis};
use crate::scenarios::{step, told_length};
use crate::setting::Setting;
use crate::trend::Slope;

pub const NAME: &str = "soak";

const TENANTS: usize = 8;

/// The part of saturation.
const PART: f64 = 0.7;

pub async fn measure(run: &Run) -> anyhow::Result<Vec<Row>> {
    let length = run.length(1800);
    let setting = Setting::new(Edge::start(&run.place, |erp| erp).await?, TENANTS).await?;
    let rate = setting.saturation(step(length.0)).await * PART;
    setting.rest().await;
    let flow = setting.load(0..TENANTS, rate, length.0, 512);
    let edge = setting.edge.clone();
    let held = Rc::new(RefCell::new(Vec::new()));
    let series = held.clone();
    let started = Instant::now();
    let watching = tokio::task::spawn_local(async move {
        loop {
            sleep((length.0 / 300).max(Duration::from_millis(100))).await;
            series.borrow_mut().push((started.elapsed().as_secs_f64(), edge.server.anonymous_mib()));
        }
    });
    let seen = {
        let _progress = setting.progress(&[("soak", &flow)], length.0);
        flow.end().await
    };
    watching.abort();
    let series = held.take();
    // The first third warms up: instances spread over their pool, and each place keeps some pages.
    let (_, settled) = series.split_at(series.len() / 3);
    let slope = Slope::of(settled).context("it was too short")?;
    let most = settled.iter().map(|sample| sample.1).fold(0.0, f64::max);
    let not_served = seen.ended() - seen.served;
    Ok(vec![
        Row::told(NAME, "length", told_length(length)),
        Row::told(NAME, "load", format!("{rate:.0}/s, p99 {}", millis(seen.p99()))),
        Row::judged(
            NAME,
            "slope of memory in the last two thirds",
            "0 within its error",
            format!("{:+.1} ± {:.1} MiB/h, at most {most:.0} MiB", slope.per_hour, slope.within),
            slope.may_be_flat(),
        ),
        Row::judged(NAME, "requests not served", "0", not_served.to_string(), not_served == 0),
    ])
}
