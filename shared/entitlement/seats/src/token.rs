//! Seat tokens: a grant as a signed JWT, which a product checks with the edge's public keys and without asking.

mod keys;

use std::sync::{Arc, Mutex, PoisonError};

use edge_capabilities::{Config, Timestamp, config};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::TokenKeyError;
use crate::lifetime::end_of_access;
use crate::seat_access::SeatAccess;
use crate::subject::Subject;
use crate::verdict::Verdict;

pub use keys::{PublicKey, TokenKeys};

/// The variable with the keys.
const VARIABLE: &str = "seat_token_key";

/// Milliseconds of a second: tokens count in seconds.
const SECOND: i64 = 1000;

/// What a token says.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Claims<'a> {
    /// The user's id in the application.
    sub: &'a str,
    /// The application's slug.
    aud: &'a str,
    /// The organisation's id.
    org: &'a str,
    /// The organisation's id in the application.
    ext: &'a str,
    /// The seat's id.
    seat: &'a str,
    /// Why access is granted.
    reason: &'static str,
    /// The version of the seat.
    ver: i64,
    /// When it was signed, seconds since 1970.
    iat: i64,
    /// Until when it may be believed, seconds since 1970.
    exp: i64,
}

/// Whether seat tokens can be signed, as the readiness check shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TokenState {
    /// There is a key.
    Ok,
    /// No key is configured.
    Off,
    /// `seat_token_key` is malformed.
    Malformed,
}

impl TokenState {
    /// As the variables are.
    pub async fn read(config: &dyn Config) -> Self {
        match config::text(config, VARIABLE).await.map(|text| TokenKeys::parse(&text)) {
            Ok(Ok(Some(_))) => Self::Ok,
            Ok(Ok(None)) => Self::Off,
            Ok(Err(_)) | Err(_) => Self::Malformed,
        }
    }
}

/// Signs tokens, for one instance.
pub(crate) struct SeatTokens {
    config: Arc<dyn Config>,
    loaded: Mutex<Option<Arc<TokenKeys>>>,
}

impl SeatTokens {
    pub(crate) fn new(config: Arc<dyn Config>) -> Self {
        Self { config, loaded: Mutex::default() }
    }

    /// The keys; an error if there are none.
    pub(crate) async fn keys(&self) -> Result<Arc<TokenKeys>, TokenKeyError> {
        let loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(keys) = loaded {
            return Ok(keys);
        }
        let text = config::text(&*self.config, VARIABLE).await?;
        let keys = Arc::new(TokenKeys::parse(&text)?.ok_or(TokenKeyError::NotConfigured)?);
        *self.loaded.lock().unwrap_or_else(PoisonError::into_inner) = Some(keys.clone());
        Ok(keys)
    }
}

/// The claims of a token for `verdict` on `subject` at `now`. None: it is no grant, or has none for as long as a second.
pub(crate) async fn claims<'a>(
    subject: &'a Subject,
    verdict: &'a Verdict,
    rule: &dyn SeatAccess,
    now: Timestamp,
) -> Option<Claims<'a>> {
    let seat = verdict.seat.as_ref().filter(|_| verdict.access.has_access)?;
    let iat = now.as_millis().div_euclid(SECOND);
    let fresh_until = verdict.fresh_until.as_millis().div_euclid(SECOND);
    let exp = end_of_access(seat, rule, SECOND, iat, fresh_until).await;
    (exp > iat).then(|| Claims {
        sub: subject.user.as_str(),
        aud: subject.org.application.as_str(),
        org: &seat.organization,
        ext: subject.org.id.as_str(),
        seat: &seat.id,
        reason: verdict.access.reason.as_str(),
        ver: seat.version,
        iat,
        exp,
    })
}

#[cfg(test)]
mod tests;
