//! Versions, made and put in force.

use super::client::Edge;
use super::responses::{ActiveVersion, CreatedVersion, Report};
use super::source::{Content, Script, rule_named};
use super::{ActivateArgs, Failure, Outcome, PushArgs, RollbackArgs};
use http::StatusCode;
use serde::Serialize;
use serde_json::json;

#[derive(Serialize)]
struct NewVersion<'a> {
    #[serde(flatten)]
    content: &'a Content,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
}

/// Makes a version.
pub async fn push(args: &PushArgs) -> Outcome {
    let edge = args.edge.open()?;
    let script = Script::read(&args.source.file, args.source.tests.as_deref(), args.source.rule.as_deref())?;
    let name = script.rule.as_str();
    let (before, etag) = edge.rule(name).await?;
    let made = make(&edge, &script, args.note.as_deref()).await?;
    say!("{name}: version {} (sha256 {})", made.version, short(&made.sha256));
    if args.activate {
        let choice = json!({ "version": made.version });
        let now: ActiveVersion = edge.post(name, "/activate", Some(etag), &choice).await?.read()?;
        say!("{name}: version {} is in force; before it was version {}", now.version, before.version);
    } else if made.version == before.version {
        say!("it is in force already");
    } else {
        say!("version {} is in force until you run: bheem-edge rules activate {name} {}", before.version, made.version);
    }
    Ok(())
}

/// Makes a version of `script`; says why where it does not pass.
pub async fn make(edge: &Edge, script: &Script, note: Option<&str>) -> Result<CreatedVersion, Failure> {
    let new = NewVersion { content: &script.content, note };
    let answer = edge.post(script.rule.as_str(), "/versions", None, &new).await?;
    if answer.status() == StatusCode::UNPROCESSABLE_ENTITY
        && let Ok(report) = answer.body_as::<Report>()
    {
        report.print(script, false);
        return Err(Failure::Bad);
    }
    answer.read()
}

/// Puts a version in force.
pub async fn activate(args: &ActivateArgs) -> Outcome {
    let edge = args.edge.open()?;
    let name = rule_named(&args.rule)?.as_str();
    let (before, etag) = edge.rule(name).await?;
    if let Some(wanted) = args.instead_of.filter(|wanted| *wanted != before.version) {
        return Err(Failure::Refused(format!("version {} is in force, not version {wanted}", before.version)));
    }
    let choice = json!({ "version": args.version });
    let now: ActiveVersion = edge.post(name, "/activate", Some(etag), &choice).await?.read()?;
    say!("{name}: version {} is in force; before it was version {}", now.version, before.version);
    Ok(())
}

/// Brings back what was in force before.
pub async fn roll_back(args: &RollbackArgs) -> Outcome {
    let edge = args.edge.open()?;
    let name = rule_named(&args.rule)?.as_str();
    let (before, etag) = edge.rule(name).await?;
    let now: ActiveVersion = edge.post(name, "/rollback", Some(etag), &json!({})).await?.read()?;
    say!("{name}: version {} is in force again; version {} is not", now.version, before.version);
    Ok(())
}

/// The first digits of a SHA-256: enough for people.
pub fn short(sha256: &str) -> &str {
    sha256.get(..12).unwrap_or(sha256)
}
