//! OAuth 2.0: the consent page, the token endpoint and its errors, revocation.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use edge_capabilities::Timestamp;
use edge_upstreams::form;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{Request, Response, StatusCode};
use serde_json::Value;

use crate::client::Callback;
use crate::connection::{Connection, Tokens};
use crate::error::AccountingError;
use crate::json;
use crate::transport::{Transport, error_of_status};

/// How a client shows itself to the token endpoint.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClientAuth {
    /// Basic authentication.
    Basic,
    /// `client_id` and `client_secret` in the form.
    Form,
}

/// A token endpoint, and the client that it knows.
pub(crate) struct TokenEndpoint<'c> {
    pub connection: &'c Connection,
    pub transport: &'c Transport,
    /// Its URL.
    pub url: String,
    pub auth: ClientAuth,
}

fn pairs(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The URL of a consent page, which may have a query already.
pub(crate) fn consent_url(page: &str, fields: &[(&str, &str)]) -> String {
    let separator = if page.contains('?') { '&' } else { '?' };
    format!("{page}{separator}{}", form(&pairs(fields)))
}

impl TokenEndpoint<'_> {
    /// Buys tokens for a code.
    pub async fn redeem(&self, callback: &Callback, now: Timestamp) -> Result<Tokens, AccountingError> {
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", callback.code.as_str()),
            ("redirect_uri", callback.redirect_uri.as_str()),
        ];
        if let Some(verifier) = &callback.verifier {
            fields.push(("code_verifier", verifier));
        }
        self.buy(&fields, now).await
    }

    /// Buys tokens with the refresh token. Where the answer has none, the old one stays.
    pub async fn renew(&self, refresh: Option<&str>, now: Timestamp) -> Result<Tokens, AccountingError> {
        let label = self.connection.provider.label();
        let nobody = || AccountingError::NeedsReauth(format!("nobody has signed in to {label}"));
        let refresh = refresh.ok_or_else(nobody)?;
        let mut tokens = self.buy(&[("grant_type", "refresh_token"), ("refresh_token", refresh)], now).await?;
        tokens.refresh.get_or_insert_with(|| refresh.to_owned());
        Ok(tokens)
    }

    /// Buys a token with the client's own credentials. No scope: all that the client may.
    pub async fn client_credentials(&self, scope: &str, now: Timestamp) -> Result<Tokens, AccountingError> {
        let fields = [("grant_type", "client_credentials"), ("scope", scope)];
        let asked = if scope.is_empty() { &fields[..1] } else { &fields[..] };
        self.buy(asked, now).await
    }

    /// Posts `fields` as a form, with the client's credentials.
    pub async fn post(&self, url: &str, fields: &[(&str, &str)]) -> Result<Response<Bytes>, AccountingError> {
        let (id, secret) = (self.connection.credential("client_id"), self.connection.credential("client_secret"));
        let mut fields = pairs(fields);
        let mut request = Request::post(url)
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        match self.auth {
            ClientAuth::Basic => {
                let encoded = BASE64_STANDARD.encode(format!("{id}:{secret}"));
                request = request.header(AUTHORIZATION, format!("Basic {encoded}"));
            }
            ClientAuth::Form => fields.extend(pairs(&[("client_id", id), ("client_secret", secret)])),
        }
        let request = request.body(Bytes::from(form(&fields)));
        let request = request.map_err(|_| AccountingError::Misconfigured(format!("{url} cannot be asked")))?;
        self.transport.send(request).await
    }

    async fn buy(&self, fields: &[(&str, &str)], now: Timestamp) -> Result<Tokens, AccountingError> {
        let response = self.post(&self.url, fields).await?;
        let label = self.connection.provider.label();
        let body: Value = serde_json::from_slice(response.body()).unwrap_or_default();
        if !response.status().is_success() {
            return Err(self.refusal(&response, &body));
        }
        let seconds = |pointer: &str| body.pointer(pointer).and_then(json::seconds).map(Duration::from_secs);
        let (access, refresh) = (json::text(&body, "/access_token"), json::text(&body, "/refresh_token"));
        if access.is_empty() {
            return Err(AccountingError::Unknown(format!("{label} gave no tokens that can be read")));
        }
        let refresh_seconds = seconds("/x_refresh_token_expires_in").or_else(|| seconds("/refresh_token_expires_in"));
        Ok(Tokens {
            access,
            // Without a time, tokens are taken to be short-lived.
            expires_at: now.plus(seconds("/expires_in").unwrap_or(Duration::from_secs(300))),
            refresh: Some(refresh).filter(|refresh| !refresh.is_empty()),
            refresh_expires_at: refresh_seconds.map(|seconds| now.plus(seconds)),
        })
    }

    fn refusal(&self, response: &Response<Bytes>, body: &Value) -> AccountingError {
        let provider = self.connection.provider;
        let (error, status) = (json::text(body, "/error"), response.status());
        let says = match json::text(body, "/error_description") {
            description if description.is_empty() => error.clone(),
            description => format!("{error}: {description}"),
        };
        match error.as_str() {
            "invalid_grant" | "invalid_client" | "unauthorized_client" | "access_denied" | "interaction_required" => {
                AccountingError::NeedsReauth(format!("{} refuses the sign-in ({says})", provider.label()))
            }
            _ if status == StatusCode::UNAUTHORIZED => {
                AccountingError::NeedsReauth(format!("{} does not know the client", provider.label()))
            }
            _ => error_of_status(provider, status, response.headers()).unwrap_or_else(|| {
                let says = if says.is_empty() { format!("the status {}", status.as_u16()) } else { says };
                AccountingError::Misconfigured(format!("{} answered {says} to a request for tokens", provider.label()))
            }),
        }
    }

    /// Makes `token` worthless. A token that is not known any more is worthless already.
    pub async fn revoke(&self, url: &str, token: Option<&str>) -> Result<(), AccountingError> {
        let Some(token) = token else { return Ok(()) };
        let response = self.post(url, &[("token", token)]).await?;
        let provider = self.connection.provider;
        match response.status() {
            status if status.is_success() || status == StatusCode::BAD_REQUEST => Ok(()),
            status => Err(error_of_status(provider, status, response.headers()).unwrap_or_else(|| {
                AccountingError::refused(
                    status.as_str(),
                    format!("{} answered with the status {}", provider.label(), status.as_u16()),
                )
            })),
        }
    }
}
