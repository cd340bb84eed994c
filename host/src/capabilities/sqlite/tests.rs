use super::*;

fn open(database: &Database) -> OpenDatabase {
    let (connection, is_its_own, last) = Default::default();
    OpenDatabase { database: database.clone(), connection, is_its_own, last }
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
