//! `bheem-edge seats …`: brings the seats of an application over from the ERP or from a file, before its `seatSource` becomes
//! `edge`. Everything is made through the API of a running edge.
//!
//! Exit codes: 0, all seats of the source are there; 1, some are refused, or lines of the file are bad; 2, the command was
//! wrong, or the edge could not be reached or did not let it in.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use clap::{ArgGroup, Args, Subcommand};
use edge_seat_import::{ApiAnswer, EdgeApi, ImportError, ImportOptions, csv, erp, import};
use http::Method;
use serde_json::Value;

use crate::rules::client::Edge;
use crate::rules::{Failure, Outcome, finish};

/// What `bheem-edge seats` can be told.
#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Bring seats over from the ERP or a CSV file; may be run again, also after it was killed
    Import(Importing),
}

#[derive(Args)]
#[command(group(ArgGroup::new("source").required(true).multiple(true).args(["erp", "csv"])))]
struct Importing {
    /// The application's slug
    #[arg(long)]
    application: String,
    /// Read the seats from the ERP: of the users in --csv, or else of all users of all organizations that the edge knows
    #[arg(long)]
    erp: bool,
    /// A file with the columns external_org_id and user_id, and optionally seat_status, organization_id, plan_id, seats,
    /// subscription_status, current_period_end
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// The plan of subscriptions that have to be made, where the file names none
    #[arg(long)]
    plan: Option<String>,
    /// Change nothing; say what would be made
    #[arg(long)]
    dry_run: bool,
    /// Import the good lines of a file that has bad ones
    #[arg(long, requires = "csv")]
    skip_bad_lines: bool,
    /// Where the edge is, such as https://edge.example.com
    #[arg(long, env = "BHEEM_EDGE_URL", default_value = "http://127.0.0.1:3000")]
    url: String,
    /// A platform key with the scopes applications:read, organizations:read, subscriptions:write, tenants:admin, seats:write
    /// and, for --erp, seats:verify
    #[arg(long, env = "BHEEM_EDGE_KEY", hide_env_values = true)]
    key: String,
}

/// Does as it is told.
pub fn run(options: Options) -> ExitCode {
    match options.command {
        Command::Import(told) => finish(run_import(told)),
    }
}

#[async_trait]
impl EdgeApi for Edge {
    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<ApiAnswer, String> {
        let body = body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string()));
        let answer = Edge::call(self, method, path, None, body).await.map_err(|failure| failure.to_string())?;
        Ok(ApiAnswer { status: answer.status().as_u16(), body: answer.body_as().unwrap_or(Value::Null) })
    }

    async fn pause(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Refused(why) => Self::Refused(why),
            ImportError::Impossible(why) => Self::Impossible(why),
        }
    }
}

async fn run_import(told: Importing) -> Outcome {
    let edge = Edge::new(&told.url, &told.key)?;
    let mut bad_lines = 0;
    let mut listed = None;
    if let Some(path) = &told.csv {
        let unreadable = |error: std::io::Error| Failure::Impossible(format!("{}: {error}", path.display()));
        let file = csv::read(&std::fs::read(path).map_err(unreadable)?);
        for bad in &file.bad {
            say(bad);
        }
        bad_lines = file.bad.len();
        if bad_lines > 0 && !told.skip_bad_lines {
            let hint = "nothing was imported: put them right, or leave them out by --skip-bad-lines";
            return Err(Failure::Refused(format!("{bad_lines} bad in {}; {hint}", path.display())));
        }
        listed = Some(file.seats);
    }
    let seats = match (told.erp, listed) {
        (false, listed) => listed.unwrap_or_default(),
        (true, listed) => {
            let subjects = match listed {
                None => erp::known_subjects(&edge, &told.application).await?,
                Some(seats) => seats.into_iter().map(erp::Subject::from).collect(),
            };
            let all = subjects.len();
            erp::read(&edge, &told.application, subjects, |read| eprintln!("read from the ERP {read}/{all}")).await?
        }
    };
    let options = ImportOptions { application: told.application, plan: told.plan, is_dry_run: told.dry_run };
    // Progress goes to standard error; the result goes to standard output.
    let report = import(&edge, &options, seats, |progress| eprintln!("{progress}")).await?;
    say(&report.to_string().trim_end());
    if report.refused.is_empty() && bad_lines == 0 { Ok(()) } else { Err(Failure::Bad) }
}

/// Who does not want to read on is not told.
fn say(line: &impl std::fmt::Display) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
