//! How long decisions take: cold (engine, compile and first decision) and warm, in microseconds. Runs natively, and as
//! a WebAssembly command under any WASI 0.2 runtime.

mod machine_clock;

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use edge_rules::{Engine, Rule, shipped};
use machine_clock::MachineClock;

const INPUTS: [(Rule, &str); 4] = [
    (
        Rule::Approval,
        r#"{"kind":"checkout","amount":60000.00,"currency":"INR","tenantId":"t1","requester":{"id":"u1","role":"OWNER"}}"#,
    ),
    (
        Rule::Budget,
        r#"{"budget":{"limit":1000.00,"spent":700.00,"reserved":0,"currency":"INR","period":"2024-02"},"amount":100.00}"#,
    ),
    (Rule::RoleMapping, r#"{"jobTitle":"Senior Software Engineer","department":"Engineering"}"#),
    (
        Rule::SeatAccess,
        r#"{"seatStatus":"ACTIVE","subscriptionStatus":"ACTIVE","expiresAt":"2024-02-01T00:00:00Z","now":"2024-01-15T10:00:00Z"}"#,
    ),
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("{:>14} {:>12} {:>10} {:>10} {:>10} {:>10}", "rule", "first (µs)", "cold", "engine", "compile", "warm");
    for (rule, input) in INPUTS {
        // The first in this process pays for what is set up once, as a new instance does.
        let first = timed(1, || cold(rule, input))?;
        let cold_time = timed(300, || cold(rule, input))?;
        let engine = engine();
        let compiling = timed(300, || compile(&engine, rule).map(|_| ()))?;
        let building = timed(300, || {
            black_box(self::engine().compile(rule, ""))
                .err()
                .map(|_| ())
                .ok_or_else(|| "an empty script compiled".into())
        })?;
        let compiled = compile(&engine, rule)?;
        let warm = timed(20_000, || decide(&engine, &compiled, input))?;
        println!(
            "{:>14} {first:>12.1} {cold_time:>10.1} {building:>10.1} {compiling:>10.1} {warm:>10.2}",
            rule.as_str()
        );
    }
    Ok(())
}

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn engine() -> Engine {
    Engine::new(Arc::new(MachineClock(Instant::now())))
}

fn compile(engine: &Engine, rule: Rule) -> Result<edge_rules::Compiled, Box<dyn std::error::Error>> {
    engine.compile(rule, shipped(rule).script).map_err(|findings| format!("{findings:?}").into())
}

fn decide(engine: &Engine, compiled: &edge_rules::Compiled, input: &str) -> Outcome {
    black_box(engine.evaluate(compiled, black_box(input), false)?);
    Ok(())
}

fn cold(rule: Rule, input: &str) -> Outcome {
    let engine = engine();
    let compiled = compile(&engine, rule)?;
    decide(&engine, &compiled, input)
}

/// The median of seven runs, in microseconds for each time.
fn timed(times: u32, mut work: impl FnMut() -> Outcome) -> Result<f64, Box<dyn std::error::Error>> {
    let runs = if times == 1 { 1 } else { 7 };
    let mut took = Vec::new();
    for _ in 0..runs {
        let began = Instant::now();
        for _ in 0..times {
            work()?;
        }
        took.push(began.elapsed().as_secs_f64() * 1e6 / f64::from(times));
    }
    took.sort_by(f64::total_cmp);
    took.get(took.len() / 2).copied().ok_or_else(|| "nothing was timed".into())
}
