//! Sending codes and verifying them.

use std::time::Duration;

use edge_capabilities::{Capabilities, Timestamp, random};
use edge_database::Db;
use edge_notifications::event_types::WORKSPACE_OTP;
use edge_notifications::{Channel, NewEvent, Notifications, NotifyConfig, Recipient};
use edge_tenants::Tenant;
use serde::Serialize;
use serde_json::json;

use crate::code::draw;
use crate::error::OtpError;
use crate::keys::{CodeName, OtpKeys};
use crate::settings::{CodeSettings, Limits};
use crate::store::{Codes, NewCode, seconds_until};

/// How long after a code the next may be sent to the same phone for the same purpose.
pub(crate) const COOLDOWN: Duration = Duration::from_secs(60);

/// How many codes may be sent to a phone in an hour.
const SENDS_PER_PHONE: i64 = 5;

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// How long a token says that a phone was verified.
const TOKEN_LIFETIME: Duration = Duration::from_mins(5);

/// A code that was sent.
pub(crate) struct SentCode {
    pub(crate) id: String,
    pub(crate) expires_at: Timestamp,
}

/// What a token says.
#[derive(Serialize)]
struct Claims<'a> {
    /// The phone number.
    sub: &'a str,
    /// `otp`: it is no other kind of token.
    aud: &'static str,
    /// The tenant's id.
    tenant_id: &'a str,
    purpose: &'a str,
    verified: bool,
    /// The id of the code: it was used once.
    jti: &'a str,
    iat: i64,
    exp: i64,
}

/// Sends codes and verifies them.
#[derive(Clone)]
pub(crate) struct OtpService {
    capabilities: Capabilities,
    codes: Codes,
    notifications: Notifications,
}

impl OtpService {
    pub(crate) fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self {
            capabilities: capabilities.clone(),
            codes: Codes::new(db.clone()),
            notifications: Notifications::new(db.clone()),
        }
    }

    pub(crate) fn codes(&self) -> &Codes {
        &self.codes
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.capabilities.clock.now()
    }

    pub(crate) async fn limits(&self) -> Result<Limits, OtpError> {
        Ok(Limits::load(&*self.capabilities.config).await?)
    }

    pub(crate) async fn keys(&self) -> Result<OtpKeys, OtpError> {
        OtpKeys::load(&*self.capabilities.config).await
    }

    /// Sends a code to `phone` over `channel`, at the request of somebody at `address`. The code is stored before its message
    /// is: should the instance die in between, no code is sent, and the next may be asked for once the cool-down is over.
    pub(crate) async fn send(
        &self,
        tenant: &Tenant,
        phone: &str,
        purpose: &str,
        channel: Channel,
        address: Option<&str>,
    ) -> Result<SentCode, OtpError> {
        let config = &*self.capabilities.config;
        let keys = self.keys().await?;
        if !NotifyConfig::load(config).await?.is_configured() {
            return Err(OtpError::NotConfigured("notify_url"));
        }
        let now = self.now();
        self.check_cooldown(tenant, phone, purpose, now).await?;
        let limits = self.limits().await?;
        let phone_name = format!("phone {} {phone}", tenant.id);
        let tenant_name = format!("tenant {}", tenant.id);
        let address_name = address.map(|address| format!("address {address}"));
        let mut counted = vec![
            (phone_name, SENDS_PER_PHONE, HOUR, "to this phone"),
            (tenant_name, limits.per_tenant, DAY, "for the tenant"),
        ];
        counted.extend(address_name.map(|name| (name, limits.per_address, HOUR, "at the request of this address")));
        for (name, limit, span, whose) in counted {
            if let Err(seconds) = self.codes.count_send(&name, limit, span, now).await? {
                return Err(OtpError::TooMany(whose, seconds));
            }
        }
        let settings = CodeSettings::of(tenant);
        let random = &*self.capabilities.random;
        let id = format!("otp_{}", random::hex::<12>(random));
        let code = draw(random, settings.digits);
        let mac = keys.mac_of(&CodeName { tenant: &tenant.id, phone, purpose, id: &id }, &code);
        let expires_at = now.plus(settings.lifetime);
        let new = NewCode {
            tenant: &tenant.id,
            phone,
            purpose,
            id: &id,
            mac: &mac,
            max_attempts: settings.attempts,
            expires_at,
        };
        if !self.codes.replace(&new, COOLDOWN, now).await? {
            // Another request was faster.
            self.check_cooldown(tenant, phone, purpose, now).await?;
            return Err(OtpError::Cooldown(1));
        }
        let recipient = Recipient { phone: Some(phone.to_owned()), ..Recipient::default() };
        let minutes = settings.lifetime.as_secs() / 60;
        let event = NewEvent::new(&WORKSPACE_OTP, &tenant.id, &id)
            .to(recipient)
            .with(json!({"minutes": minutes}))
            .over(channel)
            .until(expires_at);
        let sealed = keys.seal(random, &tenant.id, &json!({"otp_code": code, "minutes": minutes}).to_string());
        self.notifications.raise(&NewEvent { sealed: Some(sealed), ..event }, now).await?;
        Ok(SentCode { id, expires_at })
    }

    async fn check_cooldown(
        &self,
        tenant: &Tenant,
        phone: &str,
        purpose: &str,
        now: Timestamp,
    ) -> Result<(), OtpError> {
        let last = self.codes.last_sent(&tenant.id, phone, purpose).await?;
        match last.map(|last| last.plus(COOLDOWN)).filter(|end| *end > now) {
            Some(end) => Err(OtpError::Cooldown(seconds_until(end, now))),
            None => Ok(()),
        }
    }

    /// Verifies a code, and gives the token that says so. Every guess counts before it is compared.
    pub(crate) async fn verify(
        &self,
        tenant: &Tenant,
        phone: &str,
        purpose: &str,
        code: &str,
    ) -> Result<String, OtpError> {
        let keys = self.keys().await?;
        let now = self.now();
        let guessed = self.codes.count_guess(&tenant.id, phone, purpose, now).await?;
        // Where there is no code one is compared all the same, so that time does not tell.
        let (id, mac) = guessed.map_or_else(Default::default, |guessed| (guessed.id, guessed.mac));
        let name = CodeName { tenant: &tenant.id, phone, purpose, id: &id };
        let is_right = keys.is_mac_of(if mac.is_empty() { NO_MAC } else { &mac }, &name, code);
        if !is_right || !self.codes.consume(&tenant.id, phone, purpose, &id, now).await? {
            return Err(OtpError::Invalid);
        }
        let seconds = now.as_millis().div_euclid(1000);
        let lifetime = i64::try_from(TOKEN_LIFETIME.as_secs()).unwrap_or_default();
        let claims = Claims {
            sub: phone,
            aud: "otp",
            tenant_id: &tenant.id,
            purpose,
            verified: true,
            jti: &id,
            iat: seconds,
            exp: seconds.saturating_add(lifetime),
        };
        Ok(keys.tokens()?.sign(&claims)?)
    }
}

/// What no code has for its MAC.
const NO_MAC: &str = "0000000000000000000000000000000000000000000000000000000000000000";
