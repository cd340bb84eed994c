//! SQLite files that cannot be written, synced or read.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::load::{Load, settings};
use crate::edge::{Edge, Stores};
use crate::servers::{Errno, Faults};
use crate::shape::Stage;

const RECORD: &str = "sqlite_db.db";
const CACHE: &str = "sqlite_key_value.db";

/// What an API key's maker, a gateway and whoever revokes are told while nothing can be written.
const REFUSED: [(&str, &str); 3] =
    [("key", "503 STORE_UNAVAILABLE"), ("payment", "503 STORE_UNAVAILABLE"), ("revocation", "503 STORE_UNAVAILABLE")];

async fn edge_under_faults(stage: &Stage) -> Edge {
    stage.own_on(settings(), Stores { faults: true, ..Stores::default() }).await
}

fn faults(edge: &Edge) -> &Faults {
    edge.nodes[0].faults.as_ref().unwrap()
}

async fn writes_fail(stage: Arc<Stage>, error: Errno, fault: &str) {
    let edge = edge_under_faults(&stage).await;
    let load = Load::start(&edge).await;
    let broken = Instant::now();
    faults(&edge).fail_writes(Some(error));
    for (what, with) in REFUSED {
        load.sees(broken, what, with).await;
    }
    // What is known is answered all the while.
    load.sees(Instant::now(), "check", "200").await;
    assert!(faults(&edge).failed() > 0);
    let mended = Instant::now();
    faults(&edge).fail_writes(None);
    load.settle(&edge, fault, broken, mended).await;
}

pub async fn a_full_disk_refuses_and_recovers(stage: Arc<Stage>) {
    writes_fail(stage, Errno::NoSpace, "disk full").await;
}

pub async fn a_read_only_disk_refuses_and_recovers(stage: Arc<Stage>) {
    writes_fail(stage, Errno::ReadOnly, "file system turns read-only").await;
}

pub async fn a_disk_that_does_not_write_refuses_and_recovers(stage: Arc<Stage>) {
    writes_fail(stage, Errno::Io, "writes fail (EIO)").await;
}

pub async fn a_record_that_another_process_locks_refuses_and_recovers(stage: Arc<Stage>) {
    let edge = stage.own_on(settings(), Stores::default()).await;
    let load = Load::start(&edge).await;
    let other = rusqlite::Connection::open(edge.nodes[0].state().join(RECORD)).unwrap();
    other.busy_timeout(Duration::from_secs(60)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let broken = Instant::now();
    for (what, with) in REFUSED {
        load.sees(broken, what, with).await;
    }
    load.sees(Instant::now(), "check", "200").await;
    let mended = Instant::now();
    other.execute_batch("ROLLBACK").unwrap();
    load.settle(&edge, "record locked by another process", broken, mended).await;
}

pub async fn a_failed_sync_ends_the_host_before_anybody_is_answered(stage: Arc<Stage>) {
    let mut edge = edge_under_faults(&stage).await;
    let load = Load::start(&edge).await;
    let broken = Instant::now();
    faults(&edge).fail_syncs(Some(Errno::Io));
    let status = edge.nodes[0].process().end(Duration::from_secs(60)).await;
    assert_eq!(status.code(), Some(74), "{}", edge.log());
    assert!(faults(&edge).failed() > 0);
    assert!(edge.log().contains("the disk did not keep what was written"), "{}", edge.log());
    let mended = Instant::now();
    faults(&edge).fail_syncs(None);
    edge.nodes[0].restart(&[]).await;
    load.nodes_are(&edge);
    load.settle(&edge, "sync fails (EIO); the supervisor starts the host again", broken, mended).await;
}

pub async fn a_start_writes_anew_what_was_not_synced(stage: Arc<Stage>) {
    let mut edge = edge_under_faults(&stage).await;
    let load = Load::start(&edge).await;
    load.goes_on_for(20).await;
    let broken = Instant::now();
    edge.nodes[0].kill();
    let before = faults(&edge).recording().len();
    let mended = Instant::now();
    edge.nodes[0].restart(&[]).await;
    load.nodes_are(&edge);
    load.goes_on_for(20).await;
    let recording = faults(&edge).recording();
    for file in [RECORD, CACHE] {
        assert!(recording.starts_over(before, file), "{file}");
    }
    load.settle(&edge, "killed, and started on journals that may not be on disk", broken, mended).await;
}

/// Writes nonsense over the first page of each table, but for what says which version the schema has.
fn damage(file: &Path) {
    let tables: Vec<usize> = {
        let opened = rusqlite::Connection::open(file).unwrap();
        let find = "SELECT rootpage FROM sqlite_schema WHERE type = 'table' AND name <> 'schema_migrations'";
        let mut find = opened.prepare(find).unwrap();
        let pages = find.query_map([], |row| row.get::<_, i64>(0)).unwrap();
        pages.map(|page| usize::try_from(page.unwrap()).unwrap()).collect()
    };
    const PAGE: usize = 4096;
    let mut bytes = std::fs::read(file).unwrap();
    for page in tables {
        bytes[(page - 1) * PAGE..page * PAGE].fill(0xA5);
    }
    std::fs::write(file, bytes).unwrap();
}

pub async fn a_damaged_page_is_said_and_a_copy_of_the_file_mends_it(stage: Arc<Stage>) {
    for (file, fault, refused) in [
        (RECORD, "record damaged; restored from a copy", REFUSED.as_slice()),
        (CACHE, "cache file damaged; deleted", &[("revocation", "503 STORE_UNAVAILABLE")]),
    ] {
        let mut edge = stage.own_on(settings(), Stores::default()).await;
        let load = Load::start(&edge).await;
        load.goes_on_for(40).await;
        let broken = Instant::now();
        // A host that is told to stop leaves no journal behind.
        edge.nodes[0].terminate();
        edge.nodes[0].process().end(Duration::from_secs(60)).await;
        let (path, copy) = (edge.nodes[0].state().join(file), edge.nodes[0].state().join("copy"));
        std::fs::copy(&path, &copy).unwrap();
        let journal = edge.nodes[0].state().join(format!("{file}-wal"));
        assert!(std::fs::metadata(&journal).map_or(0, |journal| journal.len()) == 0, "{}", journal.display());
        damage(&path);
        edge.nodes[0].restart(&[]).await;
        load.nodes_are(&edge);
        for (what, with) in refused {
            load.sees(broken, what, with).await;
        }
        assert!(edge.log().contains("a SQLite file is damaged"), "{}", edge.log());
        edge.nodes[0].kill();
        let mended = Instant::now();
        for suffix in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(edge.nodes[0].state().join(format!("{file}{suffix}")));
        }
        if file == RECORD {
            std::fs::copy(&copy, &path).unwrap();
        }
        edge.nodes[0].restart(&[]).await;
        load.nodes_are(&edge);
        load.settle(&edge, fault, broken, mended).await;
    }
}
