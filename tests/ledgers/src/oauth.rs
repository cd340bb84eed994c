//! OAuth 2.0 as the providers do it: the consent page, the token endpoint, revocation.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::books::Books;
use crate::call::{Call, Reply};
use crate::grants::{Issued, Rotation};
use crate::{client_id, client_secret};

/// A provider's OAuth 2.0.
#[derive(Clone, Copy)]
pub(crate) struct OAuth {
    /// The provider's name.
    pub provider: &'static str,
    /// How it issues tokens.
    pub rotation: Rotation,
    /// Whether the client shows itself by basic authentication, else in the form.
    pub basic: bool,
    /// Whether it takes a code challenge.
    pub pkce: bool,
    /// A scope that must be asked for.
    pub scope: &'static str,
}

fn error(status: u16, error: &str) -> Reply {
    Reply::json(status, &json!({"error": error}))
}

fn field<'f>(fields: &'f [(String, String)], name: &str) -> &'f str {
    fields.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value)
}

impl OAuth {
    /// The consent page: whoever comes consents. `more` goes back with the code.
    pub fn consent(&self, books: &mut Books, call: &Call, more: &[(&str, String)]) -> Reply {
        let of = |name: &str| call.parameter(name).unwrap_or_default();
        let challenge = call.parameter("code_challenge");
        let is_asked = of("response_type") == "code"
            && of("client_id") == client_id(self.provider)
            && !of("redirect_uri").is_empty()
            && of("scope").split(' ').any(|scope| scope == self.scope);
        let is_challenged = challenge.is_none() || (self.pkce && of("code_challenge_method") == "S256");
        if !is_asked || !is_challenged {
            return Reply::text(400, "text/plain", "This is no request for a consent of this provider's.");
        }
        let code = books.grants.code(of("redirect_uri"), challenge, books.now);
        let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let mut location = of("redirect_uri").to_owned();
        let mut separator = if location.contains('?') { '&' } else { '?' };
        let own = [("code", code), ("state", of("state").to_owned())];
        for (name, value) in own.iter().chain(more) {
            location.push_str(&format!("{separator}{name}={}", encode(value)));
            separator = '&';
        }
        Reply::empty(302).with("Location", location)
    }

    fn is_client(&self, call: &Call, fields: &[(String, String)]) -> bool {
        let expected = (client_id(self.provider), client_secret(self.provider));
        if self.basic {
            call.basic() == Some(expected)
        } else {
            (field(fields, "client_id"), field(fields, "client_secret")) == (&expected.0, &expected.1)
        }
    }

    /// The token endpoint. `shape` makes the answer of what was issued.
    pub fn token(&self, books: &mut Books, call: &Call, shape: fn(&Issued, Rotation) -> Value) -> Reply {
        if call.header("content-type") != Some("application/x-www-form-urlencoded") {
            return error(400, "invalid_request");
        }
        let fields = call.form();
        if !self.is_client(call, &fields) {
            return error(if self.basic { 401 } else { 400 }, "invalid_client");
        }
        let now = books.now;
        let issued = match field(&fields, "grant_type") {
            "authorization_code" => {
                let verifier = Some(field(&fields, "code_verifier")).filter(|verifier| !verifier.is_empty());
                let good = books.grants.redeem(field(&fields, "code"), field(&fields, "redirect_uri"), verifier, now);
                good.then(|| books.grants.issue(self.rotation, now))
            }
            "refresh_token" if self.rotation.refresh_seconds.is_some() => {
                books.grants.renew(field(&fields, "refresh_token"), self.rotation, now)
            }
            "client_credentials" if self.rotation.refresh_seconds.is_none() => {
                if field(&fields, "scope") != self.scope {
                    return error(400, "invalid_scope");
                }
                Some(books.grants.issue(self.rotation, now))
            }
            _ => return error(400, "unsupported_grant_type"),
        };
        match issued {
            Some(issued) => Reply::json(200, &shape(&issued, self.rotation)).with("Cache-Control", "no-store"),
            None => error(400, "invalid_grant"),
        }
    }

    /// The revocation endpoint (RFC 7009): the parameter `token`.
    pub fn revoke(&self, books: &mut Books, call: &Call) -> Reply {
        let fields = call.form();
        if !self.is_client(call, &fields) {
            return error(401, "invalid_client");
        }
        if books.grants.knows(field(&fields, "token")) {
            books.grants.revoke();
        }
        Reply::empty(200)
    }
}
