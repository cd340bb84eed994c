//! Signing in at Passport: the authorization code flow with PKCE, for apps in a browser. Nobody is asked for a password.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::header::ACCESS_CONTROL_ALLOW_ORIGIN;
use http::{Method, StatusCode, header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::{Alg, base64url};
use crate::Upstreams;

/// Who may be signed in as: the name shown, `sub`, and the role.
const PEOPLE: [(&str, &str, &str); 3] = [
    ("Asha, who runs the platform", "asha", "platform_admin"),
    ("Omar, who owns an organization", "omar", "OWNER"),
    ("Mina, who uses a seat", "mina", "MEMBER"),
];

/// The codes that were given and not yet used.
#[derive(Default)]
pub(crate) struct Codes(Mutex<HashMap<String, Grant>>);

#[derive(Clone)]
struct Grant {
    challenge: String,
    redirect_uri: String,
    client_id: String,
    nonce: Option<String>,
    person: usize,
}

type Shared = State<Arc<Upstreams>>;

pub(super) fn router() -> Router<Arc<Upstreams>> {
    Router::new()
        .route("/passport/authorize", get(authorize))
        .route("/passport/token", axum::routing::post(exchange).options(preflight))
}

#[derive(Clone, Deserialize)]
struct Authorize {
    client_id: String,
    redirect_uri: String,
    state: String,
    code_challenge: String,
    code_challenge_method: String,
    nonce: Option<String>,
    prompt: Option<String>,
    /// Which of [`PEOPLE`] was chosen.
    person: Option<usize>,
}

/// Shows who one may be; once somebody is chosen, goes back to the app with a code.
async fn authorize(State(upstreams): Shared, Query(asked): Query<Authorize>) -> Response {
    let Authorize { client_id, redirect_uri, state, code_challenge, code_challenge_method, nonce, prompt, person } =
        asked;
    if code_challenge_method != "S256" {
        return (StatusCode::BAD_REQUEST, "PKCE with S256 is wanted").into_response();
    }
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let back = |answer: String| {
        let issuer = encode(&upstreams.passport.issuer());
        Redirect::to(&format!("{redirect_uri}?{answer}&state={}&iss={issuer}", encode(&state))).into_response()
    };
    let Some(person) = person.filter(|person| *person < PEOPLE.len()) else {
        if prompt.as_deref() == Some("none") {
            return back("error=login_required".to_owned());
        }
        let query = |person: usize| {
            let mut query = format!(
                "client_id={}&redirect_uri={}&state={}&code_challenge={}&code_challenge_method=S256&person={person}",
                encode(&client_id),
                encode(&redirect_uri),
                encode(&state),
                encode(&code_challenge)
            );
            if let Some(nonce) = &nonce {
                query.push_str(&format!("&nonce={}", encode(nonce)));
            }
            query
        };
        let links: String = PEOPLE
            .iter()
            .enumerate()
            .map(|(person, (name, ..))| format!("<p><a href=\"?{}\">{name}</a></p>", query(person)))
            .collect();
        let title = "Stand-in for Bheem Passport";
        return Html(format!(
            "<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><h1>{title}</h1><p>Sign in as</p>{links}"
        ))
        .into_response();
    };
    let mut codes = upstreams.passport.codes.0.lock().unwrap_or_else(PoisonError::into_inner);
    let code = format!("code-{}-{}", codes.len(), base64url(Sha256::digest(format!("{state}{code_challenge}"))));
    let grant = Grant { challenge: code_challenge, redirect_uri: redirect_uri.clone(), client_id, nonce, person };
    codes.insert(code.clone(), grant);
    drop(codes);
    back(format!("code={code}"))
}

#[derive(Deserialize)]
struct Exchange {
    code: String,
    redirect_uri: String,
    client_id: String,
    code_verifier: String,
}

/// A code for a token, once, by whoever knows the verifier.
async fn exchange(State(upstreams): Shared, form: String) -> Response {
    let uri = format!("/?{form}").parse().unwrap_or_default();
    let Ok(Query(asked)) = Query::<Exchange>::try_from_uri(&uri) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let grant = upstreams.passport.codes.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&asked.code);
    let challenge = base64url(Sha256::digest(&asked.code_verifier));
    let is_theirs = |grant: &Grant| {
        grant.challenge == challenge && grant.redirect_uri == asked.redirect_uri && grant.client_id == asked.client_id
    };
    let allowed = [(ACCESS_CONTROL_ALLOW_ORIGIN, "*"), (header::CACHE_CONTROL, "no-store")];
    let Some(grant) = grant.filter(is_theirs) else {
        return (StatusCode::BAD_REQUEST, allowed, Json(json!({"error": "invalid_grant"}))).into_response();
    };
    let Some((name, sub, role)) = PEOPLE.get(grant.person) else {
        return (StatusCode::BAD_REQUEST, allowed, Json(json!({"error": "invalid_grant"}))).into_response();
    };
    let mut claims = Map::from_iter([
        ("sub".to_owned(), json!(sub)),
        ("name".to_owned(), json!(name.split(',').next())),
        ("roles".to_owned(), json!([role])),
    ]);
    let access = upstreams.passport.token(Alg::Es256, &claims);
    claims.insert("aud".to_owned(), json!(grant.client_id));
    if let Some(nonce) = grant.nonce {
        claims.insert("nonce".to_owned(), Value::String(nonce));
    }
    let identity = upstreams.passport.token(Alg::Es256, &claims);
    let tokens =
        json!({"access_token": access, "id_token": identity, "token_type": "Bearer", "expires_in": super::LIFE});
    (allowed, Json(tokens)).into_response()
}

async fn preflight() -> impl IntoResponse {
    (
        StatusCode::NO_CONTENT,
        [
            (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
            (header::ACCESS_CONTROL_ALLOW_METHODS, Method::POST.as_str()),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type, accept"),
        ],
    )
}
