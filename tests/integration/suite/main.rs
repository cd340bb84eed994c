//! The edge as its users meet it: started as they start it, asked over HTTP, on the stores it runs on.
//!
//! Every fact is checked in every shape that it holds in; a test is called `shape::subject::fact`. The options are
//! those of `cargo test`. Beyond them:
//!
//! | variable | means |
//! |---|---|
//! | `EDGE_TESTS_SHAPES` | some of `sqlite,redis,postgres,two-nodes`; all where it is not set |
//! | `SPIN` | path of stock Spin, to run the suite on instead of the embedded host |
//! | `EDGE_TESTS_MANIFEST` | another manifest than `spin.toml`: of other builds of the components |
//! | `BHEEM_EDGE` | path of the embedded host; `target/release/bheem-edge` where it is not set |
//!
//! The edge is taken as it was built: `make build` comes first.

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
use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};
use shape::{Shape, Stage};
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};

/// Tests that run at once, unless told: they wait more than they compute, and the machine may be a small one.
const AT_ONCE: usize = 3;

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
    let conclusion = libtest_mimic::run(&arguments, trials(&runtime, &shapes));
    processes::kill_all();
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
    Some(format!("there is no {}: run `make build` first", edge::host_program().display()))
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

fn trials(runtime: &Arc<Runtime>, shapes: &[Shape]) -> Vec<Trial> {
    let mut trials = Vec::new();
    for shape in shapes {
        let stage = Arc::new(Stage::new(*shape));
        for fact in facts::all() {
            if !(fact.holds_in)(*shape) {
                continue;
            }
            let (stage, runtime) = (stage.clone(), runtime.clone());
            let name = format!("{shape}::{}::{}", fact.subject, fact.name);
            let skipped = fact.subject == facts::OF_THE_HOST && edge::on_spin().is_some();
            let trial = Trial::test(name, move || {
                runtime.block_on((fact.check)(stage));
                Ok(())
            });
            if skipped {
                eprintln!("not on Spin, for it is about the embedded host: {}", trial.name());
            }
            trials.push(trial.with_ignored_flag(skipped));
        }
    }
    trials
}
