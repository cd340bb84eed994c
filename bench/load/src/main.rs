//! `make load`: the edge under more than it can carry. docs/load.md says what the scenarios are and how to read the table.

mod connection;
mod edge;
mod flow;
mod histogram;
mod mortal_erp;
mod random;
mod report;
mod scenarios;
mod setting;
mod trend;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Parser, ValueEnum as _};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::LocalSet;

use edge::Place;
use report::Row;
use scenarios::Scenario;

/// Loads the edge, and holds it to its bars.
#[derive(Parser)]
struct Options {
    /// Some of the scenarios, by commas
    #[arg(long, value_delimiter = ',', value_enum)]
    only: Vec<Scenario>,
    /// How long the main part of each scenario lasts [default: 60; dead-erp 600, soak 1800; flood as long as its ids take]
    #[arg(long)]
    seconds: Option<u64>,
    /// Random ids of the flood
    #[arg(long, default_value_t = 1_000_000)]
    ids: u64,
    /// Random ids a second
    #[arg(long, default_value_t = 2500.0)]
    ids_per_second: f64,
    /// Folder of the programs bheem-edge and upstreams
    #[arg(long, default_value = "target/release")]
    programs: PathBuf,
    /// The application's manifest
    #[arg(long, default_value = "spin.toml")]
    manifest: PathBuf,
    /// Folder in which compiled components are kept from run to run
    #[arg(long, default_value = "target/load")]
    compiled: PathBuf,
    /// Leave it to the system where what runs; without it the last core is the generator's and the stand-in's
    #[arg(long)]
    share_cores: bool,
    /// Options of `bheem-edge up`, such as --variable seat_fresh_ms=60000: the last ones
    #[arg(last = true)]
    edge_options: Vec<String>,
    /// Exit with 1 where a bar does not hold
    #[arg(long)]
    strict: bool,
}

/// What every scenario is told.
pub struct Run {
    place: Place,
    seconds: Option<u64>,
    ids: u64,
    ids_per_second: f64,
}

impl Run {
    /// The length of a scenario's main part, where it is `seconds` unless somebody chose another; and whether it was made
    /// shorter.
    fn length(&self, seconds: u64) -> (Duration, bool) {
        let chosen = self.seconds.unwrap_or(seconds);
        (Duration::from_secs(chosen.max(1)), chosen < seconds)
    }
}

/// Connections are files: as many as there may be.
fn raise_file_limit() {
    let limit = getrlimit(Resource::Nofile);
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
}

async fn measure(options: &Options) -> Vec<Row> {
    let place = Place {
        programs: options.programs.clone(),
        manifest: options.manifest.clone(),
        compiled: options.compiled.clone(),
        edge_options: options.edge_options.clone(),
        shares_cores: options.share_cores,
    };
    let run = Run { place, seconds: options.seconds, ids: options.ids, ids_per_second: options.ids_per_second };
    let all = if options.only.is_empty() { Scenario::value_variants() } else { &options.only };
    let mut rows = Vec::new();
    for scenario in all {
        let started = Instant::now();
        report::say(&format!("{}: {}", scenario.name(), scenario.about()));
        match scenario.measure(&run).await {
            Ok(seen) => rows.extend(seen),
            Err(error) => rows.push(Row::broken(scenario.name(), &error)),
        }
        report::say(&format!("{} took {:.0} s", scenario.name(), started.elapsed().as_secs_f64()));
    }
    rows
}

fn main() -> anyhow::Result<ExitCode> {
    let options = Options::parse();
    raise_file_limit();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let rows = LocalSet::new().block_on(&runtime, async {
        let mut terminate = signal(SignalKind::terminate())?;
        // What was started is stopped when the scenario is dropped.
        tokio::select! {
            rows = measure(&options) => anyhow::Ok(Some(rows)),
            _ = tokio::signal::ctrl_c() => Ok(None),
            _ = terminate.recv() => Ok(None),
        }
    })?;
    let Some(rows) = rows else { return Ok(ExitCode::from(130)) };
    println!("{}", report::table(&rows));
    let holds = rows.iter().all(|row| row.holds != Some(false));
    Ok(if options.strict && !holds { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
