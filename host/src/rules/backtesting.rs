//! What a draft would have decided.

use std::path::Path;

use edge_rules::Rule;
use serde_json::json;

use super::answers::Difference;
use super::source::{Script, rule_named};
use super::{Backtesting, Failure, Outcome};

/// Shows what a draft would have changed.
pub async fn backtest(told: &Backtesting) -> Outcome {
    let edge = told.edge.open()?;
    let (rule, trial) = match told.version {
        Some(version) => (rule_named(&told.what)?, json!({ "version": version, "limit": told.limit })),
        None if Rule::parse(&told.what).is_some() && !Path::new(&told.what).is_file() => {
            return Err(Failure::Impossible("name a script, or a version of the rule by --version".into()));
        }
        None => {
            let script = Script::read(Path::new(&told.what), None, None)?;
            (script.rule, json!({ "script": script.content.script, "limit": told.limit }))
        }
    };
    let found: Difference = edge.post(rule.as_str(), "/backtest", None, &trial).await?.read()?;
    let Difference { compared, changed, errors, .. } = &found;
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
    if *errors > 0 || (told.fail_on_change && *changed > 0) { Err(Failure::Bad) } else { Ok(()) }
}
