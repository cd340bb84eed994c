//! Clocks that jump, and clocks that differ between nodes.

use std::sync::Arc;
use std::time::Instant;

use super::load::{Load, settings};
use crate::edge::{Edge, Stores};
use crate::shape::Stage;

const SECOND: i64 = 1_000;
const HOUR: i64 = 3_600 * SECOND;

fn set(edge: &Edge, node: usize, ahead: i64) {
    edge.nodes[node].faults.as_ref().unwrap().set_clock_ahead(ahead);
}

/// Answers that are waited for under each clock.
const ANSWERS: usize = 120;

pub async fn a_node_whose_clock_is_ahead_or_behind_grants_nothing_that_was_revoked(stage: Arc<Stage>) {
    let stores = Stores { faults: true, ..Stores::shared(stage.shape).await };
    let edge = stage.own_on(settings(), stores).await;
    let load = Load::start(&edge).await;
    let broken = Instant::now();
    for (one, other) in [(30 * SECOND, 0), (0, 30 * SECOND), (-HOUR, 0), (HOUR, -HOUR)] {
        set(&edge, 0, one);
        set(&edge, 1, other);
        load.goes_on_for(ANSWERS).await;
    }
    let mended = Instant::now();
    (0..2).for_each(|node| set(&edge, node, 0));
    load.settle(&edge, "clocks of two nodes differ by 30 s, 1 h, 2 h", broken, mended).await;
}

pub async fn a_clock_that_jumps_breaks_no_promise(stage: Arc<Stage>) {
    let edge = stage.own_on(settings(), Stores { faults: true, ..Stores::default() }).await;
    let load = Load::start(&edge).await;
    let broken = Instant::now();
    for ahead in [30 * SECOND, 0, -30 * SECOND, 0, HOUR, 0, -HOUR] {
        set(&edge, 0, ahead);
        load.goes_on_for(ANSWERS).await;
    }
    let mended = Instant::now();
    set(&edge, 0, 0);
    load.settle(&edge, "clock jumps by 30 s and by 1 h, forward and back", broken, mended).await;
}
