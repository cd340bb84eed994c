//! Random and hostile scripts, to be run as a WebAssembly command under any WASI 0.2 runtime: a trap would end it, and
//! the stack is as small there as it is in a component. `hardening [ROUNDS [SEED]]`.

mod machine_clock;

use std::sync::Arc;
use std::time::{Duration, Instant};

use edge_rules::fuzz::hostile::{ExpectedEnd, scripts};
use edge_rules::{Engine, FailureKind, Rule, fuzz};
use machine_clock::MachineClock;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let rounds = arguments.next().map_or(Ok(10_000), |rounds| rounds.parse())?;
    let seed = arguments.next().map_or(Ok(20_260_101), |seed| seed.parse())?;
    let engine = Engine::new(Arc::new(MachineClock(Instant::now())));
    for (name, script, ends) in scripts() {
        let began = Instant::now();
        let compiled = engine.compile(Rule::RoleMapping, &script);
        let ended = compiled.map(|compiled| {
            // The dearest way: with a look at each line.
            engine.evaluate(&compiled, r#"{"jobTitle":"CTO","department":""}"#, true).map_err(|failure| failure.kind)
        });
        let took = began.elapsed();
        let as_it_has_to = match (&ended, ends) {
            (Err(_), ExpectedEnd::Uncompiled) | (Ok(Err(FailureKind::Script { .. })), ExpectedEnd::AsError) => true,
            // With a look at each line the time may be over before another limit is reached.
            (Ok(Err(FailureKind::Limit(limit))), ExpectedEnd::AtLimit(limits)) => {
                limits.contains(limit) || *limit == edge_rules::Limit::Time
            }
            _ => false,
        };
        println!("{:>9.2} ms {name}", took.as_secs_f64() * 1e3);
        if !as_it_has_to {
            return Err(format!("{name} ended as {ended:?}").into());
        }
        if took > Duration::from_millis(100) {
            println!("          ^ more than 100 ms");
        }
    }
    println!("SEED={seed} ROUNDS={rounds}");
    println!("{:?}", fuzz::run(&engine, seed, rounds));
    Ok(())
}
