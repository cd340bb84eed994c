//! A PostgreSQL that restarts, loses its connections, takes no writes, or fails over.

use std::sync::Arc;
use std::time::Instant;

use super::load::{Load, settings};
use crate::edge::{Edge, Stores};
use crate::servers::Postgres;
use crate::shape::Stage;

/// While the record takes no writes.
const REFUSED: [(&str, &str); 3] =
    [("key", "503 STORE_UNAVAILABLE"), ("payment", "503 STORE_UNAVAILABLE"), ("revocation", "503 STORE_UNAVAILABLE")];

async fn edge_on(stage: &Stage, database: (String, String)) -> Edge {
    stage.own_on(settings(), Stores { postgres: Some(database), ..Stores::default() }).await
}

async fn all_are_refused(load: &Load, since: Instant) {
    for (what, with) in REFUSED {
        load.sees(since, what, with).await;
    }
    load.sees(Instant::now(), "check", "200").await;
}

pub async fn a_server_that_restarts_loses_nothing(stage: Arc<Stage>) {
    let mut postgres = Postgres::start().await;
    let edge = edge_on(&stage, postgres.new_database().await).await;
    let load = Load::start(&edge).await;
    let broken = Instant::now();
    postgres.kill();
    all_are_refused(&load, broken).await;
    let mended = Instant::now();
    postgres.restart().await;
    load.settle(&edge, "PostgreSQL down, and back", broken, mended).await;
}

pub async fn connections_that_are_killed_are_replaced(stage: Arc<Stage>) {
    let postgres = Postgres::start().await;
    let edge = edge_on(&stage, postgres.new_database().await).await;
    let load = Load::start(&edge).await;
    let broken = Instant::now();
    for _ in 0..5 {
        load.goes_on_for(20).await;
        postgres.run_sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'edge_%'").await;
    }
    load.settle(&edge, "PostgreSQL's connections killed, 5 times", broken, Instant::now()).await;
}

pub async fn a_primary_that_turns_read_only_is_asked_until_it_takes_writes_again(stage: Arc<Stage>) {
    let postgres = Postgres::start().await;
    let edge = edge_on(&stage, postgres.new_database().await).await;
    let load = Load::start(&edge).await;
    let broken = Instant::now();
    postgres.run_sql("ALTER SYSTEM SET default_transaction_read_only = on").await;
    postgres.run_sql("SELECT pg_reload_conf()").await;
    all_are_refused(&load, broken).await;
    let mended = Instant::now();
    postgres.run_sql("ALTER SYSTEM RESET default_transaction_read_only").await;
    postgres.run_sql("SELECT pg_reload_conf()").await;
    load.settle(&edge, "PostgreSQL takes no writes (25006), and takes them again", broken, mended).await;
}

pub async fn a_demoted_primary_is_left_for_the_new_one(stage: Arc<Stage>) {
    // What is acknowledged is on both.
    let mut old = Postgres::start_with(&["synchronous_standby_names=*"]).await;
    let new = old.new_standby().await;
    let (url, host) = old.new_database().await;
    // In the order of the addresses the old one comes first, whatever becomes of it.
    let url = url.replace(&host, &format!("{host},{}", new.address()));
    let edge = edge_on(&stage, (url, "127.0.0.1:*".to_owned())).await;
    let load = Load::start(&edge).await;
    let broken = Instant::now();
    old.kill();
    all_are_refused(&load, broken).await;
    let mended = Instant::now();
    new.run_sql("SELECT pg_promote()").await;
    // It is back, and answers reads.
    old.restart_demoted().await;
    load.settle(&edge, "PostgreSQL fails over; the old primary is back, read-only", broken, mended).await;
}
