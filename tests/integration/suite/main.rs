//! The edge as its users meet it: started as they start it, asked over HTTP, on the stores it runs on.
//!
//! Every fact is checked in every shape that it holds in; a test is called `shape::subject::fact`. The options are
//! those of `cargo test`. Beyond them:
//!
//! | variable | means |
//! |---|---|
//! | `EDGE_TESTS_SHAPES` | some of `sqlite,redis,postgres,two-nodes`; all where it is not set |
//! | `EDGE_CHAOS` | `all`: of faults everything is tried, and not a part |
//! | `EDGE_CHAOS_MOMENTS` | at how many moments the power is lost |
//! | `SPIN` | path of stock Spin, to run the suite on instead of the embedded host |
//! | `EDGE_TESTS_MANIFEST` | another manifest than `spin.toml`: of other builds of the components |
//! | `EDGE_PROGRAMS` | folder of the embedded host, from the repository's root; `target/release` where it is not set |
//! | `BHEEM_EDGE` | path of another embedded host |
//!
//! The edge is taken as it was built: `make integration` builds it first.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

mod client;
mod edge;
mod facts;
mod processes;
mod servers;
mod shape;

use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Trial};
use shape::{Shape, Stage};
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};

/// Tests that run at once, unless told: they wait more than they compute, and the machine may be a small one.
const AT_ONCE: usize = 4;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(AT_ONCE);
    let shapes = match Shape::wanted() {
        Ok(shapes) => shapes,
        Err(error) => return refuse(&error),
    };
    if !arguments.list {
        let (redis, postgres) = (Shape::on_redis, Shape::on_postgres);
        let missing = servers::missing(shapes.iter().copied().any(redis), shapes.iter().copied().any(postgres))
            .or_else(not_built);
        if let Some(missing) = missing {
            return refuse(&missing);
        }
    }
    let runtime = Arc::new(Runtime::new().unwrap());
    runtime.spawn(end_with_everything());
    let times = Times::default();
    let conclusion = libtest_mimic::run(&arguments, trials(&runtime, &shapes, &times));
    processes::kill_all();
    print_slowest(&times);
    facts::faults::print_outcomes();
    if conclusion.has_failed() {
        eprintln!("logs and state are in {}", servers::FOLDER.display());
    } else if !arguments.list {
        let _ = std::fs::remove_dir_all(&*servers::FOLDER);
    }
    conclusion.exit_code()
}

fn refuse(why: &str) -> ExitCode {
    eprintln!("the integration tests cannot run: {why}");
    ExitCode::FAILURE
}

fn not_built() -> Option<String> {
    if edge::on_spin().is_some() || edge::host_program().exists() {
        return None;
    }
    Some(format!("there is no {}: run `make programs` or `make build` first", edge::host_program().display()))
}

/// Whoever stops the suite stops what it has started.
async fn end_with_everything() {
    let (mut terminate, mut interrupt) =
        (signal(SignalKind::terminate()).unwrap(), signal(SignalKind::interrupt()).unwrap());
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    processes::kill_all();
    std::process::exit(130);
}

/// How long each test took.
type Times = Arc<Mutex<Vec<(Duration, String)>>>;

/// Says where the time goes.
fn print_slowest(times: &Times) {
    const SHOWN: usize = 10;
    let mut times = std::mem::take(&mut *times.lock().unwrap());
    times.sort_unstable_by(|one, other| other.cmp(one));
    if times.len() > SHOWN {
        eprintln!("the slowest tests:");
        times.iter().take(SHOWN).for_each(|(took, name)| eprintln!("{:>6.1} s  {name}", took.as_secs_f64()));
    }
}

fn trials(runtime: &Arc<Runtime>, shapes: &[Shape], times: &Times) -> Vec<Trial> {
    let (mut trials, mut alone) = (Vec::new(), Vec::new());
    // Held by each test; as a writer by one that is to run alone.
    let company = Arc::new(RwLock::new(()));
    for shape in shapes {
        let stage = Arc::new(Stage::new(*shape));
        for fact in facts::all() {
            if !(fact.holds_in)(*shape) {
                continue;
            }
            let (stage, runtime, times, company) = (stage.clone(), runtime.clone(), times.clone(), company.clone());
            let name = format!("{shape}::{}::{}", fact.subject, fact.name);
            let timed = name.clone();
            let skipped = fact.subject == facts::OF_THE_HOST && edge::on_spin().is_some();
            let trial = Trial::test(name, move || {
                let _shared = (!fact.is_alone).then(|| company.read().unwrap_or_else(PoisonError::into_inner));
                let _alone = fact.is_alone.then(|| company.write().unwrap_or_else(PoisonError::into_inner));
                let started = Instant::now();
                runtime.block_on((fact.check)(stage));
                times.lock().unwrap().push((started.elapsed(), timed));
                Ok(())
            });
            if skipped {
                eprintln!("not on Spin, for it is about the embedded host: {}", trial.name());
            }
            let trial = trial.with_ignored_flag(skipped);
            if fact.is_alone { alone.push(trial) } else { trials.push(trial) }
        }
    }
    trials.extend(alone);
    trials
}
