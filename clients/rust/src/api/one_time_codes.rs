//! One-time codes.

// Made from docs/openapi.json: UPDATE_CLIENT=1 cargo test -p bheem-edge-client --test api

#![allow(unused_imports, reason = "which are needed differs")]

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::call::{Api, Body, Path, query};
use super::schemas::*;
use crate::EdgeError;

impl Api<'_> {
    /// List the keys of the tokens: `GET /api/v1/otp/jwks.json`.
    pub async fn list_otp_token_keys(&self) -> Result<OtpTokenKeys, EdgeError> {
        let path = Path::new("/api/v1/otp/jwks.json");
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Send a one-time code: `POST /api/v1/otp/send`.
    ///
    /// Sends a code of six digits that is valid for five minutes. Each phone and purpose has one valid code, the last one. The
    /// answer is the same for every number.
    ///
    /// The key needs `otp:send`.
    pub async fn send_code(&self, body: &SendCodeRequest) -> Result<SentCodeResponse, EdgeError> {
        let path = Path::new("/api/v1/otp/send");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Verify a one-time code: `POST /api/v1/otp/verify`.
    ///
    /// A code is accepted once. After five wrong guesses it is refused even if it is right.
    ///
    /// The key needs `otp:send`.
    pub async fn verify_code(&self, body: &VerifyCodeRequest) -> Result<VerifiedResponse, EdgeError> {
        let path = Path::new("/api/v1/otp/verify");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }
}

/// The public keys of the tokens.
#[derive(Clone, Debug, Deserialize)]
pub struct OtpTokenKeys {
    /// `keys`.
    pub keys: Vec<PublicKey>,
}

/// A request for a code.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SendCodeRequest {
    /// `sms` or `whatsapp`. The default is `sms`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// `+` and 7 to 15 digits; spaces, dashes, dots and brackets are left out.
    pub phone_number: String,
    /// `signup`, `login`, `verification` or `password_reset`.
    pub purpose: String,
}

/// A code that is on its way.
#[derive(Clone, Debug, Deserialize)]
pub struct SentCodeResponse {
    /// When the code is no longer valid (RFC 3339).
    pub expires_at: String,
    /// `request_id`.
    pub request_id: String,
    /// The number of seconds after which another code may be asked for.
    pub resend_after: i64,
}

/// A phone that was verified.
#[derive(Clone, Debug, Deserialize)]
pub struct VerifiedResponse {
    /// A JWT of five minutes that says so, signed by one of the keys at `/api/v1/otp/jwks.json`: `sub` is the phone number,
    /// `aud` is `otp`, beside `purpose` and `tenant_id`.
    pub token: String,
    /// Always true.
    pub verified: bool,
}

/// A code to verify.
#[derive(Clone, Debug, Default, Serialize)]
pub struct VerifyCodeRequest {
    /// `code`.
    pub code: String,
    /// `phone_number`.
    pub phone_number: String,
    /// `purpose`.
    pub purpose: String,
}
