//! Nodes that are killed.

use std::sync::Arc;
use std::time::Instant;

use edge_capabilities::testing::SeededRandom;

use super::is_everything;
use super::load::{Load, settings};
use crate::edge::Stores;
use crate::shape::Stage;

pub async fn killed_at_random_under_load_it_loses_nothing(stage: Arc<Stage>) {
    let mut edge = stage.own_on(settings(), Stores::shared(stage.shape).await).await;
    let load = Load::start(&edge).await;
    let seed = chrono::Utc::now().timestamp_millis().unsigned_abs();
    println!("SEED={seed}");
    let random = SeededRandom::new(seed);
    let times = if is_everything() { 20 } else { 3 };
    let broken = Instant::now();
    let mut mended = broken;
    for _ in 0..times {
        load.goes_on_for(usize::try_from(random.below(40)).unwrap()).await;
        let victim = usize::try_from(random.below(edge.nodes.len() as u64)).unwrap();
        edge.nodes[victim].kill();
        mended = Instant::now();
        edge.nodes[victim].restart(&[]).await;
        load.nodes_are(&edge);
    }
    let nodes = if edge.nodes.len() > 1 { "one of two nodes" } else { "the node" };
    load.settle(&edge, &format!("{nodes} killed (kill -9), {times} times"), broken, mended).await;
}
