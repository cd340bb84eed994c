//! Codes and tokens, by the rules that providers have for them.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// How a provider issues tokens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rotation {
    /// How long an access token is good, seconds.
    pub access_seconds: i64,
    /// How long a refresh token is good, seconds. None: there are none.
    pub refresh_seconds: Option<i64>,
    /// A refresh token is replaced when it is used and is older than this, seconds. 0: each time.
    pub replaced_after_seconds: i64,
    /// How long a replaced one still works, seconds.
    pub grace_seconds: i64,
}

/// What was issued.
#[derive(Clone, Debug)]
pub(crate) struct Issued {
    pub access: String,
    pub refresh: Option<String>,
    /// How long the refresh token is still good, seconds.
    pub refresh_seconds: i64,
}

struct Code {
    redirect_uri: String,
    challenge: Option<String>,
    expires: i64,
}

struct Refresh {
    issued: i64,
    expires: i64,
    /// When it was replaced.
    replaced: Option<i64>,
}

/// The codes and tokens of one stand-in. Times are milliseconds since 1970.
#[derive(Default)]
pub struct Grants {
    codes: BTreeMap<String, Code>,
    access: BTreeMap<String, i64>,
    refresh: BTreeMap<String, Refresh>,
    counter: u64,
    /// How many refresh tokens were used.
    pub renewals: u64,
}

impl Grants {
    fn name(&mut self, what: &str) -> String {
        self.counter = self.counter.saturating_add(1);
        // Long and mixed as real ones are, so that a search for tokens in logs finds them.
        let digest = Sha256::digest(format!("{what}:{}", self.counter));
        format!("{what}_{}_{}", self.counter, BASE64_URL_SAFE_NO_PAD.encode(digest))
    }

    /// A code, good for five minutes, once.
    pub(crate) fn code(&mut self, redirect_uri: &str, challenge: Option<&str>, now: i64) -> String {
        let code = self.name("code");
        let expires = now.saturating_add(300_000);
        let challenge = challenge.map(str::to_owned);
        self.codes.insert(code.clone(), Code { redirect_uri: redirect_uri.to_owned(), challenge, expires });
        code
    }

    /// Takes a code; whether it was good.
    pub(crate) fn redeem(&mut self, code: &str, redirect_uri: &str, verifier: Option<&str>, now: i64) -> bool {
        let Some(known) = self.codes.remove(code) else { return false };
        let challenge = verifier.map(|verifier| BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)));
        known.expires > now && known.redirect_uri == redirect_uri && known.challenge == challenge
    }

    /// New tokens.
    pub(crate) fn issue(&mut self, rotation: Rotation, now: i64) -> Issued {
        let access = self.name("access");
        self.access.insert(access.clone(), now.saturating_add(rotation.access_seconds.saturating_mul(1_000)));
        let refresh = rotation.refresh_seconds.map(|seconds| {
            let refresh = self.name("refresh");
            let expires = now.saturating_add(seconds.saturating_mul(1_000));
            self.refresh.insert(refresh.clone(), Refresh { issued: now, expires, replaced: None });
            refresh
        });
        Issued { access, refresh, refresh_seconds: rotation.refresh_seconds.unwrap_or_default() }
    }

    /// New tokens for a refresh token. None: it is not good any more.
    pub(crate) fn renew(&mut self, refresh: &str, rotation: Rotation, now: i64) -> Option<Issued> {
        let known = self.refresh.get_mut(refresh)?;
        let in_grace = |replaced: i64| now < replaced.saturating_add(rotation.grace_seconds.saturating_mul(1_000));
        if known.expires <= now || !known.replaced.is_none_or(in_grace) {
            return None;
        }
        self.renewals = self.renewals.saturating_add(1);
        let age = now.saturating_sub(known.issued);
        if rotation.replaced_after_seconds == 0 || age >= rotation.replaced_after_seconds.saturating_mul(1_000) {
            known.replaced = known.replaced.or(Some(now));
            return Some(self.issue(rotation, now));
        }
        let left = known.expires.saturating_sub(now).checked_div(1_000).unwrap_or_default();
        let mut issued = self.issue(Rotation { refresh_seconds: None, ..rotation }, now);
        (issued.refresh, issued.refresh_seconds) = (Some(refresh.to_owned()), left);
        Some(issued)
    }

    /// Whether an access token is good.
    pub(crate) fn is_good(&self, access: &str, now: i64) -> bool {
        self.access.get(access).is_some_and(|expires| *expires > now)
    }

    /// Whether any refresh token is still good, replaced ones aside.
    pub fn is_connected(&self, now: i64) -> bool {
        self.refresh.values().any(|refresh| refresh.replaced.is_none() && refresh.expires > now)
    }

    /// Access tokens are good no more.
    pub fn expire_access(&mut self) {
        self.access.clear();
    }

    /// The consent is taken back: nothing is good any more.
    pub fn revoke(&mut self) {
        self.access.clear();
        self.refresh.clear();
        self.codes.clear();
    }

    /// Whether `token` was issued and not taken back.
    pub(crate) fn knows(&self, token: &str) -> bool {
        self.refresh.contains_key(token) || self.access.contains_key(token)
    }
}
