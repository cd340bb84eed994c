//! Bheem Passport: an OIDC issuer that gives a token to whoever asks for one, publishes its keys, and rotates them. For
//! development and tests: its keys are known to everybody.

mod sign_in;

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::Utc;
use edge_access::testing::jwks;
pub use edge_access::testing::{Alg, SigningKey, base64url};
use http::StatusCode;
use http::header::ACCESS_CONTROL_ALLOW_ORIGIN;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::Upstreams;

/// What tokens say of who made them.
pub const ISSUER: &str = "http://passport.test";

/// Whom tokens are for, unless told.
pub const AUDIENCE: &str = "bheem-edge";

/// Where the keys are.
pub const JWKS_PATH: &str = "/.well-known/jwks.json";

/// How long a token is good, unless told, seconds.
const LIFE: i64 = 600;

/// Passport's keys: the newest of each kind signs.
pub struct Passport {
    keys: Mutex<Vec<SigningKey>>,
    issuer: OnceLock<String>,
    codes: sign_in::Codes,
}

impl Default for Passport {
    fn default() -> Self {
        let keys = Mutex::new(Alg::ALL.map(|alg| SigningKey::new(alg, 1)).to_vec());
        Self { keys, issuer: OnceLock::new(), codes: sign_in::Codes::default() }
    }
}

impl Passport {
    /// What its tokens say of who made them: [`ISSUER`], unless it was told where browsers reach it.
    pub fn issuer(&self) -> String {
        self.issuer.get().map_or(ISSUER, String::as_str).to_owned()
    }

    /// Where browsers reach it. To be said once, before the first token.
    pub fn listens_at(&self, url: String) {
        let _ = self.issuer.set(url);
    }

    fn keys(&self) -> MutexGuard<'_, Vec<SigningKey>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A token that says `claims`, beside what all say, signed by the newest key of this kind.
    pub fn token(&self, alg: Alg, claims: &Map<String, Value>) -> String {
        let now = Utc::now().timestamp();
        let mut all = Map::from_iter([
            ("iss".to_owned(), json!(self.issuer())),
            ("aud".to_owned(), json!(AUDIENCE)),
            ("iat".to_owned(), json!(now)),
            ("nbf".to_owned(), json!(now)),
            ("exp".to_owned(), json!(now.saturating_add(LIFE))),
            ("sub".to_owned(), json!("user_123")),
        ]);
        all.extend(claims.clone());
        let newest = self.keys().iter().rev().find(|key| key.alg == alg).cloned();
        newest.map(|key| key.token(&Value::Object(all))).unwrap_or_default()
    }

    /// Signs with new keys from now on; publishes the old ones beside them if `keep`. Of RSA there are two, in turn.
    pub fn rotate(&self, keep: bool) -> Vec<SigningKey> {
        let mut keys = self.keys();
        let next = keys.iter().map(|key| key.number).max().unwrap_or(0).saturating_add(1);
        let new = Alg::ALL.map(|alg| SigningKey::new(alg, next));
        if !keep {
            keys.clear();
        }
        keys.extend(new.clone());
        new.to_vec()
    }
}

type Shared = State<Arc<Upstreams>>;

pub(crate) fn router() -> Router<Arc<Upstreams>> {
    Router::new()
        .merge(sign_in::router())
        .route(JWKS_PATH, get(published))
        .route("/.well-known/openid-configuration", get(discovery))
        .route("/_control/passport/tokens", post(issue))
        .route("/_control/passport/rotate", post(rotate))
}

async fn published(State(upstreams): Shared) -> Json<Value> {
    Json(jwks(&upstreams.passport.keys()))
}

async fn discovery(State(upstreams): Shared) -> impl IntoResponse {
    let issuer = upstreams.passport.issuer();
    let document = json!({
        "issuer": issuer, "jwks_uri": format!("{issuer}{JWKS_PATH}"),
        "authorization_endpoint": format!("{issuer}/passport/authorize"),
        "token_endpoint": format!("{issuer}/passport/token"),
        "response_types_supported": ["code"], "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "id_token_signing_alg_values_supported": Alg::ALL.map(Alg::as_str),
    });
    ([(ACCESS_CONTROL_ALLOW_ORIGIN, "*")], Json(document))
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default = "es256")]
    alg: String,
    #[serde(flatten)]
    claims: Map<String, Value>,
}

fn es256() -> String {
    Alg::Es256.as_str().to_owned()
}

async fn issue(State(upstreams): Shared, Json(wanted): Json<Wanted>) -> Response {
    let Some(alg) = Alg::parse(&wanted.alg) else { return StatusCode::BAD_REQUEST.into_response() };
    Json(json!({"token": upstreams.passport.token(alg, &wanted.claims)})).into_response()
}

#[derive(Default, Deserialize)]
struct Rotation {
    #[serde(default)]
    keep: bool,
}

async fn rotate(State(upstreams): Shared, rotation: Option<Json<Rotation>>) -> Json<Value> {
    let Json(Rotation { keep }) = rotation.unwrap_or_default();
    let kids: Vec<String> = upstreams.passport.rotate(keep).into_iter().map(|key| key.kid).collect();
    Json(json!({ "kids": kids }))
}
