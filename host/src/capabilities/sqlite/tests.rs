use super::*;

fn open(database: &Database) -> OpenDatabase {
    OpenDatabase::new(database.clone())
}

async fn execute_all(open: &OpenDatabase) -> [Result<QueryResult, Error>; 3] {
    let run = async |statement: &str| execute(open.clone(), statement.to_owned(), Vec::new()).await;
    [
        run("CREATE TABLE IF NOT EXISTS t (a INTEGER)").await,
        run("INSERT INTO t (a) VALUES (1)").await,
        run("SELECT COUNT(*) FROM t").await,
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_whose_file_is_lost_under_way_is_refused_and_never_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state/record.db");
    let database = Database::open(&SqliteBackend(Some(path.clone()))).unwrap();
    let connected = open(&database);
    assert!(execute_all(&connected).await.iter().all(Result::is_ok));
    let aside = folder.path().join("aside");
    std::fs::rename(&path, &aside).unwrap();
    for replaced in [false, true] {
        if replaced {
            std::fs::write(&path, "").unwrap();
        }
        // Neither one that was open, nor a new one.
        for open in [&connected, &open(&database)] {
            for result in execute_all(open).await {
                let Err(Error::Io(reason)) = result else { panic!("it went on without its file") };
                assert!(reason.contains("unable to open"), "{reason}");
            }
        }
        assert_eq!(path.exists(), replaced);
    }
    std::fs::rename(&aside, &path).unwrap();
    assert!(execute_all(&connected).await.iter().all(Result::is_ok));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_not_there_at_the_start_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("record.db");
    for _ in 0..2 {
        let database = Database::open(&SqliteBackend(Some(path.clone()))).unwrap();
        assert!(path.exists());
        assert!(execute_all(&open(&database)).await.iter().all(Result::is_ok));
    }
    let database = Database::open(&SqliteBackend(None)).unwrap();
    assert!(execute_all(&open(&database)).await.iter().all(Result::is_ok));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_has_only_read_is_used_again() {
    let database = Database::open(&SqliteBackend(None)).unwrap();
    let run = async |open: &OpenDatabase, statement: &str| {
        execute(open.clone(), statement.to_owned(), Vec::new()).await.map(|result| result.rows.len())
    };
    let idle = || database.idle.lock().unwrap().len();
    let first = open(&database);
    run(&first, "CREATE TABLE t (a INTEGER)").await.unwrap();
    run(&first, "INSERT INTO t (a) VALUES (1), (2)").await.unwrap();
    drop(first);
    assert_eq!(idle(), 0, "a table was made on it");
    for statement in ["CREATE TEMP TABLE own (a)", "BEGIN", "WITH x (a) AS (VALUES (3)) INSERT INTO t SELECT a FROM x"]
    {
        for round in 0..2 {
            let reads = open(&database);
            assert!(run(&reads, "SELECT a FROM t").await.unwrap() >= 2);
            assert_eq!(last(reads.clone()).await, (0, 0), "of whom it had before");
            assert_eq!(idle(), 0, "{round}: it is the one that was idle");
            drop(reads);
            assert_eq!(idle(), 1);
        }
        let other = open(&database);
        run(&other, "SELECT a FROM t").await.unwrap();
        run(&other, statement).await.unwrap();
        drop(other);
        assert_eq!(idle(), 0, "{statement}");
        assert!(run(&open(&database), "SELECT a FROM own").await.is_err());
        database.idle.lock().unwrap().clear();
    }
    let many: Vec<_> = (0..MAX_IDLE + 3).map(|_| open(&database)).collect();
    for open in &many {
        run(open, "SELECT 1").await.unwrap();
    }
    drop(many);
    assert_eq!(idle(), MAX_IDLE);
}

#[test]
fn a_statement_is_planned_once_whatever_its_parameters() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("record.db");
    let made = "CREATE TABLE t (a TEXT, kind TEXT); CREATE INDEX t_open ON t (a) WHERE kind = 'open'";
    Connection::open(&path).unwrap().execute_batch(made).unwrap();
    let connection = connect(&path).unwrap();
    let mut statement = connection.prepare("SELECT a FROM t WHERE a = ?1 AND kind = ?2").unwrap();
    for kind in ["open", "done", "open"] {
        assert!(!statement.exists(["a", kind]).unwrap());
    }
    assert_eq!(statement.get_status(rusqlite::StatementStatus::RePrepare), 0);
}
