//! `bheem-edge migrate`: brings the database up to date by hand, before a new build serves with it. The edge does so by itself
//! at its first request.
//!
//! Exit codes: 0, the database is up to date; 1, with --check, it is not; 2, it cannot be reached, or a newer build changed it
//! in a way that this build cannot work with.

mod database;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use edge_capabilities::Database;
use edge_database::{Db, pending_migrations};

use crate::manifest::Manifest;
use crate::rules::{Failure, Outcome, finish};
use crate::runtime_config::{RuntimeConfig, SqliteBackend};
use crate::up::name_and_value;
use crate::variables::Variables;
use database::{Postgres, Sqlite};

/// The label of the database's database, where it is SQLite.
const LABEL: &str = "default";

/// What `bheem-edge migrate` can be told.
#[derive(Args)]
pub struct Options {
    /// The application's manifest
    #[arg(short = 'f', long = "from", default_value = "spin.toml")]
    manifest: PathBuf,
    /// Folder of the default database [default: .spin beside the manifest]
    #[arg(long)]
    state_dir: Option<PathBuf>,
    /// Which backend stands behind each store
    #[arg(long)]
    runtime_config_file: Option<PathBuf>,
    /// Set an application variable, such as database_url; may be given several times
    #[arg(long = "variable", value_name = "NAME=VALUE", value_parser = name_and_value)]
    variables: Vec<(String, String)>,
    /// Show what is to be done, and do nothing
    #[arg(long)]
    check: bool,
}

/// Runs the command.
pub fn run(options: &Options) -> ExitCode {
    finish(migrate(options))
}

async fn migrate(options: &Options) -> Outcome {
    let impossible = |error: &dyn ToString| Failure::Impossible(error.to_string());
    let database = open(options).await.map_err(|error| Failure::Impossible(format!("{error:#}")))?;
    let pending = pending_migrations(&*database).await.map_err(|error| impossible(&error))?;
    if pending.is_empty() {
        say("The database is up to date.");
        return Ok(());
    }
    if !options.check {
        Db::new(database).prepare().await.map_err(|error| impossible(&error))?;
    }
    let what = if options.check { "to be done" } else { "done" };
    for migration in pending {
        say(&format!("{}  {what}", migration.name));
    }
    if options.check { Err(Failure::Bad) } else { Ok(()) }
}

/// The database as `bheem-edge up` with the same options would open it.
async fn open(options: &Options) -> anyhow::Result<Arc<dyn Database>> {
    let manifest = Manifest::load(&options.manifest)?;
    let given: BTreeMap<String, String> = options.variables.iter().cloned().collect();
    let variables = Variables::resolve(&manifest, &given, |key| std::env::var(key).ok())?;
    let url = if manifest.variables.contains_key("database_url") {
        variables.fill("{{ database_url }}")?
    } else {
        String::new()
    };
    if !url.is_empty() {
        return Ok(Arc::new(Postgres::connect(&url).await?));
    }
    let state_dir = options.state_dir.clone().unwrap_or_else(|| manifest.folder.join(".spin"));
    let config = RuntimeConfig::load(options.runtime_config_file.as_deref(), &state_dir)?;
    let SqliteBackend(path) = config.sqlite_database(LABEL)?;
    let Some(path) = path else { anyhow::bail!("the database {LABEL:?} is in memory: there is nothing to migrate") };
    // To look must not make a file.
    Ok(Arc::new(Sqlite::open(path, !options.check)?))
}

/// Prints a line; who does not want to read on (`| head`) is not told.
fn say(line: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stdout(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(folder: &std::path::Path, check: bool) -> Options {
        std::fs::write(folder.join("spin.toml"), "spin_manifest_version = 2\n[application]\nname = \"a\"\n[trigger]\n")
            .unwrap();
        Options {
            manifest: folder.join("spin.toml"),
            state_dir: None,
            runtime_config_file: None,
            variables: Vec::new(),
            check,
        }
    }

    #[tokio::test]
    async fn a_check_makes_nothing_and_a_migration_brings_the_record_up_to_date() {
        let folder = tempfile::tempdir().unwrap();
        let (check, migration) = (options(folder.path(), true), options(folder.path(), false));
        let file = folder.path().join(".spin/sqlite_db.db");
        assert!(matches!(migrate(&check).await, Err(Failure::Bad)));
        assert!(!file.exists());
        migrate(&migration).await.unwrap();
        assert!(file.exists());
        migrate(&check).await.unwrap();
        migrate(&migration).await.unwrap();
        let database = open(&check).await.unwrap();
        database.query("DELETE FROM schema_migrations WHERE version = 12", &[]).await.unwrap();
        assert!(matches!(migrate(&check).await, Err(Failure::Bad)));
        migrate(&migration).await.unwrap();
        migrate(&check).await.unwrap();
    }

    #[tokio::test]
    async fn a_record_that_a_newer_build_changed_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let options = options(folder.path(), false);
        migrate(&options).await.unwrap();
        let database = open(&options).await.unwrap();
        database.query("INSERT INTO schema_migrations (version) VALUES (99)", &[]).await.unwrap();
        let Err(Failure::Impossible(why)) = migrate(&options).await else { panic!("it was not refused") };
        assert!(why.contains("newer than this build"), "{why}");
    }
}
