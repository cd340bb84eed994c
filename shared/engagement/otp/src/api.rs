//! One-time codes over HTTP.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use edge_access::{Authenticator, OtpSend};
use edge_capabilities::Capabilities;
use edge_database::Db;
use edge_http::{Address, FieldError, Json, Problem};
use edge_idempotency::{Idempotency, Idempotent};
use edge_jobs::{Job, JobHandler, JobKind, JobOutcome, JobResult, JobRunner};
use edge_notifications::{Channel, Notifier, NotifyConfig, phone_number};
use edge_seats::PublicKey;
use edge_tenants::{Scoped, TenantHeader, Tenants};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use crate::error::OtpError;
use crate::service::{COOLDOWN, OtpService};

/// What codes are for.
const PURPOSES: [&str; 4] = ["signup", "login", "verification", "password_reset"];

/// How long codes and counts are kept. No count is of use for longer than a day.
const KEPT: Duration = Duration::from_hours(48);

/// Rows removed in one go.
const REMOVED: u32 = 500;

const RETENTION: JobKind = JobKind::new("otp.retention");

#[derive(Clone)]
struct AppState {
    authenticator: Authenticator,
    capabilities: Capabilities,
    idempotency: Idempotency,
    notifier: Notifier,
    otp: OtpService,
    tenants: Tenants,
}

edge_http::state_parts!(AppState { authenticator: Authenticator, tenants: Tenants });

/// The routes, for the component that serves them. `notifier` sends the codes, which it can open.
pub fn routes(capabilities: &Capabilities, db: &Db, notifier: &Notifier) -> Router {
    let state = AppState {
        authenticator: Authenticator::new(capabilities, db),
        capabilities: capabilities.clone(),
        idempotency: Idempotency::new(capabilities, db),
        notifier: notifier.clone(),
        otp: OtpService::new(capabilities, db),
        tenants: Tenants::new(db.clone()),
    };
    Router::new()
        .route("/api/v1/otp/send", post(send_code))
        .route("/api/v1/otp/verify", post(verify_code))
        .route("/api/v1/otp/jwks.json", get(list_keys))
        .with_state(state)
}

/// `runner` with the job that removes old codes.
#[must_use]
pub fn jobs(capabilities: &Capabilities, db: &Db, runner: JobRunner) -> JobRunner {
    let handler = Retention { db: db.clone(), otp: OtpService::new(capabilities, db) };
    runner.repeat(RETENTION, Duration::from_hours(1), handler)
}

struct Retention {
    db: Db,
    otp: OtpService,
}

#[async_trait]
impl JobHandler for Retention {
    async fn run(&self, _: &Job) -> JobResult {
        let now = self.otp.now();
        let removed = self.otp.codes().remove(self.db.expired_before(now, KEPT).await?, REMOVED).await?;
        let is_full = u32::try_from(removed).is_ok_and(|removed| removed >= REMOVED);
        Ok(if is_full { JobOutcome::Again(now) } else { JobOutcome::Done })
    }
}

/// A request for a code.
#[derive(Deserialize, ToSchema)]
struct SendCodeRequest {
    /// `+` and 7 to 15 digits; spaces, dashes, dots and brackets are left out.
    #[schema(example = "+919876543210")]
    phone_number: String,
    /// `signup`, `login`, `verification` or `password_reset`.
    #[schema(example = "login")]
    purpose: String,
    /// `sms` or `whatsapp`. The default is `sms`.
    #[serde(default)]
    channel: Option<String>,
}

/// A code that is on its way.
#[derive(Serialize, ToSchema)]
struct SentCodeResponse {
    request_id: String,
    /// When the code is no longer valid (RFC 3339).
    expires_at: String,
    /// The number of seconds after which another code may be asked for.
    resend_after: u64,
}

/// A code to verify.
#[derive(Deserialize, ToSchema)]
struct VerifyCodeRequest {
    #[schema(example = "+919876543210")]
    phone_number: String,
    #[schema(example = "login")]
    purpose: String,
    #[schema(example = "042042")]
    code: String,
}

/// A phone that was verified.
#[derive(Serialize, ToSchema)]
struct VerifiedResponse {
    /// Always true.
    verified: bool,
    /// A JWT of five minutes that says so, signed by one of the keys at `/api/v1/otp/jwks.json`: `sub` is the phone number,
    /// `aud` is `otp`, beside `purpose` and `tenant_id`.
    token: String,
}

/// The public keys of the tokens.
#[derive(Serialize, ToSchema)]
#[schema(as = OtpTokenKeys)]
struct KeysResponse {
    keys: Vec<PublicKey>,
}

/// The phone number in one spelling, and the purpose.
fn read(phone: &str, purpose: &str, errors: &mut Vec<FieldError>) -> Option<(String, &'static str)> {
    let phone = phone_number(phone);
    if phone.is_none() {
        errors.push(FieldError::new("phone_number", "must be + and 7 to 15 digits"));
    }
    let purpose = PURPOSES.into_iter().find(|known| *known == purpose);
    if purpose.is_none() {
        errors.push(FieldError::new("purpose", "must be signup, login, verification or password_reset"));
    }
    Some((phone?, purpose?))
}

/// The address without its port. Of an IPv6 address the network counts, of which a caller has all addresses.
fn address_of(written: &str) -> String {
    let address = written.parse::<SocketAddr>().map(|socket| socket.ip()).or_else(|_| written.parse::<IpAddr>());
    match address {
        Ok(IpAddr::V6(address)) => match address.to_ipv4_mapped() {
            Some(address) => address.to_string(),
            None => address.segments().iter().take(4).map(|segment| format!("{segment:x}:")).collect(),
        },
        Ok(address) => address.to_string(),
        Err(_) => written.to_owned(),
    }
}

/// Send a one-time code
///
/// Sends a code of six digits that is valid for five minutes. Each phone and purpose has one valid code, the last one. The
/// answer is the same for every number.
#[utoipa::path(
    post, path = "/api/v1/otp/send", operation_id = "send_code", tag = "One-time codes",
    security(("key" = ["otp:send"])),
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = SendCodeRequest,
    responses(
        (status = 200, description = "The code is on its way.", body = SentCodeResponse),
        (status = 400, description = "`VALIDATION_ERROR`: the number is malformed, or codes are not sent to numbers that begin so."),
        (status = 429, description = "`OTP_COOLDOWN`: a code was sent to the phone within a minute. `OTP_LIMIT_REACHED`: as many codes were sent to the phone, at the request of the address or for the tenant as may be. `Retry-After` says how long to wait."),
        (status = 503, description = "`NOT_CONFIGURED`: `otp_key` or `notify_url` is not set."),
    ),
)]
async fn send_code(
    State(state): State<AppState>,
    Scoped { tenant, caller, .. }: Scoped<OtpSend>,
    Address(address): Address,
    request: Idempotent<SendCodeRequest>,
) -> Result<Response, Problem> {
    let scope = caller.idempotency_scope_in(&tenant.id);
    state
        .idempotency
        .once(&scope, request, async |asked| {
            let mut errors = Vec::new();
            let read = read(&asked.phone_number, &asked.purpose, &mut errors);
            let channel = match asked.channel.as_deref() {
                None | Some("sms") => Channel::Sms,
                Some("whatsapp") => Channel::WhatsApp,
                Some(_) => {
                    errors.push(FieldError::new("channel", "must be sms or whatsapp"));
                    Channel::Sms
                }
            };
            let Some((phone, purpose)) = read.filter(|_| errors.is_empty()) else {
                return Err(Problem::fields(errors));
            };
            if !state.otp.limits().await?.allow(&phone) {
                return Err(Problem::field("phone_number", "codes are not sent to numbers that begin so"));
            }
            let address = address.as_deref().map(address_of);
            let sent = state.otp.send(&tenant, &phone, purpose, channel, address.as_deref()).await?;
            state.send_soon();
            let response = SentCodeResponse {
                request_id: sent.id,
                expires_at: sent.expires_at.to_rfc3339_millis(),
                resend_after: COOLDOWN.as_secs(),
            };
            Ok((StatusCode::OK, response))
        })
        .await
}

impl AppState {
    /// Sends what is due behind the answer: how long Notify takes is nothing to the caller. Should the instance die, a job
    /// does it.
    fn send_soon(&self) {
        let state = self.clone();
        self.capabilities.background.spawn(Box::pin(async move {
            if let Ok(config) = NotifyConfig::load(&*state.capabilities.config).await {
                let _ = state.notifier.send_new(&config, 20).await;
            }
        }));
    }
}

/// Verify a one-time code
///
/// A code is accepted once. After five wrong guesses it is refused even if it is right.
#[utoipa::path(
    post, path = "/api/v1/otp/verify", operation_id = "verify_code", tag = "One-time codes",
    security(("key" = ["otp:send"])), params(TenantHeader), request_body = VerifyCodeRequest,
    responses(
        (status = 200, description = "The code is right.", body = VerifiedResponse),
        (status = 400, description = "`OTP_INVALID`: the code is wrong, used, expired or unknown."),
        (status = 503, description = "`NOT_CONFIGURED`: `otp_key` is not set."),
    ),
)]
async fn verify_code(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<OtpSend>,
    Json(request): Json<VerifyCodeRequest>,
) -> Result<Json<VerifiedResponse>, Problem> {
    let mut errors = Vec::new();
    let read = read(&request.phone_number, &request.purpose, &mut errors);
    let Some((phone, purpose)) = read.filter(|_| errors.is_empty()) else {
        return Err(Problem::fields(errors));
    };
    // What cannot be a code is no guess, and is answered as a wrong one.
    let is_code = (4..=9).contains(&request.code.len()) && request.code.bytes().all(|byte| byte.is_ascii_digit());
    if !is_code {
        return Err(OtpError::Invalid.into());
    }
    let token = state.otp.verify(&tenant, &phone, purpose, &request.code).await?;
    Ok(Json(VerifiedResponse { verified: true, token }))
}

/// List the keys of the tokens
#[utoipa::path(
    get, path = "/api/v1/otp/jwks.json", operation_id = "list_otp_token_keys", tag = "One-time codes", security(()),
    responses(
        (status = 200, description = "The public keys (RFC 7517).", body = KeysResponse),
        (status = 503, description = "`NOT_CONFIGURED`: `otp_key` is not set."),
    ),
)]
async fn list_keys(State(state): State<AppState>) -> Result<Json<KeysResponse>, Problem> {
    let keys = state.otp.keys().await?.tokens()?;
    Ok(Json(KeysResponse { keys: keys.published().to_vec() }))
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(paths(send_code, verify_code, list_keys))]
pub struct ApiDoc;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_counts_without_its_port_and_ipv6_by_its_network() {
        for (written, counted) in [
            ("192.0.2.1:80", "192.0.2.1"),
            ("192.0.2.1", "192.0.2.1"),
            ("[2001:db8:1:2:3:4:5:6]:80", "2001:db8:1:2:"),
            ("2001:db8:1:2:ffff::1", "2001:db8:1:2:"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("unknown", "unknown"),
        ] {
            assert_eq!(address_of(written), counted);
        }
    }
}
