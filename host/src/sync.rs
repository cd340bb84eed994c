//! `bheem-edge sync …`: brings a company's people or projects over from the ERP, and shows how it is getting on.
//!
//! Exit codes: 0, all are as the ERP has them; 1, the run failed, asks before it deactivates so many, or something is wrong
//! with somebody; 2, the command was wrong, or the edge could not be reached or did not let it in.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use bytes::Bytes;
use clap::{Args, Subcommand};
use http::Method;
use serde::Deserialize;
use serde_json::json;

use crate::rules::client::Edge;
use crate::rules::{Failure, Outcome, finish};

/// How often it is looked how the run is getting on.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// What `bheem-edge sync` can be told.
#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Bring employees over from HR, with the roles that the rule role_mapping gives them
    Employees(StartArgs),
    /// Bring projects over
    Projects(StartArgs),
    /// Show how the last run is getting on, or how it ended
    Status(Connection),
}

/// Which edge, as whom, and for which tenant.
#[derive(Args)]
struct Connection {
    /// The tenant's id: one of the group's own companies
    #[arg(long)]
    tenant: String,
    /// Where the edge is, such as https://edge.example.com
    #[arg(long, env = "BHEEM_EDGE_URL", default_value = "http://127.0.0.1:3000")]
    url: String,
    /// An API key with the scope erp:admin
    #[arg(long, env = "BHEEM_EDGE_KEY", hide_env_values = true)]
    key: String,
}

#[derive(Args)]
struct StartArgs {
    #[command(flatten)]
    edge: Connection,
    /// Have the run that stopped to ask go on, and deactivate those it asked about
    #[arg(long)]
    confirm_deactivations: bool,
}

/// Runs the command.
pub fn run(options: Options) -> ExitCode {
    match options.command {
        Command::Employees(args) => finish(start("employees", args)),
        Command::Projects(args) => finish(start("projects", args)),
        Command::Status(edge) => finish(show(edge)),
    }
}

#[derive(Deserialize)]
struct StartResponse {
    job_id: String,
}

#[derive(Deserialize)]
struct Status {
    status: String,
    kind: Option<String>,
    phase: Option<String>,
    pages: u64,
    total: u64,
    created: u64,
    updated: u64,
    reactivated: u64,
    unchanged: u64,
    kept_by_hand: u64,
    deactivated: u64,
    failed: u64,
    rule_version: Option<i64>,
    deactivations: Option<PendingDeactivations>,
    error: Option<String>,
    errors: Vec<RecordError>,
    next_due: Option<String>,
}

#[derive(Deserialize)]
struct PendingDeactivations {
    gone: u64,
    active: u64,
    reason: String,
}

#[derive(Deserialize)]
struct RecordError {
    employee_id: Option<String>,
    error: String,
}

async fn start(kind: &str, args: StartArgs) -> Outcome {
    let edge = open(&args.edge)?;
    let body = json!({"confirm_deactivations": args.confirm_deactivations}).to_string();
    let path = format!("/api/v1/erp-sync/{kind}");
    let started: StartResponse = edge.call(Method::POST, &path, None, Bytes::from(body)).await?.read()?;
    let path = format!("/api/v1/erp-sync/status?job_id={}", started.job_id);
    let mut shown = String::new();
    loop {
        let status = fetch_status(&edge, &path).await?;
        let line = status.progress();
        if line != shown {
            // Progress goes to standard error; the result goes to standard output.
            eprintln!("{line}");
            shown = line;
        }
        if status.status != "running" {
            return status.report();
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}

async fn show(connection: Connection) -> Outcome {
    let status = fetch_status(&open(&connection)?, "/api/v1/erp-sync/status").await?;
    match status.status.as_str() {
        "never_run" => {
            say("there was no run yet");
            Ok(())
        }
        "running" => {
            say(&status.progress());
            Ok(())
        }
        _ => status.report(),
    }
}

fn open(connection: &Connection) -> Result<Edge, Failure> {
    Edge::new(&connection.url, &connection.key)?.for_tenant(&connection.tenant)
}

async fn fetch_status(edge: &Edge, path: &str) -> Result<Status, Failure> {
    edge.call(Method::GET, path, None, Bytes::new()).await?.read()
}

/// Who does not want to read on is not told.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

impl Status {
    fn progress(&self) -> String {
        let phase = self.phase.as_deref().unwrap_or(&self.status);
        let wrong = if self.failed > 0 { format!(", {} with errors", self.failed) } else { String::new() };
        format!("{phase}: {} in {} pages{wrong}", self.total, self.pages)
    }

    /// Says what came of the run.
    fn report(&self) -> Outcome {
        let kind = self.kind.as_deref().unwrap_or("records");
        let by_rule = self.rule_version.map(|version| format!(", by role_mapping version {version}"));
        say(&format!(
            "{}: {kind}: {} new, {} changed, {} back, {} kept as set by hand, {} as before, {} deactivated, {} with errors{}",
            self.status,
            self.created,
            self.updated,
            self.reactivated,
            self.kept_by_hand,
            self.unchanged,
            self.deactivated,
            self.failed,
            by_rule.unwrap_or_default(),
        ));
        for wrong in &self.errors {
            say(&format!("  {}: {}", wrong.employee_id.as_deref().unwrap_or("?"), wrong.error));
        }
        match (self.status.as_str(), &self.deactivations, &self.error) {
            ("completed", ..) => {
                if let Some(due) = &self.next_due {
                    say(&format!("next due {due}"));
                }
                if self.failed > 0 { Err(Failure::Bad) } else { Ok(()) }
            }
            ("needs_confirmation", Some(asked), _) => Err(Failure::Refused(format!(
                "{} of {} would be deactivated: {}. Run it again with --confirm-deactivations, or put HR right and run it without",
                asked.gone, asked.active, asked.reason
            ))),
            (_, _, Some(error)) => Err(Failure::Refused(error.clone())),
            _ => Err(Failure::Refused(format!("the run is {}", self.status))),
        }
    }
}
