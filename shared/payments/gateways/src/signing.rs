//! Webhooks from the sender's side: for what the edge sends itself, for tests, and for people who integrate.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::Signer as _;
use edge_capabilities::Timestamp;
use hmac::Mac as _;
use http::{HeaderName, HeaderValue};

use crate::definition::{Encoding, Scheme};
use crate::error::SigningError;
use crate::provider::Provider;
use crate::secrets::{mac, shared_key, signing_key};
use crate::signature::{ID_HEADER, SIGNATURE_HEADER, TIME_HEADER};

/// The longest id, bytes.
pub(crate) const MAX_ID_LEN: usize = 200;

/// The headers with which `provider` would send `body` as the event `id` at `now`. `secret` is one secret, as the
/// provider writes it; for Standard Webhooks it may be a `whsk_` key, which signs with ed25519.
pub fn sign(
    provider: Provider,
    secret: &str,
    body: &[u8],
    now: Timestamp,
    id: &str,
) -> Result<Vec<(HeaderName, HeaderValue)>, SigningError> {
    let is_valid = |byte: u8| byte.is_ascii_graphic() && byte != b'.';
    if !(1..=MAX_ID_LEN).contains(&id.len()) || !id.bytes().all(is_valid) {
        return Err(SigningError::Id);
    }
    let definition = provider.definition();
    let time = now.as_millis().div_euclid(1000);
    let mut headers: Vec<(&'static str, String)> = Vec::new();
    match definition.scheme {
        Scheme::Body { prefix, encoding } => {
            let signature = hmac(secret.as_bytes(), "", body, encoding)?;
            headers.push((definition.signature_header, format!("{prefix}{signature}")));
        }
        Scheme::TimeAndBody => {
            let signature = hmac(secret.as_bytes(), &format!("{time}."), body, Encoding::Hex)?;
            headers.push((definition.signature_header, format!("t={time},v1={signature}")));
        }
        Scheme::IdTimeAndBody => {
            let lead = format!("{id}.{time}.");
            let signature = if secret.starts_with("whsk_") {
                let signed = [lead.as_bytes(), body].concat();
                let signature = signing_key(secret).ok_or(SigningError::Secret)?.sign(&signed);
                format!("v1a,{}", STANDARD.encode(signature.to_bytes()))
            } else {
                let key = shared_key(secret).ok_or(SigningError::Secret)?;
                format!("v1,{}", hmac(&key, &lead, body, Encoding::Base64)?)
            };
            headers.push((ID_HEADER, id.to_owned()));
            headers.push((TIME_HEADER, time.to_string()));
            headers.push((definition.signature_header, signature));
        }
    }
    let own = headers.iter().any(|(name, _)| *name == ID_HEADER);
    if let Some(name) = definition.delivery_headers.first().filter(|_| !own) {
        headers.push((name, id.to_owned()));
    }
    let written = headers.into_iter().map(|(name, value)| {
        // The names are the table's and the values are printable: neither fails.
        let value = HeaderValue::from_str(&value).map_err(|_| SigningError::Id)?;
        Ok((HeaderName::from_static(name), value))
    });
    written.collect()
}

/// The headers of Standard Webhooks for `body` as the event `id` at `now`, with a signature by each of the secrets in
/// `variable`, which are separated by commas: a receiver that knows one of them accepts it, so secrets can be replaced. None:
/// the variable is empty.
pub fn sign_with_each(
    variable: &str,
    body: &[u8],
    now: Timestamp,
    id: &str,
) -> Result<Option<Vec<(HeaderName, HeaderValue)>>, SigningError> {
    let mut all: Option<Vec<(HeaderName, HeaderValue)>> = None;
    for secret in variable.split(',').map(str::trim).filter(|secret| !secret.is_empty()) {
        let headers = sign(Provider::Standard, secret, body, now, id)?;
        let Some(all) = &mut all else {
            all = Some(headers);
            continue;
        };
        // All but the signature are the same.
        for ((name, signatures), (_, more)) in all.iter_mut().zip(headers) {
            if *name == SIGNATURE_HEADER {
                let joined = [signatures.as_bytes(), more.as_bytes()].join(&b' ');
                *signatures = HeaderValue::from_bytes(&joined).map_err(|_| SigningError::Id)?;
            }
        }
    }
    Ok(all)
}

fn hmac(secret: &[u8], lead: &str, body: &[u8], encoding: Encoding) -> Result<String, SigningError> {
    let mac = mac(secret, lead.as_bytes(), body).ok_or(SigningError::Secret)?.finalize().into_bytes();
    Ok(match encoding {
        Encoding::Hex => hex::encode(mac),
        Encoding::Base64 => STANDARD.encode(mac),
    })
}
