//! Calls to Stripe, and what their answers mean: done, definitely refused, or not known.

use edge_capabilities::{Capabilities, Timestamp};
use edge_subscriptions::GatewayError;
use edge_upstreams::{Upstream, UpstreamError, UpstreamResponse};
use http::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::form::Form;

/// How often a call is made whose outcome is not known. Under its key Stripe answers as it did the first time, or does what
/// it has not done yet: the repetition is how the outcome is looked up.
const ATTEMPTS: u32 = 2;

/// Stripe's API.
pub(crate) struct Api {
    upstream: Upstream,
    now: Timestamp,
}

/// An answer.
pub(crate) struct Answer<T> {
    pub(crate) content: T,
    /// When it was given, by Stripe's clock, in whole seconds like the times of its events.
    pub(crate) at: Timestamp,
}

#[derive(Deserialize)]
struct Refusal {
    error: Reason,
}

#[derive(Deserialize)]
struct Reason {
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    code: Option<String>,
}

/// A list of Stripe's.
#[derive(Deserialize)]
pub(crate) struct List<T> {
    pub(crate) data: Vec<T>,
}

impl Api {
    /// Stripe's API, as the edge is configured.
    pub(crate) async fn new(capabilities: &Capabilities) -> Result<Self, GatewayError> {
        let upstream = Upstream::stripe(capabilities).await.map_err(unavailable)?.ok_or(GatewayError::NotConfigured)?;
        Ok(Self { upstream, now: capabilities.clock.now() })
    }

    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str, query: &Form) -> Result<Answer<T>, GatewayError> {
        let path = match query.query() {
            query if query.is_empty() => path.to_owned(),
            query => format!("{path}?{query}"),
        };
        self.read(self.upstream.get(&path).await.map_err(unavailable)?)
    }

    /// Posts, under a key that is the same whenever this is asked; without one, what changes nothing.
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        key: Option<&str>,
        form: &Form,
    ) -> Result<Answer<T>, GatewayError> {
        let mut unknown = GatewayError::Unavailable("Stripe was not asked".into());
        for _ in 0..ATTEMPTS {
            let answer = self.upstream.post_form(path, key, form.fields()).await;
            match answer.map_err(unavailable).and_then(|answer| self.read(answer)) {
                Err(error @ GatewayError::Unavailable(_)) => unknown = error,
                known => return known,
            }
        }
        Err(unknown)
    }

    /// Deletes; None: there is nothing any more.
    pub(crate) async fn delete<T: DeserializeOwned>(&self, path: &str) -> Result<Option<Answer<T>>, GatewayError> {
        let answer = self.upstream.delete(path).await.map_err(unavailable)?;
        if answer.status == StatusCode::NOT_FOUND { Ok(None) } else { self.read(answer).map(Some) }
    }

    /// What an answer means.
    fn read<T: DeserializeOwned>(&self, answer: UpstreamResponse) -> Result<Answer<T>, GatewayError> {
        let status = answer.status;
        if status.is_success() {
            let at = answer.date.unwrap_or(self.now).as_millis();
            let at = Timestamp::from_millis(at - at.rem_euclid(1_000));
            let content = serde_json::from_slice(&answer.body);
            let unreadable = |error| GatewayError::Unavailable(format!("Stripe's answer cannot be read: {error}"));
            return content.map(|content| Answer { content, at }).map_err(unreadable);
        }
        let reason = serde_json::from_slice::<Refusal>(&answer.body).map(|refusal| refusal.error);
        match (status, reason) {
            // The key does not open Stripe, or not for this.
            (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, _) => Err(GatewayError::NotConfigured),
            // Another request holds the key, or there are too many: nothing was done, and asking later helps.
            (StatusCode::CONFLICT | StatusCode::TOO_MANY_REQUESTS, _) => {
                Err(GatewayError::Unavailable(format!("Stripe answered {status}")))
            }
            (status, Ok(reason)) if status.is_client_error() => {
                let said = reason.message.or(reason.code).unwrap_or_else(|| status.to_string());
                Err(GatewayError::Refused(said))
            }
            (status, _) => Err(GatewayError::Unavailable(format!("Stripe answered {status}"))),
        }
    }
}

fn unavailable(error: UpstreamError) -> GatewayError {
    GatewayError::Unavailable(error.to_string())
}
