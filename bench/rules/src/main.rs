//! The rule `approval`, as shipped, on this engine and on others: JSON in and JSON out, natively, on one thread.
//!
//! Each engine is given the same inputs and must give the same outcomes before its time counts. "warm" is a decision by
//! an engine that has been set up; "cold" is setting one up, from its source, and one decision.

mod cedar;
mod edge;
mod regorus;
mod zen;

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};

/// Limits by currency: up to the first nobody is asked, up to the second the finance manager alone. As in
/// rules/approval.rhai.
pub const LIMITS: [(&str, &str, &str); 4] = [
    ("INR", "50000.00", "500000.00"),
    ("USD", "500.00", "5000.00"),
    ("EUR", "500.00", "5000.00"),
    ("GBP", "500.00", "5000.00"),
];

/// What is decided: small and large, below, at and above the limits, known currencies and one that is not.
const PURCHASES: [(&str, &str); 9] = [
    ("INR", "499.00"),
    ("INR", "50000.00"),
    ("INR", "50000.01"),
    ("INR", "500000.01"),
    ("USD", "120.50"),
    ("EUR", "4999.99"),
    ("GBP", "250000.00"),
    ("JPY", "100"),
    ("USD", "-1.00"),
];

/// An engine that has been set up.
pub trait Decider {
    /// The outcome for an input, JSON in and out.
    fn decide(&mut self, input: &str) -> anyhow::Result<String>;
}

type SetUp = fn() -> anyhow::Result<Box<dyn Decider>>;

const ENGINES: [(&str, SetUp); 4] = [
    ("this engine (Rhai)", edge::set_up),
    ("ZEN", zen::set_up),
    ("regorus (Rego)", regorus::set_up),
    ("Cedar", cedar::set_up),
];

struct Laps {
    /// Microseconds.
    p50: f64,
    p99: f64,
    laps: usize,
}

fn main() -> anyhow::Result<()> {
    let seconds: f64 = std::env::args().nth(1).map_or(Ok(2.0), |text| text.parse())?;
    let inputs: Vec<String> = PURCHASES.iter().map(|(currency, amount)| input(currency, amount)).collect();
    let mut expected = Vec::new();
    let mut rows = Vec::new();
    for (name, set_up) in ENGINES {
        let mut decider = set_up().with_context(|| format!("{name} cannot be set up"))?;
        let outcomes = inputs.iter().map(|input| Ok(serde_json::from_str(&decider.decide(input)?)?));
        let outcomes = outcomes.collect::<anyhow::Result<Vec<Value>>>().with_context(|| name.to_owned())?;
        if expected.is_empty() {
            expected.clone_from(&outcomes);
        }
        same(name, &inputs, &expected, &outcomes)?;
        let mut decide = |number: usize| decider.decide(&inputs[number % inputs.len()]).map(drop);
        timed(seconds / 4.0, &mut decide)?;
        let warm = timed(seconds, &mut decide)?;
        let cold = timed(seconds, |number| set_up()?.decide(&inputs[number % inputs.len()]).map(drop))?;
        rows.push((name, warm, cold));
    }
    if let Some((outcomes, warm, cold)) = json_rules_engine(&inputs, seconds)? {
        same("json-rules-engine", &inputs, &expected, &outcomes)?;
        rows.push(("json-rules-engine (Node.js)", warm, cold));
    }
    println!(
        "{:<28} {:>12} {:>12} {:>12} {:>12}",
        "approval, one decision", "warm p50 µs", "p99", "cold p50 µs", "p99"
    );
    for (name, warm, cold) in &rows {
        println!("{name:<28} {:>12.1} {:>12.1} {:>12.1} {:>12.1}", warm.p50, warm.p99, cold.p50, cold.p99);
    }
    let told = rows.iter().map(|(name, warm, cold)| {
        let laps = |laps: &Laps| json!({"p50_us": laps.p50, "p99_us": laps.p99, "laps": laps.laps});
        json!({"engine": name, "warm": laps(warm), "cold": laps(cold)})
    });
    eprintln!("{}", Value::from_iter(told));
    Ok(())
}

fn input(currency: &str, amount: &str) -> String {
    format!(
        r#"{{"kind":"checkout","amount":{amount},"currency":"{currency}","tenantId":"t1","requester":{{"id":"u1","role":"MEMBER"}}}}"#
    )
}

fn same(name: &str, inputs: &[String], expected: &[Value], outcomes: &[Value]) -> anyhow::Result<()> {
    ensure!(expected.len() == outcomes.len(), "{name} decided {} of {}", outcomes.len(), expected.len());
    for ((input, expected), outcome) in inputs.iter().zip(expected).zip(outcomes) {
        if expected != outcome {
            bail!("{name} decides otherwise\n  for {input}\n  {outcome}\n  not {expected}");
        }
    }
    Ok(())
}

fn timed(seconds: f64, mut work: impl FnMut(usize) -> anyhow::Result<()>) -> anyhow::Result<Laps> {
    let (started, mut laps) = (Instant::now(), Vec::new());
    while started.elapsed() < Duration::from_secs_f64(seconds) {
        let lap = Instant::now();
        work(laps.len())?;
        laps.push(lap.elapsed().as_secs_f64() * 1e6);
    }
    laps.sort_by(f64::total_cmp);
    let at = |percent: usize| laps.get(laps.len() * percent / 100).copied().unwrap_or_default();
    Ok(Laps { p50: at(50), p99: at(99), laps: laps.len() })
}

/// The same by json-rules-engine, in a process of Node's that times itself. None: Node, or the engine, is not there.
fn json_rules_engine(inputs: &[String], seconds: f64) -> anyhow::Result<Option<(Vec<Value>, Laps, Laps)>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/json-rules-engine");
    if !std::path::Path::new(folder).join("node_modules").exists() {
        eprintln!("json-rules-engine is not installed: npm ci in bench/rules/json-rules-engine");
        return Ok(None);
    }
    let limits =
        LIMITS.map(|(currency, alone, finance)| (currency.to_owned(), json!({"alone": alone, "finance": finance})));
    let told = json!({"inputs": inputs, "seconds": seconds, "limits": Value::from_iter(limits)});
    let mut node = Command::new("node");
    let node = node.arg("run.mjs").current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut node = node.spawn().context("cannot run node")?;
    node.stdin.take().context("no input")?.write_all(told.to_string().as_bytes())?;
    let said = node.wait_with_output()?;
    ensure!(said.status.success(), "json-rules-engine failed");
    let said: Value = serde_json::from_slice(&said.stdout)?;
    let laps = |of: &str| {
        let number = |field: &str| said[of][field].as_f64().unwrap_or_default();
        Laps { p50: number("p50"), p99: number("p99"), laps: number("laps") as usize }
    };
    let outcomes = said["outcomes"].as_array().context("no outcomes")?.clone();
    Ok(Some((outcomes, laps("warm"), laps("cold"))))
}
