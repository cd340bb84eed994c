//! The mail service: domains and mailboxes. It makes one thing for each idempotency key, and answers 409 where another has
//! made it.

use std::time::Duration;

use edge_capabilities::Capabilities;
use edge_upstreams::{Upstream, UpstreamError, UpstreamResponse};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain_name::DomainName;
use crate::local_part::LocalPart;
use crate::password::Password;

/// How long a request to the mail service may take, whatever `upstream_timeout_ms` says.
const MAX_TIMEOUT: Duration = Duration::from_secs(5);

/// Why the mail service did not do what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MailError {
    /// It exists already, and was not made by this edge.
    #[error("the mail service has it already")]
    Exists,
    /// The mail service will not do it; asking again does not help.
    #[error("the mail service refuses it: {0}")]
    Refused(StatusCode),
    /// It is not known whether the mail service did it. Asking again finds out.
    #[error("{0}")]
    Unknown(String),
    /// `mail_url` is empty.
    #[error("no mail service is configured")]
    NotConfigured,
}

impl From<UpstreamError> for MailError {
    fn from(error: UpstreamError) -> Self {
        Self::Unknown(error.to_string())
    }
}

/// A DNS record that the owner of a domain has to publish, so that mail reaches the mail service and is believed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct DnsRecord {
    /// `MX`, `TXT`, `CNAME`.
    #[serde(rename = "type")]
    kind: String,
    name: String,
    value: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    priority: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ttl: Option<i64>,
}

#[derive(Serialize)]
struct NewDomain<'a> {
    name: &'a str,
    organization: &'a str,
}

#[derive(Deserialize)]
struct Domain {
    #[serde(default)]
    dns_records: Vec<DnsRecord>,
}

/// A mailbox as the mail service is to make it.
#[derive(Serialize)]
pub(crate) struct NewMailbox<'a> {
    pub(crate) domain: &'a str,
    pub(crate) local_part: &'a LocalPart,
    /// Bytes.
    pub(crate) quota: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) first_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_name: Option<&'a str>,
    /// Without one, the mail service lets nobody in until a password is set there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) password: Option<&'a Password>,
}

/// The mail service.
pub(crate) struct MailService(Upstream);

impl MailService {
    pub(crate) async fn new(capabilities: &Capabilities) -> Result<Self, MailError> {
        let upstream = Upstream::mail(capabilities).await?.ok_or(MailError::NotConfigured)?;
        Ok(Self(upstream.at_most(MAX_TIMEOUT)))
    }

    /// Makes a domain of `organization`; gives the DNS records that its owner has to publish.
    pub(crate) async fn create_domain(
        &self,
        name: &DomainName,
        organization: &str,
        key: &str,
    ) -> Result<Vec<DnsRecord>, MailError> {
        let domain: Domain =
            self.create("/api/v1/domains", key, &NewDomain { name: name.as_str(), organization }).await?;
        Ok(domain.dns_records)
    }

    /// Makes a mailbox. Made again under the same key, it has the fields of the last request.
    pub(crate) async fn create_mailbox(&self, mailbox: &NewMailbox<'_>, key: &str) -> Result<(), MailError> {
        let _: serde::de::IgnoredAny = self.create("/api/v1/mailboxes", key, mailbox).await?;
        Ok(())
    }

    async fn create<T: for<'de> Deserialize<'de>>(
        &self,
        path: &str,
        key: &str,
        new: &impl Serialize,
    ) -> Result<T, MailError> {
        // The text of the error could quote what was to be written.
        let unwritten = |_| MailError::Unknown("the request cannot be written".into());
        let json = serde_json::to_string(new).map_err(unwritten)?;
        let UpstreamResponse { status, body, .. } = self.0.post(path, Some(key), json).await?;
        match status {
            StatusCode::OK | StatusCode::CREATED => edge_json::from_slice(&body)
                .map_err(|_| MailError::Unknown("the mail service's answer cannot be read".into())),
            StatusCode::CONFLICT => Err(MailError::Exists),
            // The edge's key, or too many requests: nothing is wrong with what was asked for.
            StatusCode::UNAUTHORIZED
            | StatusCode::FORBIDDEN
            | StatusCode::REQUEST_TIMEOUT
            | StatusCode::TOO_EARLY
            | StatusCode::TOO_MANY_REQUESTS => Err(MailError::Unknown(format!("the mail service answered {status}"))),
            status if status.is_client_error() => Err(MailError::Refused(status)),
            status => Err(MailError::Unknown(format!("the mail service answered {status}"))),
        }
    }
}
