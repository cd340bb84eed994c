//! `bheem-edge tenants …`: for those who set an edge up.
//!
//! Exit codes: 0, all is well; 1, the edge refuses; 2, the command was wrong, or the edge could not be reached or did not
//! let it in.

use std::io::Write as _;
use std::process::ExitCode;

use bytes::Bytes;
use clap::{Args, Subcommand};
use http::Method;
use serde::Deserialize;

use crate::rules::client::Edge;
use crate::rules::{Outcome, finish};

/// What `bheem-edge tenants` can be told.
#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make BHM001 to BHM008 internal tenants; those that are tenants already stay as they are
    ProvisionInternal(Connection),
}

/// Which edge, and as whom.
#[derive(Args)]
struct Connection {
    /// Where the edge is, such as https://edge.example.com
    #[arg(long, env = "BHEEM_EDGE_URL", default_value = "http://127.0.0.1:3000")]
    url: String,
    /// An API key of the platform's with the scope tenants:admin
    #[arg(long, env = "BHEEM_EDGE_KEY", hide_env_values = true)]
    key: String,
}

/// Runs the command.
pub fn run(options: Options) -> ExitCode {
    match options.command {
        Command::ProvisionInternal(edge) => finish(provision(edge)),
    }
}

#[derive(Deserialize)]
struct ProvisionResponse {
    data: Vec<Tenant>,
    created: Vec<String>,
}

#[derive(Deserialize)]
struct Tenant {
    id: String,
    name: String,
    erp_company_code: Option<String>,
}

async fn provision(edge: Connection) -> Outcome {
    let edge = Edge::new(&edge.url, &edge.key)?;
    let answer = edge.call(Method::POST, "/api/v1/tenants/provision-internal", None, Bytes::new()).await?;
    let provisioned: ProvisionResponse = answer.read()?;
    let mut shown = String::new();
    for tenant in provisioned.data {
        let code = tenant.erp_company_code.unwrap_or_default();
        let what = if provisioned.created.contains(&code) { "made" } else { "was there" };
        shown.push_str(&format!("{code}  {}  {}  {what}\n", tenant.id, tenant.name));
    }
    // Who does not want to read on is not told.
    let _ = std::io::stdout().write_all(shown.as_bytes());
    Ok(())
}
