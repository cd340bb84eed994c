//! Checks of users and organisations that do not exist: each is asked of the ERP, and none may stay anywhere.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use tokio::time::sleep;

use crate::Run;
use crate::connection::Bodies;
use crate::edge::Edge;
use crate::random::Random;
use crate::report::{Row, millis};
use crate::scenarios::{step, times};
use crate::setting::Setting;

pub const NAME: &str = "flood";

const TENANTS: usize = 4;

/// The part of saturation that those send whose seats are known.
const PART: f64 = 0.2;

/// What the second half of the flood may hold more than the first held at most.
const MORE: f64 = 1.1;

/// The most that was held in the first half of a series, and in the second.
fn halves(series: &[f64]) -> (f64, f64) {
    let (first, second) = series.split_at(series.len() / 2);
    let most = |half: &[f64]| half.iter().copied().fold(0.0, f64::max);
    (most(first), most(second))
}

pub async fn measure(run: &Run) -> anyhow::Result<Vec<Row>> {
    let length = match run.seconds {
        Some(seconds) => Duration::from_secs(seconds.max(1)),
        None => Duration::from_secs_f64(run.ids as f64 / run.ids_per_second),
    };
    let setting = Setting::new(Edge::start(&run.place, |erp| erp).await?, TENANTS).await?;
    let flooder = setting.edge.tenant("flooder", false).await?;
    let rate = setting.saturation(step(length)).await * PART;
    setting.rest().await;
    let normal = (length / 4).clamp(Duration::from_secs(3), Duration::from_secs(60));
    let without = setting.baseline(0..TENANTS, rate, normal).await;
    let mut random = Random::new(23);
    let caller = flooder.clone();
    let bodies: Bodies = Rc::new(RefCell::new(move || {
        let (user, organization) = (random.next(), random.next());
        if organization.is_multiple_of(2) {
            return caller.check(&format!("x{user:016x}"));
        }
        let mut elsewhere = caller.clone();
        elsewhere.organization = format!("y{organization:016x}");
        elsewhere.check(&format!("x{user:016x}"))
    }));
    let known = setting.load(0..TENANTS, rate, length, 256);
    let flood = setting.load_with(&flooder.key, &bodies, run.ids_per_second, length, 256);
    let edge = setting.edge.clone();
    let held = Rc::new(RefCell::new((Vec::new(), Vec::new())));
    let series = held.clone();
    let watching = tokio::task::spawn_local(async move {
        loop {
            sleep(length / 100).await;
            let mut series = series.borrow_mut();
            series.0.push(edge.server.anonymous_mib());
            series.1.push(edge.disk_mib());
        }
    });
    let (seen, flooded) = {
        let _progress = setting.progress(&[("known seats", &known), ("flood", &flood)], length);
        (known.end().await, flood.end().await)
    };
    watching.abort();
    let (memory, disk) = held.take();
    let (memory, disk) = (halves(&memory), halves(&disk));
    let ratio = times(seen.p99(), without.p99());
    let not_served = (seen.ended() - seen.served).saturating_sub(without.ended() - without.served);
    let shorter = if flooded.due < 990_000 { ", SHORTENED" } else { "" };
    let bounded = |(first, second): (f64, f64)| second <= first * MORE;
    let told = |(first, second): (f64, f64)| format!("{second:.0} MiB, after {first:.0} in the first half");
    Ok(vec![
        Row::told(NAME, "random ids", format!("{} in {:.0} s{shorter}", flooded.due, length.as_secs_f64())),
        Row::told(
            NAME,
            "of which",
            format!(
                "{} answered, {} limited (429), {} turned away, {} failed",
                flooded.served, flooded.limited, flooded.shed, flooded.failed
            ),
        ),
        Row::judged(NAME, "memory in the second half", "no more than 1.1 ×", told(memory), bounded(memory)),
        Row::judged(NAME, "disk in the second half", "no more than 1.1 ×", told(disk), bounded(disk)),
        Row::told(NAME, "p99 of known seats, without", millis(without.p99())),
        Row::judged(
            NAME,
            "p99 of known seats, with",
            "within 1.5 ×",
            format!("{ratio:.2} × ({})", millis(seen.p99())),
            ratio <= 1.5,
        ),
        Row::judged(NAME, "known seats not served", "as without", not_served.to_string(), not_served == 0),
    ])
}
