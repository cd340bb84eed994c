//! A script that is being written: checked each time it is saved.

use std::path::Path;
use std::time::{Duration, SystemTime};

use super::check::check_one;
use super::publish::{make, short};
use super::source::Script;
use super::{Failure, Outcome, WatchArgs};

/// How often the files are looked at.
const POLL_INTERVAL: Duration = Duration::from_millis(300);

/// Checks the script now and each time it is saved, until it is interrupted.
pub async fn watch(args: &WatchArgs) -> Outcome {
    let edge = args.edge.open()?;
    let source = &args.source;
    let mut last: Option<Vec<Option<SystemTime>>> = None;
    let mut pushed = None;
    // Wrong from the start is wrong; gone for a moment while an editor saves is not.
    let first = Script::read(&source.file, source.tests.as_deref(), source.rule.as_deref())?;
    let tests = source.tests.clone().unwrap_or_else(|| first.path.with_extension("tests.json"));
    say!("watching {} and {}; interrupt to end", source.file.display(), tests.display());
    if edge.is_none() {
        say!("no --url and --key: saved scripts are checked, and no versions are made");
    }
    loop {
        let seen = vec![saved(&source.file), saved(&tests)];
        if last.as_ref() != Some(&seen) {
            last = Some(seen);
            match Script::read(&source.file, source.tests.as_deref(), source.rule.as_deref()) {
                Ok(script) => {
                    say!("");
                    let passed = match check_one(edge.as_ref(), &script, true).await {
                        Ok(passed) => passed,
                        Err(failure) => {
                            eprintln!("error: {failure}");
                            false
                        }
                    };
                    if let Some(edge) = edge.as_ref().filter(|_| passed && !args.dry_run)
                        && pushed.as_ref() != Some(&script.content)
                    {
                        match make(edge, &script, Some("Saved while watching")).await {
                            Ok(made) => {
                                say!("version {} (sha256 {}), not in force", made.version, short(&made.sha256));
                                pushed = Some(script.content);
                            }
                            Err(Failure::Bad) => {}
                            Err(failure) => eprintln!("error: {failure}"),
                        }
                    }
                }
                Err(failure) => eprintln!("error: {failure}"),
            }
        }
        tokio::select! {
            () = tokio::time::sleep(POLL_INTERVAL) => {}
            _ = tokio::signal::ctrl_c() => return Ok(()),
        }
    }
}

fn saved(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}
