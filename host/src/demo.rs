//! `bheem-edge demo …`: a sample company to try enterprise billing with. Everything is made through the API of a running edge.
//!
//! Exit codes: 0, the company is there; 1, the edge refuses; 2, the command was wrong, or the edge could not be reached or did
//! not let it in.

mod client;
mod company;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use self::client::Client;
use crate::rules::client::Edge;
use crate::rules::{Outcome, finish};

/// The tenant of the sample company, where no other is named.
const TENANT: &str = "0a5cbe5e-6d0f-4b7a-9f0e-2f6a1d9c7e11";

/// What `bheem-edge demo` can be told.
#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a sample company: entities, departments, contracts, budgets; may be run again, also after it was killed
    Seed(Seeding),
}

#[derive(Args)]
struct Seeding {
    /// The tenant that the company is made in [default: a tenant of its own, which is made]
    #[arg(long)]
    tenant: Option<String>,
    /// Where the edge is, such as https://edge.example.com
    #[arg(long, env = "BHEEM_EDGE_URL", default_value = "http://127.0.0.1:3000")]
    url: String,
    /// A key with the scopes enterprise:read, enterprise:write, billing:read, billing:write and, for a tenant of its own,
    /// tenants:admin
    #[arg(long, env = "BHEEM_EDGE_KEY", hide_env_values = true)]
    key: String,
}

/// Does as it is told.
pub fn run(options: Options) -> ExitCode {
    match options.command {
        Command::Seed(told) => finish(seed(told)),
    }
}

async fn seed(told: Seeding) -> Outcome {
    let tenant = told.tenant.as_deref().unwrap_or(TENANT);
    let mut client = Client::new(Edge::new(&told.url, &told.key)?.for_tenant(tenant)?);
    if told.tenant.is_none() {
        company::make_tenant(&mut client, tenant).await?;
    }
    let company = company::make(&mut client).await?;
    let url = told.url.trim_end_matches('/');
    let mut shown = format!("{}\n\nTo see it, with the key in BHEEM_EDGE_KEY:\n\n", client.summary());
    for (what, path) in company.shows() {
        shown.push_str(&format!(
            "# {what}\ncurl -s '{url}{path}' -H \"Authorization: Bearer $BHEEM_EDGE_KEY\" -H 'X-Tenant-Id: {tenant}'\n"
        ));
    }
    // Who does not want to read on is not told.
    let _ = std::io::stdout().write_all(shown.as_bytes());
    Ok(())
}
