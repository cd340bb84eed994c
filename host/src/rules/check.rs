//! Checks, on the engine that is built in or on a running edge.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use edge_capabilities::{Clock, Timestamp};

use super::client::Edge;
use super::responses::Report;
use super::source::Script;
use super::{CheckArgs, Failure, Outcome};

/// Checks scripts; shows `each` test, or those that failed alone.
pub async fn check(args: &CheckArgs, each: bool) -> Outcome {
    if args.tests.is_some() && args.files.len() > 1 {
        return Err(Failure::Impossible("--tests is for one script".into()));
    }
    let edge = args.edge.open()?;
    let mut all_pass = true;
    for file in &args.files {
        let script = Script::read(file, args.tests.as_deref(), args.rule.as_deref())?;
        if each && script.tests_path.is_none() {
            return Err(Failure::Impossible(format!("{} has no tests: name them by --tests", file.display())));
        }
        all_pass &= check_one(edge.as_ref(), &script, each).await?;
    }
    if all_pass { Ok(()) } else { Err(Failure::Bad) }
}

/// Checks `script`, shows what was found, gives whether it passes.
pub async fn check_one(edge: Option<&Edge>, script: &Script, each: bool) -> Result<bool, Failure> {
    let report: Report = match edge {
        Some(edge) => edge.post(script.rule.as_str(), "/check", None, &script.content).await?.read()?,
        None => built_in(script)?,
    };
    report.print(script, each);
    Ok(report.ok)
}

fn built_in(script: &Script) -> Result<Report, Failure> {
    let engine = edge_rules::Engine::new(Arc::new(SystemClock(Instant::now())));
    let report = engine.check(script.rule, &script.content.script, script.content.tests.as_deref());
    // The same shape as over HTTP, shown by the same code.
    let impossible = |error: serde_json::Error| Failure::Impossible(error.to_string());
    serde_json::from_str(&serde_json::to_string(&report).map_err(impossible)?).map_err(impossible)
}

/// The time of this machine.
struct SystemClock(Instant);

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
