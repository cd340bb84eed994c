//! Faults of what the edge stands on: what its callers see of them, that nothing is lost which was acknowledged, and that
//! it recovers by itself.
//!
//! `make chaos` runs all of it and prints the table of `docs/faults.md`; `make test` runs a part.

mod clocks;
mod disk;
mod load;
mod postgres;
mod power;
mod processes;
mod redis;
mod upstreams;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use crate::edge::on_spin;
use crate::facts::facts;
use crate::shape::Shape;
use clocks::{
    a_clock_that_jumps_breaks_no_promise, a_node_whose_clock_is_ahead_or_behind_grants_nothing_that_was_revoked,
};
use disk::{
    a_damaged_page_is_said_and_a_copy_of_the_file_mends_it, a_disk_that_does_not_write_refuses_and_recovers,
    a_failed_sync_ends_the_host_before_anybody_is_answered, a_full_disk_refuses_and_recovers,
    a_read_only_disk_refuses_and_recovers, a_record_that_another_process_locks_refuses_and_recovers,
    a_start_writes_anew_what_was_not_synced,
};
use postgres::{
    a_demoted_primary_is_left_for_the_new_one, a_primary_that_turns_read_only_is_asked_until_it_takes_writes_again,
    a_server_that_restarts_loses_nothing, connections_that_are_killed_are_replaced,
};
use power::a_loss_of_power_loses_nothing_that_was_acknowledged;
use processes::killed_at_random_under_load_it_loses_nothing;
use redis::{
    a_fail_over_to_a_stale_replica_grants_nothing_that_was_revoked, a_redis_that_comes_and_goes_loses_nothing,
    a_redis_that_is_emptied_under_load_loses_nothing, a_redis_that_takes_no_writes_is_connected_to_anew,
};
use upstreams::whatever_becomes_of_an_upstreams_answer_the_caller_is_told_and_may_try_again;

facts! {
    a_loss_of_power_loses_nothing_that_was_acknowledged: embedded_on_sqlite,
    whatever_becomes_of_an_upstreams_answer_the_caller_is_told_and_may_try_again: in_full_on_sqlite,
    a_failed_sync_ends_the_host_before_anybody_is_answered: embedded_on_sqlite,
    a_start_writes_anew_what_was_not_synced: in_full_on_sqlite,
    a_record_that_another_process_locks_refuses_and_recovers: embedded_on_sqlite,
    a_full_disk_refuses_and_recovers: embedded_on_sqlite,
    a_read_only_disk_refuses_and_recovers: embedded_on_sqlite,
    a_disk_that_does_not_write_refuses_and_recovers: embedded_on_sqlite,
    a_damaged_page_is_said_and_a_copy_of_the_file_mends_it: in_full_on_sqlite,
    a_redis_that_comes_and_goes_loses_nothing: |shape| shape == Shape::Redis,
    a_redis_that_is_emptied_under_load_loses_nothing: |shape| shape == Shape::Redis,
    a_redis_that_takes_no_writes_is_connected_to_anew: |shape| shape == Shape::Redis,
    a_fail_over_to_a_stale_replica_grants_nothing_that_was_revoked: |shape| shape == Shape::Redis,
    a_server_that_restarts_loses_nothing: |shape| shape == Shape::Postgres,
    connections_that_are_killed_are_replaced: |shape| shape == Shape::Postgres,
    a_primary_that_turns_read_only_is_asked_until_it_takes_writes_again: |shape| shape == Shape::Postgres,
    a_demoted_primary_is_left_for_the_new_one: |shape| shape == Shape::Postgres,
    killed_at_random_under_load_it_loses_nothing: in_full_on_one_node_and_two,
    a_node_whose_clock_is_ahead_or_behind_grants_nothing_that_was_revoked: in_full_on_two_nodes,
    a_clock_that_jumps_breaks_no_promise: in_full_on_sqlite,
}

fn embedded() -> bool {
    on_spin().is_none()
}

fn embedded_on_sqlite(shape: Shape) -> bool {
    shape == Shape::Sqlite && embedded()
}

/// Too long for `make test`.
fn in_full_on_sqlite(shape: Shape) -> bool {
    is_everything() && embedded_on_sqlite(shape)
}

fn in_full_on_one_node_and_two(shape: Shape) -> bool {
    is_everything() && matches!(shape, Shape::Sqlite | Shape::TwoNodes)
}

fn in_full_on_two_nodes(shape: Shape) -> bool {
    is_everything() && shape == Shape::TwoNodes && embedded()
}

/// Whether everything is to be tried, or the part of it that `make test` has time for.
fn is_everything() -> bool {
    std::env::var("EDGE_CHAOS").is_ok_and(|wanted| wanted == "all")
}

/// What came of a fault.
struct Outcome {
    /// What went wrong.
    fault: String,
    /// What callers were answered meanwhile, and how often.
    seen: BTreeMap<String, usize>,
    /// How much was acknowledged, and is there.
    kept: usize,
    /// How long after it was mended everything worked again.
    recovered: Option<Duration>,
}

static OUTCOMES: Mutex<Vec<Outcome>> = Mutex::new(Vec::new());

impl Outcome {
    fn tell(self) {
        OUTCOMES.lock().unwrap().push(self);
    }
}

/// Prints a line for each fault, as a table.
pub fn print_outcomes() {
    let outcomes = std::mem::take(&mut *OUTCOMES.lock().unwrap());
    if outcomes.is_empty() {
        return;
    }
    println!("\n| fault | callers saw | acknowledged: kept, lost | recovered after |\n|---|---|---|---|");
    for Outcome { fault, seen, kept, recovered } in outcomes {
        let seen: Vec<String> = seen.iter().map(|(what, times)| format!("{what} ({times})")).collect();
        let recovered = recovered.map_or("-".to_owned(), |after| format!("{:.1} s", after.as_secs_f64()));
        println!("| {fault} | {} | {kept}, 0 | {recovered} |", seen.join(", "));
    }
}
