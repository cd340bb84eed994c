//! What differs between scripts and versions.

use std::path::Path;

use edge_rules::Rule;

use super::client::Edge;
use super::responses::VersionResponse;
use super::source::{Script, rule_named};
use super::{DiffArgs, Failure, Outcome};

/// A script and its tests, from wherever.
struct Side {
    script: String,
    tests: String,
    /// Where it is from, for people.
    from: String,
}

/// Shows what differs.
pub async fn diff(args: &DiffArgs) -> Outcome {
    let edge = args.edge.open()?;
    let file = Path::new(&args.what);
    let (rule, on_disk) = if Rule::parse(&args.what).is_none() || file.is_file() {
        let script = Script::read(file, args.tests.as_deref(), None)?;
        (script.rule, Some(script))
    } else {
        (rule_named(&args.what)?, None)
    };
    let (from, to) = match (on_disk, args.from, args.to) {
        (Some(script), from, None) => (version(&edge, rule, from).await?, Side::of(script)),
        (None, Some(from), to) => (version(&edge, rule, Some(from)).await?, version(&edge, rule, to).await?),
        (Some(_), ..) => return Err(Failure::Impossible("a script is compared with one version".into())),
        (None, None, _) => return Err(Failure::Impossible("name a script, or one version or two".into())),
    };
    let mut differs = false;
    // Of tests the edge keeps the JSON, not the line break behind it.
    let tests = |side: &Side| format!("{}\n", side.tests.trim_end());
    let (old_tests, new_tests) = (tests(&from), tests(&to));
    for (kind, old, new) in [("rhai", &from.script, &to.script), ("tests.json", &old_tests, &new_tests)] {
        let header = |side: &Side| format!("{rule}.{kind} ({})", side.from);
        let lines = similar::TextDiff::from_lines(old, new);
        let unified = lines.unified_diff().header(&header(&from), &header(&to)).to_string();
        if !unified.is_empty() {
            say!("{}", unified.trim_end_matches('\n'));
            differs = true;
        }
    }
    if !differs {
        say!("no difference between {} and {}", from.from, to.from);
    }
    if differs && args.exit_code { Err(Failure::Bad) } else { Ok(()) }
}

/// A version; the one in force where none is named.
async fn version(edge: &Edge, rule: Rule, number: Option<i64>) -> Result<Side, Failure> {
    let path = number.map(|number| format!("/versions/{number}")).unwrap_or_default();
    let shown: VersionResponse = edge.get(rule.as_str(), &path).await?.read()?;
    let from = match number {
        Some(number) => format!("version {number}"),
        None => format!("version {}, in force", shown.version),
    };
    let tests = shown.tests.map(|tests| tests.get().to_owned()).filter(|tests| tests != "null").unwrap_or_default();
    Ok(Side { script: shown.script, tests, from })
}

impl Side {
    fn of(script: Script) -> Self {
        let from = script.path.display().to_string();
        Self { script: script.content.script, tests: script.content.tests.unwrap_or_default(), from }
    }
}
