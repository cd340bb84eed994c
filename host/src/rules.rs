//! `bheem-edge rules …`: for people who keep rules in git. Checks and tests run here, on the engine that is built in;
//! everything else goes to a running edge over its API.
//!
//! Exit codes: 0, all is well; 1, a check, a test or a precondition failed; 2, the command was wrong, or the edge could
//! not be reached or did not let it in.

/// Prints a line; who does not want to read on (`| head`) is not told.
macro_rules! say {
    ($($said:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout(), $($said)*);
    }};
}

mod backtest;
mod check;
pub mod client;
mod diff;
mod publish;
mod responses;
mod source;
mod watch;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use client::Edge;

/// What `bheem-edge rules` can be told.
#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check scripts: syntax, unknown names, unused code, tests
    ///
    /// Without --url on the engine that is built in. Exits with 1 if one does not pass.
    Check(CheckArgs),
    /// Run scripts' tests, and show each
    Test(CheckArgs),
    /// Make a version of a script; it is not in force until it is activated
    Push(PushArgs),
    /// Put a version in force
    Activate(ActivateArgs),
    /// Bring back the version that was in force before
    Rollback(RollbackArgs),
    /// Show what differs: a script from the version in force, or two versions
    Diff(DiffArgs),
    /// Show what a script or a version would have decided on the last recorded decisions
    Backtest(BacktestArgs),
    /// Check a script each time it is saved, and make a version of it if it passes
    Watch(WatchArgs),
}

/// Which edge, and as whom.
#[derive(Args, Clone)]
struct Connection {
    /// Where the edge is, such as https://edge.example.com
    #[arg(long, env = "BHEEM_EDGE_URL", default_value = "http://127.0.0.1:3000")]
    url: String,
    /// An API key with the scopes rules:read and rules:write
    #[arg(long, env = "BHEEM_EDGE_KEY", hide_env_values = true)]
    key: String,
}

/// An edge that may be left out.
#[derive(Args, Clone)]
struct OptionalConnection {
    /// Where the edge is; without it the engine that is built in does the work
    #[arg(long, requires = "key")]
    url: Option<String>,
    /// An API key with the scope rules:write
    #[arg(long, env = "BHEEM_EDGE_KEY", hide_env_values = true)]
    key: Option<String>,
}

/// A script on disk.
#[derive(Args, Clone)]
struct Source {
    /// The script, named after its rule: approval.rhai
    file: PathBuf,
    /// Its tests [default: NAME.tests.json beside the script, if it is there]
    #[arg(long)]
    tests: Option<PathBuf>,
    /// The rule, where the script has another name
    #[arg(long)]
    rule: Option<String>,
}

#[derive(Args)]
struct CheckArgs {
    /// The scripts, each named after its rule
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The tests, for one script [default: NAME.tests.json beside each, if it is there]
    #[arg(long)]
    tests: Option<PathBuf>,
    /// The rule, where the scripts have other names
    #[arg(long)]
    rule: Option<String>,
    #[command(flatten)]
    edge: OptionalConnection,
}

#[derive(Args)]
struct PushArgs {
    #[command(flatten)]
    source: Source,
    /// What is to be said of this version
    #[arg(long)]
    note: Option<String>,
    /// Put it in force at once
    #[arg(long)]
    activate: bool,
    #[command(flatten)]
    edge: Connection,
}

#[derive(Args)]
struct ActivateArgs {
    /// The rule
    rule: String,
    /// The version
    version: i64,
    /// Only if this version is in force now; without it, whichever is when the command starts
    #[arg(long, value_name = "VERSION")]
    instead_of: Option<i64>,
    #[command(flatten)]
    edge: Connection,
}

#[derive(Args)]
struct RollbackArgs {
    /// The rule
    rule: String,
    #[command(flatten)]
    edge: Connection,
}

#[derive(Args)]
struct DiffArgs {
    /// A script, to compare with the version in force; or a rule
    what: String,
    /// The version to begin with [default: the one in force]
    from: Option<i64>,
    /// The version to end with [default: the script, or the one in force]
    to: Option<i64>,
    /// The script's tests [default: NAME.tests.json beside it, if it is there]
    #[arg(long)]
    tests: Option<PathBuf>,
    /// Exit with 1 if there is a difference
    #[arg(long)]
    exit_code: bool,
    #[command(flatten)]
    edge: Connection,
}

#[derive(Args)]
struct BacktestArgs {
    /// A script, or a rule together with --version
    what: String,
    /// The version to try
    #[arg(long)]
    version: Option<i64>,
    /// On how many of the last decisions
    #[arg(long, default_value_t = 1000)]
    limit: u32,
    /// Exit with 1 if a decision would have been another
    #[arg(long)]
    fail_on_change: bool,
    #[command(flatten)]
    edge: Connection,
}

#[derive(Args)]
struct WatchArgs {
    #[command(flatten)]
    source: Source,
    /// Only check: make no versions
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    edge: OptionalConnection,
}

/// Why a command did not do what it was told.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It did, and what came out is bad: all was said already.
    #[error("")]
    Bad,
    /// The edge refuses: 1.
    #[error("{0}")]
    Refused(String),
    /// It could not be tried: 2.
    #[error("{0}")]
    Impossible(String),
}

/// What came of a command.
pub type Outcome = Result<(), Failure>;

/// Runs the command.
pub fn run(options: Options) -> ExitCode {
    finish(dispatch(options.command))
}

/// Runs a command, says what went wrong, and gives the exit code for it.
pub fn finish(command: impl Future<Output = Outcome>) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(command),
        Err(error) => Err(Failure::Impossible(error.to_string())),
    };
    let message = match &outcome {
        Ok(()) | Err(Failure::Bad) => String::new(),
        Err(failure) => format!("error: {failure}"),
    };
    if !message.is_empty() {
        eprintln!("{message}");
    }
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Bad | Failure::Refused(_)) => ExitCode::from(1),
        Err(Failure::Impossible(_)) => ExitCode::from(2),
    }
}

async fn dispatch(command: Command) -> Outcome {
    match command {
        Command::Check(args) => check::check(&args, false).await,
        Command::Test(args) => check::check(&args, true).await,
        Command::Push(args) => publish::push(&args).await,
        Command::Activate(args) => publish::activate(&args).await,
        Command::Rollback(args) => publish::roll_back(&args).await,
        Command::Diff(args) => diff::diff(&args).await,
        Command::Backtest(args) => backtest::backtest(&args).await,
        Command::Watch(args) => watch::watch(&args).await,
    }
}

impl Connection {
    fn open(&self) -> Result<Edge, Failure> {
        Edge::new(&self.url, &self.key)
    }
}

impl OptionalConnection {
    fn open(&self) -> Result<Option<Edge>, Failure> {
        match (&self.url, &self.key) {
            (Some(url), Some(key)) => Edge::new(url, key).map(Some),
            _ => Ok(None),
        }
    }
}
