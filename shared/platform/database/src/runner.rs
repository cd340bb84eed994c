//! Applies migrations, and checks whether this build can work with a database.
//!
//! Any number of nodes may do so at once, and any of them may die between two statements: the others, or the next that
//! starts, complete its work. On PostgreSQL a migration is one transaction under a lock. On SQLite, where only single
//! statements and no transactions are available, all nodes go through the same steps:
//!
//! - `CREATE … IF NOT EXISTS` and `DROP … IF EXISTS` can be repeated.
//! - `ALTER TABLE … ADD COLUMN` and `DROP COLUMN` fail the second time; the table then shows that they ran.
//! - Data is changed by a trigger on the table of steps: the insert that records the step also runs the change, so both
//!   happen or neither does, and only once.

use std::collections::BTreeMap;

use edge_capabilities::Database;
use edge_capabilities::database::{DatabaseError, Dialect};

use crate::migrations::{Migration, latest, numbered};
use crate::statement::Kind;

const VERSIONS: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (version BIGINT PRIMARY KEY)";

/// The progress of migrations on SQLite. Step `n` is recorded only after all steps up to `n` have run.
const STEPS: &str = "CREATE TABLE IF NOT EXISTS schema_steps (
    version BIGINT NOT NULL,
    step    BIGINT NOT NULL,
    PRIMARY KEY (version, step)
)";

/// The applied migrations: for each version, the minimum version that a build must know to work with it; None if an older
/// build applied it, which did not record that.
type Applied = BTreeMap<i64, Option<i64>>;

/// Applies the missing migrations of `list`. An error if a newer build changed the database, and this build cannot work with
/// the change or cannot know whether it can.
pub(crate) async fn migrate(database: &dyn Database, list: &[Migration]) -> Result<(), DatabaseError> {
    let missing = missing(database, list).await?;
    if missing.is_empty() {
        return Ok(());
    }
    let dialect = database.dialect().await?;
    match dialect {
        Dialect::Postgres => {
            // Nodes that start together wait for the first.
            let versions = format!(
                "DO $migration$ BEGIN
                    PERFORM pg_advisory_xact_lock(8006);
                    {VERSIONS};
                    ALTER TABLE schema_migrations ADD COLUMN IF NOT EXISTS min_build BIGINT;
                END $migration$"
            );
            database.query(&versions, &[]).await?;
        }
        Dialect::Sqlite => {
            // Allows reads during a write. The setting persists in the file. It fails while others have the file open, and
            // then they have set it.
            let _ = database.query("PRAGMA journal_mode = WAL", &[]).await;
            database.query(VERSIONS, &[]).await?;
            change_column(database, "ALTER TABLE schema_migrations ADD COLUMN min_build BIGINT").await?;
            database.query(STEPS, &[]).await?;
        }
    }
    for (version, migration) in numbered(list).filter(|(version, _)| missing.contains(version)) {
        match dialect {
            Dialect::Postgres => drop(database.query(&for_postgres(version, migration), &[]).await?),
            Dialect::Sqlite => run_on_sqlite(database, version, migration).await?,
        }
    }
    Ok(())
}

/// The versions of `list` that were not yet applied. An error if this build cannot work with the database.
pub(crate) async fn missing(database: &dyn Database, list: &[Migration]) -> Result<Vec<i64>, DatabaseError> {
    let applied = applied(database).await?;
    refuse_newer(&applied, latest(list))?;
    Ok(numbered(list).map(|(version, _)| version).filter(|version| !applied.contains_key(version)).collect())
}

async fn applied(database: &dyn Database) -> Result<Applied, DatabaseError> {
    let rows = match database.query("SELECT version, min_build FROM schema_migrations", &[]).await {
        Ok(rows) => rows,
        // Either the table does not exist, or an older build created it without `min_build`.
        Err(DatabaseError::Refused(_)) => {
            let versions = database.query("SELECT version, CAST(NULL AS BIGINT) FROM schema_migrations", &[]).await;
            match versions {
                Err(DatabaseError::Refused(_)) => Vec::new(),
                versions => versions?,
            }
        }
        Err(error) => return Err(error),
    };
    rows.iter().map(|row| Ok((row.integer(0)?, row.optional_integer(1)?))).collect()
}

/// An older build keeps working beside a newer one that only adds. It is refused if the newer one says so, or if nothing
/// says that it can work.
fn refuse_newer(applied: &Applied, known: i64) -> Result<(), DatabaseError> {
    for (version, min_build) in applied.range(known.saturating_add(1)..) {
        let why = match min_build {
            Some(min_build) if *min_build <= known => continue,
            Some(min_build) => format!("needs a build that knows version {min_build}"),
            None => "does not say which builds can work with it".to_owned(),
        };
        return Err(DatabaseError::NewerSchema(format!(
            "the database's schema is newer than this build: this build knows version {known}, the database is at \
             version {version}, which {why}"
        )));
    }
    Ok(())
}

/// One statement, and so one transaction, that does nothing if the migration was already applied. The lock makes nodes that
/// start together wait for the first. The migration does not wait long for a table in use: all later statements would
/// wait behind it.
fn for_postgres(version: i64, migration: &Migration) -> String {
    let Migration { statements, min_build, .. } = migration;
    format!(
        "DO $migration$ BEGIN
            PERFORM pg_advisory_xact_lock(8006);
            IF NOT EXISTS (SELECT 1 FROM schema_migrations WHERE version = {version}) THEN
                PERFORM set_config('lock_timeout', '3s', true);
                {statements}
                INSERT INTO schema_migrations (version, min_build) VALUES ({version}, {min_build});
            END IF;
        END $migration$"
    )
}

async fn run_on_sqlite(database: &dyn Database, version: i64, migration: &Migration) -> Result<(), DatabaseError> {
    drop_stale_triggers(database).await?;
    for (step, statement) in (1_i64..).zip(migration.each()) {
        if is_recorded(database, version, step).await? {
            continue;
        }
        match Kind::of(&statement)? {
            Kind::Create => drop(database.query(&statement, &[]).await?),
            Kind::Drop => {
                database.query(&statement, &[]).await?;
                record_step(database, version, step).await?;
            }
            Kind::Column { .. } => {
                change_column(database, &statement).await?;
                record_step(database, version, step).await?;
            }
            Kind::Data => {
                let trigger = format!(
                    "CREATE TRIGGER IF NOT EXISTS migration_{version}_{step} AFTER INSERT ON schema_steps
                     WHEN NEW.version = {version} AND NEW.step = {step} BEGIN {statement}; END"
                );
                database.query(&trigger, &[]).await?;
                record_step(database, version, step).await?;
                database.query(&format!("DROP TRIGGER IF EXISTS migration_{version}_{step}"), &[]).await?;
            }
        }
    }
    let applied = "INSERT INTO schema_migrations (version, min_build) VALUES ($1, $2)
        ON CONFLICT (version) DO NOTHING";
    database.query(applied, &[version.into(), migration.min_build.into()]).await?;
    Ok(())
}

/// Drops the triggers of recorded steps, which remain when a node dies in between. Triggers of other steps may be in use.
async fn drop_stale_triggers(database: &dyn Database) -> Result<(), DatabaseError> {
    let left = "SELECT name FROM sqlite_master WHERE type = 'trigger'
        AND name IN (SELECT 'migration_' || version || '_' || step FROM schema_steps)";
    for row in database.query(left, &[]).await? {
        database.query(&format!("DROP TRIGGER IF EXISTS {}", row.text(0)?), &[]).await?;
    }
    Ok(())
}

/// Whether the step has run.
async fn is_recorded(database: &dyn Database, version: i64, step: i64) -> Result<bool, DatabaseError> {
    let statement = "SELECT (SELECT COUNT(*) FROM schema_migrations WHERE version = $1)
        + (SELECT COUNT(*) FROM schema_steps WHERE version = $1 AND step >= $2)";
    let rows = database.query(statement, &[version.into(), step.into()]).await?;
    Ok(rows.first().map_or(Ok(0), |row| row.integer(0))? > 0)
}

async fn record_step(database: &dyn Database, version: i64, step: i64) -> Result<(), DatabaseError> {
    let statement = "INSERT INTO schema_steps (version, step) VALUES ($1, $2) ON CONFLICT (version, step) DO NOTHING";
    database.query(statement, &[version.into(), step.into()]).await.map(drop)
}

/// Adds or drops a column on SQLite, unless another node has done so.
async fn change_column(database: &dyn Database, statement: &str) -> Result<(), DatabaseError> {
    let Err(error) = database.query(statement, &[]).await else { return Ok(()) };
    if let (Kind::Column { table, column, added }, DatabaseError::Refused(_)) = (Kind::of(statement)?, &error) {
        let columns = "SELECT LOWER(name) FROM pragma_table_info($1)";
        let rows = database.query(columns, &[table.into()]).await?;
        let is_there = rows.iter().any(|row| row.text(0).is_ok_and(|name| name == column));
        if !rows.is_empty() && is_there == added {
            return Ok(());
        }
    }
    Err(error)
}

#[cfg(test)]
mod tests;
