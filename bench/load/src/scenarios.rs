//! The scenarios: each starts an edge of its own and says which bars it held.

mod dead_erp;
mod flood;
mod loris;
mod noisy;
mod overload;
mod soak;

use std::time::Duration;

use clap::ValueEnum;

use crate::Run;
use crate::report::Row;

/// A scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Scenario {
    /// The ERP hangs, comes back, closes its connections, comes back
    DeadErp,
    /// Twice as many requests as can be served
    Overload,
    /// Clients that send slowly, and clients that send nothing
    Loris,
    /// Checks of users and organisations that nobody knows
    Flood,
    /// One tenant sends many times as much as the others
    Noisy,
    /// A long time at most of what can be served
    Soak,
}

impl Scenario {
    /// Its name on the command line and in the table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DeadErp => dead_erp::NAME,
            Self::Overload => overload::NAME,
            Self::Loris => loris::NAME,
            Self::Flood => flood::NAME,
            Self::Noisy => noisy::NAME,
            Self::Soak => soak::NAME,
        }
    }

    /// What happens in it.
    pub fn about(self) -> String {
        self.to_possible_value().and_then(|value| Some(value.get_help()?.to_string())).unwrap_or_default()
    }

    /// Measures it.
    pub async fn measure(self, run: &Run) -> anyhow::Result<Vec<Row>> {
        match self {
            Self::DeadErp => dead_erp::measure(run).await,
            Self::Overload => overload::measure(run).await,
            Self::Loris => loris::measure(run).await,
            Self::Flood => flood::measure(run).await,
            Self::Noisy => noisy::measure(run).await,
            Self::Soak => soak::measure(run).await,
        }
    }
}

/// How long each step on the way to saturation takes.
fn step(main: Duration) -> Duration {
    (main / 10).clamp(Duration::from_secs(1), Duration::from_secs(3))
}

/// `3.0 s`, and that it was made shorter.
fn told_length((length, is_shorter): (Duration, bool)) -> String {
    let shorter = if is_shorter { ", SHORTENED" } else { "" };
    format!("{:.0} s{shorter}", length.as_secs_f64())
}

/// How many times `than` a latency is.
fn times(latency: Duration, than: Duration) -> f64 {
    latency.as_secs_f64() / than.as_secs_f64().max(1e-6)
}
