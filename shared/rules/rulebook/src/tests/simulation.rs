//! Random publishers, deciders, losses and outages. Whatever happens: a decision names the version that made it, and a
//! decision that begins after an activation was answered is by that version or a later one.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use edge_capabilities::testing::{SeededRandom, World};
use edge_rules::Rule;

use super::{Instance, context, instance, saying};
use crate::error::PublishError;

const STEPS: u64 = 400;

/// What is known of activations for sure: the version, in the order in which they were answered.
#[derive(Default)]
struct Answered(Mutex<Vec<i64>>);

impl Answered {
    fn count(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    fn last(&self) -> Option<i64> {
        self.0.lock().unwrap().last().copied()
    }
}

async fn run(seed: u64) {
    let world = World::new(seed);
    let random = SeededRandom::new(seed);
    let mut instances: Vec<Instance> = (0..3).map(|_| instance(&world)).collect();
    let mut words = HashMap::new();
    for number in 0..6 {
        let word = format!("v{number}");
        let version = instances[0].push(Rule::Approval, &saying(&word)).await;
        words.insert(version, word);
    }
    let versions: Vec<i64> = words.keys().copied().collect();
    let answered = Arc::new(Answered::default());
    for step in 0..STEPS {
        let pick = |bound: usize| usize::try_from(random.below(bound as u64)).unwrap();
        match random.below(20) {
            0 => world.cache.lose_everything(),
            1 => world.cache.lose(|key| key.starts_with("rule-turn:")),
            2 => world.cache.lose(|key| key.starts_with("rule-copy:")),
            3 => {
                let index = pick(instances.len());
                instances[index].tasks.kill();
                instances[index] = instance(&world);
            }
            4 => world.clock.advance(Duration::from_millis(random.below(7000))).await,
            _ => {}
        }
        // One activation, and deciders before, during and after it.
        let version = versions[pick(versions.len())];
        let publisher = &instances[pick(instances.len())];
        let publishing = async {
            let before = answered.count();
            match publisher.activate(Rule::Approval, version).await {
                Ok(version) => answered.0.lock().unwrap().push(version),
                Err(refused) => assert!(matches!(refused, PublishError::Stale), "seed {seed}, step {step}: {refused}"),
            }
            assert_eq!(answered.count(), before + 1, "seed {seed}, step {step}");
        };
        let deciding = futures::future::join_all(instances.iter().map(|decider| {
            let (answered, words) = (answered.clone(), &words);
            let naps = random.below(30);
            async move {
                for _ in 0..naps {
                    tokio::task::yield_now().await;
                }
                let (count, last) = (answered.count(), answered.last());
                let decided = decider.rulebook.decide_json(Rule::Approval, super::PURCHASE, &context()).await.unwrap();
                match words.get(&decided.version) {
                    Some(word) => assert!(decided.outcome.contains(&format!("\"{word}\"")), "seed {seed}, step {step}"),
                    None => assert_eq!(decided.version, 1, "seed {seed}, step {step}"),
                }
                // Nobody else publishes: what is in force is what was answered last, or the one on its way.
                if answered.count() == count {
                    let possible = [last.unwrap_or(1), version];
                    assert!(
                        possible.contains(&decided.version),
                        "seed {seed}, step {step}: {} {possible:?}",
                        decided.version
                    );
                }
            }
        }));
        futures::join!(publishing, deciding);
        for decider in &instances {
            let decided = decider.rulebook.decide_json(Rule::Approval, super::PURCHASE, &context()).await.unwrap();
            assert_eq!(Some(decided.version), answered.last(), "seed {seed}, step {step}: the next decision");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_is_lost_the_next_decision_is_by_what_was_put_in_force() {
    let first: u64 = std::env::var("EDGE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    for seed in first..first + 20 {
        println!("EDGE_SEED={seed}");
        run(seed).await;
    }
}
