//! Callers, as far as the host can tell them apart before a component has read their request: by the key or token that they
//! show, and senders of webhooks by where they send them.
//!
//! Whoever makes up a new key for each request would be many callers, and take the share of many. So a key is a caller of its
//! own once a component has accepted it; all others are one caller together, the strangers.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{PoisonError, RwLock};

use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Response};

use super::class::is_webhook;

const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// What a component notes in `Server-Timing` once it knows the key.
const ACCEPTED: &[u8] = b"key;dur=";

/// Keys that are remembered, twice at most: the newer and the older ones.
const MAX_KNOWN: usize = 32_768;

/// A caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Caller(u64);

/// All who have shown nothing that was accepted.
pub const STRANGERS: Caller = Caller(0);

/// What a request shows: a hash, under a key that nobody knows, of which no key can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credential {
    hash: Option<u64>,
    is_webhook: bool,
}

/// The callers that are known.
#[derive(Default)]
pub struct Callers {
    hashes: RandomState,
    known: RwLock<Known>,
}

#[derive(Default)]
struct Known {
    newer: HashSet<u64>,
    older: HashSet<u64>,
}

impl Callers {
    /// What the request with this head shows.
    pub fn credential_of(&self, head: &Parts) -> Credential {
        let key = head.headers.get(AUTHORIZATION).or_else(|| head.headers.get(X_API_KEY));
        self.credential(key.map(HeaderValue::as_bytes), head.uri.path())
    }

    /// What a request for `path` shows, with the `key` of its headers.
    pub fn credential(&self, key: Option<&[u8]>, path: &str) -> Credential {
        let hash = match key {
            Some(key) => Some(self.hashes.hash_one(("key", key))),
            None if is_webhook(path) => Some(self.hashes.hash_one(("path", path.as_bytes()))),
            None => None,
        };
        Credential { hash, is_webhook: key.is_none() && hash.is_some() }
    }

    /// Who shows it.
    pub fn caller(&self, credential: Credential) -> Caller {
        let Some(hash) = credential.hash else { return STRANGERS };
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if known.newer.contains(&hash) || known.older.contains(&hash) { Caller(hash) } else { STRANGERS }
    }

    /// Learns from the answer to a stranger's request whether what it showed was accepted.
    pub fn learn<B>(&self, credential: Credential, caller: Caller, response: &Response<B>) {
        let Some(hash) = credential.hash.filter(|_| caller == STRANGERS) else { return };
        let is_accepted = match credential.is_webhook {
            // It was signed.
            true => response.status().is_success(),
            false => response
                .headers()
                .get(SERVER_TIMING)
                .is_some_and(|timing| timing.as_bytes().windows(ACCEPTED.len()).any(|part| part == ACCEPTED)),
        };
        if is_accepted {
            let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
            if known.newer.len() >= MAX_KNOWN {
                known.older = std::mem::take(&mut known.newer);
            }
            known.newer.insert(hash);
        }
    }
}

#[cfg(test)]
impl Caller {
    /// Some caller.
    pub const fn number(number: u64) -> Self {
        Self(number)
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn head(path: &str, header: Option<(&str, &str)>) -> Parts {
        let mut request = Request::post(path);
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        request.body(()).unwrap().into_parts().0
    }

    fn answer(status: u16, timing: &str) -> Response<()> {
        Response::builder().status(status).header(SERVER_TIMING, timing).body(()).unwrap()
    }

    fn asks(callers: &Callers, head: &Parts, answer: &Response<()>) -> Caller {
        let credential = callers.credential_of(head);
        callers.learn(credential, callers.caller(credential), answer);
        callers.caller(credential)
    }

    #[test]
    fn a_key_is_a_caller_once_a_component_has_accepted_it() {
        let callers = Callers::default();
        let key = head("/verify-seat", Some(("authorization", "Bearer one")));
        assert_eq!(asks(&callers, &key, &answer(401, "total;dur=0.1")), STRANGERS);
        assert_eq!(asks(&callers, &key, &answer(200, "total;dur=0.1")), STRANGERS, "of a route that reads no key");
        // What it may do is another question.
        let known = asks(&callers, &key, &answer(403, "total;dur=0.2, key;dur=0.1"));
        assert_ne!(known, STRANGERS);
        let other = head("/verify-seat", Some(("x-api-key", "two")));
        let other = asks(&callers, &other, &answer(200, "total;dur=0.2, key;dur=0.1"));
        assert!(other != STRANGERS && other != known);
        assert_eq!(
            callers.caller(callers.credential_of(&head("/other", Some(("authorization", "Bearer one"))))),
            known
        );
    }

    #[test]
    fn a_sender_of_webhooks_is_a_caller_once_one_was_genuine() {
        let callers = Callers::default();
        let stripe = head("/webhooks/stripe", None);
        assert_eq!(asks(&callers, &stripe, &answer(401, "total;dur=1")), STRANGERS);
        assert_ne!(asks(&callers, &stripe, &answer(200, "total;dur=1")), STRANGERS);
        assert_eq!(callers.caller(callers.credential_of(&head("/webhooks/made-up", None))), STRANGERS);
        assert_eq!(asks(&callers, &head("/console/", None), &answer(200, "total;dur=1, key;dur=1")), STRANGERS);
    }

    #[test]
    fn the_keys_that_are_remembered_are_bounded_and_the_newest_stay() {
        let callers = Callers::default();
        let accepted = answer(200, "key;dur=1");
        for number in 0..MAX_KNOWN * 3 {
            asks(&callers, &head("/x", Some(("x-api-key", &number.to_string()))), &accepted);
        }
        let known = callers.known.read().unwrap();
        assert!(known.newer.len() + known.older.len() <= 2 * MAX_KNOWN);
        drop(known);
        let caller = |number: usize| {
            callers.caller(callers.credential_of(&head("/x", Some(("x-api-key", &number.to_string())))))
        };
        assert!(caller(MAX_KNOWN * 3 - 1) != STRANGERS && caller(0) == STRANGERS);
    }
}
