//! The cases of `clients/cases`, which all client libraries play.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::world::{World, response};
use crate::{EdgeClient, EdgeError, OnUnavailable, SeatAnswer, SeatCheck, SeatVerdict, TokenCheck, TransportError};

struct Play {
    world: World,
    client: EdgeClient,
    checks: HashMap<String, JoinHandle<Result<SeatAnswer, EdgeError>>>,
    tokens: Value,
}

fn read(file: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

fn text<'v>(step: &'v Value, name: &str) -> Option<&'v str> {
    step.get(name).map(|value| value.as_str().unwrap_or_else(|| panic!("{name} in {step}")))
}

fn number(step: &Value, name: &str) -> Option<i64> {
    step.get(name).filter(|value| !value.is_null()).map(|value| value.as_i64().unwrap())
}

/// The first member, which says what a step does.
fn kind(step: &Value) -> &str {
    let kinds = ["check", "request", "none", "respond", "fail", "expect", "pending", "clock", "token"];
    let found = kinds.into_iter().filter(|kind| step.get(kind).is_some()).collect::<Vec<_>>();
    assert_eq!(found.len(), 1, "{step}");
    found[0]
}

/// What may stand in a step of a kind. A member that is not known would not be tested.
fn members(kind: &str) -> &'static [&'static str] {
    match kind {
        "check" => &["user", "application", "organization", "minVersion"],
        "request" => &["since", "wait", "user", "application", "organization", "minVersion"],
        "respond" => &["json", "status", "headers", "text", "grant", "denial"],
        "expect" => &["hasAccess", "origin", "reason", "version", "error"],
        "token" => &["application", "organization", "user", "valid", "error", "keys"],
        _ => &[],
    }
}

impl Play {
    fn new(options: &Value, tokens: Value) -> Self {
        let world = World::new();
        let millis = |name| number(options, name).map(|millis| Duration::from_millis(millis.try_into().unwrap()));
        for name in options.as_object().into_iter().flat_map(|options| options.keys()) {
            assert!(["maxSilence", "timeout", "onUnavailable", "maxEntries"].contains(&name.as_str()), "{name}");
        }
        let client = world.client(|mut builder| {
            if let Some(max_silence) = millis("maxSilence") {
                builder = builder.max_silence(max_silence);
            }
            if let Some(timeout) = millis("timeout") {
                builder = builder.timeout(timeout);
            }
            if let Some(max_entries) = number(options, "maxEntries") {
                builder = builder.max_entries(max_entries.try_into().unwrap());
            }
            match text(options, "onUnavailable") {
                None => builder,
                Some("stale") => builder.on_unavailable(OnUnavailable::Stale),
                Some("deny") => builder.on_unavailable(OnUnavailable::Deny),
                Some("error") => builder.on_unavailable(OnUnavailable::Error),
                Some(other) => panic!("onUnavailable: {other}"),
            }
        });
        client.start();
        Self { world, client, checks: HashMap::new(), tokens }
    }

    async fn step(&mut self, step: &Value) {
        self.world.go_to(number(step, "at").unwrap().try_into().unwrap()).await;
        let kind = kind(step);
        for name in step.as_object().unwrap().keys().filter(|name| *name != "at" && *name != kind) {
            assert!(members(kind).contains(&name.as_str()), "{name} in {step}");
        }
        let named = step[kind].as_str().unwrap_or_default();
        match kind {
            "check" => self.check(named, step),
            "request" => self.request(named, step),
            "none" => assert!(self.world.look(named, |_| ()).is_none(), "there is a request"),
            "respond" => self.respond(named, step),
            "fail" => {
                let request = self.world.take(named).expect("no such request");
                request.end(Err(TransportError("the connection broke".to_owned())));
            }
            "expect" => self.expect(named, step).await,
            "pending" => assert!(!self.checks[named].is_finished(), "the check has ended"),
            "clock" => self.world.turn(step["clock"].as_i64().unwrap()),
            "token" => self.token(named, step).await,
            other => panic!("{other}"),
        }
        self.world.settle().await;
    }

    fn check(&mut self, name: &str, step: &Value) {
        let owned = |member, default: &str| text(step, member).unwrap_or(default).to_owned();
        let (user, application) = (owned("user", "ana"), owned("application", "healos"));
        let (organization, min_version) = (owned("organization", "hospital_456"), number(step, "minVersion"));
        let client = self.client.clone();
        let check = tokio::spawn(async move {
            let check = SeatCheck { min_version, ..SeatCheck::new(&user, &application, &organization) };
            client.verify_seat(&check).await
        });
        assert!(self.checks.insert(name.to_owned(), check).is_none(), "two checks have this name");
    }

    fn request(&self, kind: &str, step: &Value) {
        let found = self.world.look(kind, |request| {
            let found = if kind == "verify" {
                assert_eq!(request.request.headers()["authorization"], "Bearer key");
                let body = request.body();
                assert_eq!(body["lifetime"], true);
                json!({"user": body["userId"], "application": body["applicationSlug"],
                       "organization": body["externalOrgId"], "minVersion": body["minVersion"]})
            } else {
                let wait: Option<i64> = request.query("wait").map(|wait| wait.parse().unwrap());
                json!({"since": request.query("since"), "wait": wait})
            };
            (request.request.uri().to_string(), found)
        });
        let (uri, found) = found.expect("no such request");
        for (name, expected) in step.as_object().unwrap().iter().filter(|(name, _)| *name != "at" && *name != "request")
        {
            assert_eq!(found[name], *expected, "{name} of {uri}");
        }
    }

    fn respond(&self, kind: &str, step: &Value) {
        let request = self.world.take(kind).expect("no such request");
        let status = number(step, "status").map_or(200, |status| status.try_into().unwrap());
        let headers = step.get("headers").and_then(Value::as_object).into_iter().flatten();
        let headers: Vec<(String, String)> = headers
            .map(|(name, value)| (name.clone(), value.as_str().map_or(value.to_string(), str::to_owned)))
            .collect();
        let verdict = |given: &Value, has_access: bool, reason| {
            for name in given.as_object().unwrap().keys() {
                assert!(["fresh", "stale", "version", "reason", "skew"].contains(&name.as_str()), "{name} in {step}");
            }
            let lifetime = number(given, "fresh").map(|fresh| (fresh, number(given, "stale").unwrap_or(fresh)));
            let reason = text(given, "reason").unwrap_or(reason);
            let skew = number(given, "skew").unwrap_or(0);
            self.world.verdict(has_access, reason, number(given, "version"), lifetime, skew).to_string()
        };
        let body = match (step.get("json"), text(step, "text"), step.get("grant"), step.get("denial")) {
            (Some(json), None, None, None) => json.to_string(),
            (None, Some(text), None, None) => text.to_owned(),
            (None, None, Some(grant), None) => verdict(grant, true, "SEAT_ACTIVE"),
            (None, None, None, Some(denial)) => verdict(denial, false, "SEAT_REVOKED"),
            (None, None, None, None) => String::new(),
            _ => panic!("one body"),
        };
        request.end(Ok(response(status, &headers, body)));
    }

    async fn expect(&mut self, name: &str, step: &Value) {
        let check = self.checks.remove(name).unwrap();
        assert!(check.is_finished(), "the check has not ended");
        match (check.await.unwrap(), text(step, "error")) {
            (Ok(answer), None) => {
                let found = json!({"hasAccess": answer.has_access, "origin": answer.origin, "reason": answer.reason,
                                   "version": answer.version});
                for (name, value) in
                    step.as_object().unwrap().iter().filter(|(name, _)| *name != "at" && *name != "expect")
                {
                    assert_eq!(found[name], *value, "{name} of {answer:?}");
                }
            }
            (Err(error), Some(code)) => assert_eq!(error.code(), code, "{error:?}"),
            (ended, _) => panic!("{ended:?}"),
        }
    }

    async fn token(&self, name: &str, step: &Value) {
        let owned = |member| text(step, member).map(str::to_owned);
        let token = self.tokens["tokens"][name].as_str().expect("a token of this name").to_owned();
        let (application, organization, user) = (owned("application").unwrap(), owned("organization"), owned("user"));
        let client = self.client.clone();
        let verified = tokio::spawn(async move {
            let check = TokenCheck {
                application_slug: &application,
                external_org_id: organization.as_deref(),
                user_id: user.as_deref(),
            };
            client.verify_token(&token, &check).await
        });
        self.world.settle().await;
        let keys = text(step, "keys").unwrap_or("first");
        if let Some(request) = self.world.take("jwks") {
            request.end(match keys {
                "none" => panic!("keys are asked for"),
                "fail" => Err(TransportError("the connection broke".to_owned())),
                name => {
                    let keys = self.tokens["keys"].get(name).expect("keys of this name");
                    Ok(response(200, &[], keys.to_string()))
                }
            });
            self.world.settle().await;
        }
        assert!(verified.is_finished(), "the token is still being verified");
        let code = verified.await.unwrap().err().map(|error| error.code());
        assert_eq!(code, text(step, "error"), "{name}");
        assert_ne!(step.get("valid").is_some(), step.get("error").is_some(), "{step}");
    }
}

/// Plays a case, and says which step went wrong.
fn play(file: &str, case: &Value, tokens: &Value) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let mut play = Play::new(&case["options"], tokens.clone());
        for step in case["steps"].as_array().unwrap() {
            let place = Place(format!("{file}: {}: {step}", case["name"]));
            play.step(step).await;
            drop(place);
        }
    });
}

/// Where a test is, which it says if it fails.
struct Place(String);

impl Drop for Place {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("in {}", self.0);
        }
    }
}

#[test]
fn every_case_ends_as_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases");
    let tokens = read(&folder.join("tokens.json"));
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|it| it == "json"));
    files.sort();
    let mut failed = Vec::new();
    for file in &files {
        let name = file.file_stem().unwrap().to_str().unwrap();
        let content = read(file);
        let cases = content.get("cases").unwrap_or(&content).as_array().unwrap();
        assert!(cases.len() >= 8, "{name}.json has {} cases", cases.len());
        for case in cases {
            if std::panic::catch_unwind(|| play(name, case, &tokens)).is_err() {
                failed.push(format!("{name}: {}", case["name"]));
            }
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(files.len() >= 2);
}

#[test]
fn a_function_answers_while_the_edge_cannot() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let world = World::new();
        let answer = |check: &SeatCheck<'_>, error: &EdgeError| SeatVerdict {
            has_access: check.user_id == "ana",
            ..SeatVerdict::denial(error.code())
        };
        let client = world.client(|builder| builder.on_unavailable(OnUnavailable::call(answer)));
        for user in ["ana", "ben"] {
            let client = client.clone();
            let check =
                tokio::spawn(async move { client.verify_seat(&SeatCheck::new(user, "healos", "hospital_456")).await });
            world.settle().await;
            let problem = r#"{"status":500,"code":"INTERNAL_ERROR","detail":"No."}"#;
            world.take("verify").unwrap().end(Ok(response(500, &[], problem.to_owned())));
            let answer = check.await.unwrap().unwrap();
            assert_eq!((answer.has_access, answer.reason.as_str()), (user == "ana", "INTERNAL_ERROR"));
        }
    });
}
