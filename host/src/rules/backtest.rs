//! What a draft would have decided.

use std::path::Path;

use edge_rules::Rule;
use serde_json::json;

use super::responses::BacktestResult;
use super::source::{Script, rule_named};
use super::{BacktestArgs, Failure, Outcome};

/// Shows what a draft would have changed.
pub async fn backtest(args: &BacktestArgs) -> Outcome {
    let edge = args.edge.open()?;
    let (rule, trial) = match args.version {
        Some(version) => (rule_named(&args.what)?, json!({ "version": version, "limit": args.limit })),
        None if Rule::parse(&args.what).is_some() && !Path::new(&args.what).is_file() => {
            return Err(Failure::Impossible("name a script, or a version of the rule by --version".into()));
        }
        None => {
            let script = Script::read(Path::new(&args.what), None, None)?;
            (script.rule, json!({ "script": script.content.script, "limit": args.limit }))
        }
    };
    let found: BacktestResult = edge.post(rule.as_str(), "/backtest", None, &trial).await?.read()?;
    let BacktestResult { compared, changed, errors, .. } = &found;
    say!("{rule}: compared {compared} decisions: {changed} would have changed, {errors} would have failed");
    if found.reworded > 0 {
        say!("{} would have been decided the same, with another reason", found.reworded);
    }
    if found.cut_short {
        say!("time was up before all were compared");
    }
    for example in &found.examples {
        say!("\n{}", example.decision_id);
        for (what, json) in [("input", &example.input), ("before", &example.before), ("after", &example.after)] {
            say!("  {what:<7} {}", json.get());
        }
    }
    if *errors > 0 || (args.fail_on_change && *changed > 0) { Err(Failure::Bad) } else { Ok(()) }
}
