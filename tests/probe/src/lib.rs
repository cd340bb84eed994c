//! Does what the path says, and answers with what came of it: 200, or 502 with the error. A host is tested by what it
//! lets this component do.

mod harm;
mod stores;

use spin_sdk::http::body::IncomingBodyExt as _;
use spin_sdk::http::{IntoResponse, Request, StatusCode};
use spin_sdk::http_service;

/// What came of it, in words.
pub(crate) type Said = Result<String, String>;

pub(crate) fn failed(error: impl std::fmt::Debug) -> String {
    format!("{error:?}")
}

#[http_service]
async fn probe(request: Request) -> impl IntoResponse {
    let path = request.uri().path();
    let path = unaddressed(path).to_owned();
    let (status, text) = match request.into_body().bytes().await.map_err(failed) {
        Ok(body) => match act(&path, &String::from_utf8_lossy(&body)).await {
            Ok(text) => (StatusCode::OK, text),
            Err(error) => (StatusCode::BAD_GATEWAY, error),
        },
        Err(error) => (StatusCode::BAD_REQUEST, error),
    };
    (status, text)
}

/// What is to be done: without `/neighbour`, or `/as/` and a name, which lead to one of several components.
fn unaddressed(path: &str) -> &str {
    let named = path.strip_prefix("/as/").and_then(|path| path.find('/').and_then(|at| path.get(at..)));
    named.or_else(|| path.strip_prefix("/neighbour")).unwrap_or(path)
}

async fn act(path: &str, body: &str) -> Said {
    let mut words = path.split('/').skip(1);
    let mut word = || words.next().unwrap_or_default();
    match (word(), word()) {
        ("hello", _) => Ok("hello".to_owned()),
        ("fetch", _) => fetch(body).await,
        ("key-value", action) => stores::key_value(action, word(), word(), body).await,
        ("count", key) => stores::count(key, word()),
        ("sqlite", label) => stores::sqlite(label, body).await,
        ("variable", name) => spin_sdk::variables::get(name).await.map_err(failed),
        ("variables", _) => defined(body).await,
        ("environment", name) => std::env::var(name).map_err(failed),
        ("read", _) => std::fs::read_to_string(body).map_err(failed),
        ("write", _) => std::fs::write(body, "written").map(|()| String::new()).map_err(failed),
        ("harm", kind) => harm::done(kind, word()),
        _ => Err(format!("{path} says nothing to do")),
    }
}

/// Those of the variables `names`, one a line, that there are.
async fn defined(names: &str) -> Said {
    let mut there = Vec::new();
    for name in names.lines() {
        if spin_sdk::variables::get(name).await.is_ok() {
            there.push(name);
        }
    }
    Ok(there.join("\n"))
}

/// The answer to a `GET` of the URL.
async fn fetch(url: &str) -> Said {
    let response = spin_sdk::http::get(url).await.map_err(failed)?;
    let status = response.status().as_u16();
    let body = response.into_body().bytes().await.map_err(failed)?;
    Ok(format!("{status} {}", String::from_utf8_lossy(&body)))
}
