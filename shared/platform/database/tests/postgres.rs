//! Migrations on a PostgreSQL server of the test's own; where no server is installed there is nothing to test.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by a panic"
)]

mod server;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use edge_capabilities::Database;
use edge_capabilities::database::{DatabaseError, Dialect, Row, Value};
use edge_database::{Db, pending_migrations};

use server::{Postgres, start};

/// The last version of which builds noted nothing but its number.
const LAST_WITHOUT_STEPS: i64 = 10;

/// A database whose node ends at a statement: before it, or right after it.
struct Mortal {
    of: Arc<Postgres>,
    left: AtomicI64,
    makes_the_last: bool,
}

#[async_trait]
impl Database for Mortal {
    async fn query(&self, statement: &str, parameters: &[Value]) -> Result<Vec<Row>, DatabaseError> {
        match self.left.fetch_sub(1, Ordering::SeqCst) {
            2.. => return self.of.query(statement, parameters).await,
            1 if self.makes_the_last => drop(self.of.query(statement, parameters).await?),
            _ => {}
        }
        Err(DatabaseError::Unavailable("the node ended".into()))
    }

    async fn dialect(&self) -> Result<Dialect, DatabaseError> {
        Ok(Dialect::Postgres)
    }
}

async fn rows(database: &dyn Database, statement: &str) -> Vec<Row> {
    database.query(statement, &[]).await.unwrap_or_else(|error| panic!("{statement}: {error}"))
}

async fn execute(database: &dyn Database, statement: &str) {
    rows(database, statement).await;
}

/// Does as the builds up to [`LAST_WITHOUT_STEPS`] did.
async fn as_released(database: &Postgres, version: i64) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    execute(database, "CREATE TABLE IF NOT EXISTS schema_migrations (version BIGINT PRIMARY KEY)").await;
    for (number, file) in (1..=version).zip(files) {
        database.0.batch_execute(&std::fs::read_to_string(file).unwrap()).await.unwrap();
        execute(database, &format!("INSERT INTO schema_migrations (version) VALUES ({number})")).await;
    }
}

const COLUMNS: &str =
    "FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE 'schema_%'";

/// Two rows in each table; gives the tables.
async fn fill(database: &Postgres) -> Vec<String> {
    let mut tables = Vec::new();
    for table in rows(database, &format!("SELECT DISTINCT table_name::text {COLUMNS}")).await {
        let table = table.text(0).unwrap().to_owned();
        let columns = format!(
            "SELECT column_name::text, data_type::text {COLUMNS} AND table_name = '{table}' ORDER BY ordinal_position"
        );
        let (mut names, mut first, mut second) = (Vec::new(), Vec::new(), Vec::new());
        for (number, column) in rows(database, &columns).await.iter().enumerate() {
            names.push(column.text(0).unwrap().to_owned());
            let is_text = column.text(1).unwrap() == "text";
            first.push(if is_text { format!("'a{number}'") } else { format!("{number}1") });
            second.push(if is_text { format!("'b{number}'") } else { format!("{number}2") });
        }
        let (names, first, second) = (names.join(", "), first.join(", "), second.join(", "));
        execute(database, &format!("INSERT INTO {table} ({names}) VALUES ({first}), ({second})")).await;
        tables.push(table);
    }
    tables
}

/// The columns and indices.
async fn schema(database: &dyn Database) -> (Vec<Row>, Vec<Row>) {
    let columns = format!(
        "SELECT table_name::text, column_name::text, data_type::text, is_nullable::text {COLUMNS}
         ORDER BY table_name, column_name"
    );
    let indices = "SELECT indexdef::text FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT LIKE 'schema_%'
        ORDER BY indexdef";
    (rows(database, &columns).await, rows(database, indices).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn databases_of_all_released_versions_come_up_to_date_on_postgresql() {
    let Some(server) = start().await else {
        eprintln!("PostgreSQL is not installed: nothing was tested");
        return;
    };
    let new = Arc::new(server.new_database("new").await);
    Db::new(new.clone()).prepare().await.unwrap();
    let expected = schema(&*new).await;

    for version in 0..=LAST_WITHOUT_STEPS {
        let database = Arc::new(server.new_database(&format!("released_{version}")).await);
        as_released(&database, version).await;
        let filled = fill(&database).await;
        assert!(!pending_migrations(&*database).await.unwrap().is_empty());
        // A node ends at each of the statements in turn, until one comes through.
        for calls in 1.. {
            let makes_the_last = calls % 2 == 0;
            let mortal = Mortal { of: database.clone(), left: AtomicI64::new(calls), makes_the_last };
            if Db::new(Arc::new(mortal)).prepare().await.is_ok() {
                break;
            }
        }
        assert_eq!(pending_migrations(&*database).await, Ok(Vec::new()));
        assert_eq!(schema(&*database).await, expected, "from version {version}");
        for table in filled {
            let count = rows(&*database, &format!("SELECT COUNT(*) FROM {table}")).await;
            assert_eq!(count, [Row(vec![2.into()])], "{table} from version {version}");
        }
    }

    // Twenty nodes that start together.
    let first = server.new_database("together").await;
    let mut nodes = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let node = Db::new(Arc::new(server.connect("together").await));
        nodes.spawn(async move { node.prepare().await });
    }
    assert!(nodes.join_all().await.iter().all(Result::is_ok));
    assert_eq!(schema(&first).await, expected);

    // A newer build.
    execute(&first, "INSERT INTO schema_migrations (version) VALUES (99)").await;
    let refused = Db::new(Arc::new(first)).prepare().await;
    assert!(matches!(refused, Err(DatabaseError::NewerSchema(_))), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_says_of_its_clock_counts_on_postgresql() {
    use edge_capabilities::Timestamp;
    use edge_database::ClockState;

    let Some(server) = start().await else {
        eprintln!("PostgreSQL is not installed: nothing was tested");
        return;
    };
    let db = Db::new(Arc::new(server.new_database("clock").await));
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let now = Timestamp::from_millis(i64::try_from(now.as_millis()).unwrap());
    let day = Duration::from_hours(24);
    let day_before = Timestamp::from_millis(now.as_millis() - 86_400_000);
    assert_eq!(db.check_clock(now).await, Ok(ClockState::Good));
    for off in [now.plus(day), day_before] {
        assert_eq!(db.check_clock(off).await, Ok(ClockState::Off));
    }
    // A node that is ahead moves nothing.
    for _ in 0..10 {
        db.advance_retention_time(now.plus(day * 40)).await.unwrap();
    }
    let far = Timestamp::from_millis(i64::MAX);
    let retention_time = db.expired_before(far, Duration::ZERO).await.unwrap();
    assert!(retention_time < now.plus(Duration::from_mins(2)), "{retention_time}");
    db.check_readable().await.unwrap();
    db.check_writable(now).await.unwrap();
}
