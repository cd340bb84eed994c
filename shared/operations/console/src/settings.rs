//! Where people sign in, for the app.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use edge_capabilities::{Config, config};
use edge_http::{Code, Problem};
use http::header::CACHE_CONTROL;
use serde::Serialize;

use crate::assets::SAFETY;

/// The scopes that are asked for unless the variable names others.
const SCOPES: &str = "openid profile email";

/// The settings of the app.
#[derive(Serialize)]
pub(crate) struct Settings {
    /// The OIDC issuer; null: people sign in by API key alone.
    issuer: Option<String>,
    /// The app's id at the issuer.
    client_id: Option<String>,
    /// The scopes to ask the issuer for, separated by blanks.
    scopes: String,
}

/// The origin of the issuer, for the page's policy; None: nobody signs in there.
pub(crate) async fn issuer_origin(config: &dyn Config) -> Option<String> {
    let client = config::text(config, "console_oidc_client_id").await.ok()?;
    let issuer = config::text(config, "passport_issuer").await.ok()?;
    if client.is_empty() { None } else { origin(&issuer) }
}

/// Scheme, host and port of `url`; None: it is no URL, or its host has characters that a policy could misread.
fn origin(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    let is_origin = ["http", "https"].contains(&scheme) && !host.is_empty() && host.bytes().all(is_plain);
    is_origin.then(|| format!("{scheme}://{host}"))
}

pub(crate) async fn settings(State(config): State<Arc<dyn Config>>) -> Result<Response, Problem> {
    let read = async |name| {
        let text = config::text(&*config, name).await;
        text.map_err(|error| Problem::new(Code::Internal, "The edge failed.").because(error))
    };
    let (issuer, client_id) = (read("passport_issuer").await?, read("console_oidc_client_id").await?);
    let scopes = read("console_oidc_scopes").await?;
    let is_usable = origin(&issuer).is_some() && !client_id.is_empty();
    let settings = Settings {
        issuer: is_usable.then_some(issuer),
        client_id: is_usable.then_some(client_id),
        scopes: if scopes.is_empty() { SCOPES.to_owned() } else { scopes },
    };
    Ok((SAFETY, [(CACHE_CONTROL, "no-cache")], Json(settings)).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_taken_only_from_a_url_that_a_policy_cannot_misread() {
        for (url, expected) in [
            ("https://passport.example.com", Some("https://passport.example.com")),
            ("https://id.example.com:8443/realms/one?x", Some("https://id.example.com:8443")),
            ("http://127.0.0.1:8000", Some("http://127.0.0.1:8000")),
            ("http://[::1]:8000/", Some("http://[::1]:8000")),
            ("ftp://example.com", None),
            ("https://", None),
            ("https://a;script-src *", None),
            ("https://a b", None),
            ("https://user@host", None),
            ("passport", None),
        ] {
            assert_eq!(origin(url).as_deref(), expected, "{url}");
        }
    }
}
