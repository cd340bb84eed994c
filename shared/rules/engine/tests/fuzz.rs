//! Random scripts bring nothing down.

mod support;

use edge_rules::fuzz;
use support::engine;

#[test]
fn random_scripts_end_without_a_panic() {
    let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_260_101);
    let rounds = std::env::var("ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(10_000);
    println!("SEED={seed} ROUNDS={rounds}");
    let counts = fuzz::run(&engine(), seed, rounds);
    println!("{counts:?}");
    let fuzz::OutcomeCounts { uncompiled, decided, invalid, failed, limited } = counts;
    assert_eq!(uncompiled + decided + invalid + failed + limited, rounds);
    // Scripts of every kind were among them.
    for count in [uncompiled, decided, invalid, failed] {
        assert!(count > rounds / 100, "{counts:?}");
    }
}
