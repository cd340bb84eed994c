//! Errors as HTTP answers.

use edge_accounting::AccountingError;
use edge_http::{Code, Problem};
use edge_keys::KeyError;

use crate::error::ConnectionError;
use crate::integration::IntegrationStatus;

impl From<ConnectionError> for Problem {
    fn from(error: ConnectionError) -> Self {
        match error {
            ConnectionError::NotFound => Self::new(Code::IntegrationNotFound, "There is no such integration."),
            ConnectionError::NotConnected(status) => {
                let detail = match status {
                    IntegrationStatus::Configured => "The provider was not reached yet; try again.",
                    IntegrationStatus::NeedsConsent => "Somebody has to consent first: authorize.",
                    IntegrationStatus::NeedsCompany => "The company has to be chosen first: settings.company_id.",
                    IntegrationStatus::NeedsReauth => "The provider does not let the edge in any more: consent again.",
                    IntegrationStatus::Disconnected => "The integration is disconnected: configure it again.",
                    IntegrationStatus::Connected => "The integration was connected just now; try again.",
                };
                Self::new(Code::IntegrationNotConnected, detail)
            }
            ConnectionError::CompanyChanged(company) => {
                let detail = format!(
                    "Documents were written to the books of the company {company}: sign in where that company can be \
                     reached. Other books take another integration, under another name."
                );
                Self::new(Code::CompanyChanged, detail)
            }
            ConnectionError::ConsentNotNeeded => {
                Self::new(Code::ConsentNotNeeded, "Nobody has to consent: the credentials are enough.")
            }
            ConnectionError::ConsentInvalid => {
                let detail = "The consent is unknown, used or expired: begin it anew.";
                Self::new(Code::ConsentInvalid, detail)
            }
            ConnectionError::ConsentDenied(reason) => {
                Self::new(Code::ConsentDenied, format!("Nobody consented: {reason}"))
            }
            ConnectionError::Fields(errors) => Self::fields(errors),
            ConnectionError::Key(error @ KeyError::NotConfigured(_)) => {
                Self::new(Code::NotConfigured, "No secret of an integration can be kept: set encryption_key.")
                    .because(error)
            }
            ConnectionError::Key(error) => {
                Self::new(Code::NotConfigured, "The integration's secrets cannot be read: see encryption_key.")
                    .because(error)
            }
            ConnectionError::Accounting(error) => from_accounting(&error),
            ConnectionError::Renewing => {
                Self::new(Code::StoreUnavailable, "The tokens are being renewed; try again.").retry_after(10)
            }
            ConnectionError::Busy => {
                let detail = "Too many callers change this integration at once; try again.";
                Self::new(Code::StoreUnavailable, detail).retry_after(1)
            }
            ConnectionError::Config(error) => {
                let detail = "The edge's settings cannot be read; try again.";
                Self::new(Code::StoreUnavailable, detail).retry_after(1).because(error)
            }
            ConnectionError::Db(error) => error.into(),
        }
    }
}

fn from_accounting(error: &AccountingError) -> Problem {
    match error {
        AccountingError::Misconfigured(reason) => Problem::new(Code::NotConfigured, format!("{reason}.")),
        AccountingError::Throttled { .. } | AccountingError::Unavailable(_) | AccountingError::Unknown(_) => {
            Problem::new(Code::UpstreamUnavailable, "The provider did not answer; try again.")
                .retry_after(10)
                .because(error)
        }
        error => Problem::new(Code::UpstreamRefused, format!("The provider refuses: {error}.")),
    }
}
