//! Why a code is not sent or not accepted.

use edge_capabilities::config::ConfigError;
use edge_database::DatabaseError;
use edge_http::{Code, Problem};
use edge_keys::KeyError;
use edge_seats::TokenKeyError;

/// Why a code is not sent or not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OtpError {
    /// `otp_key` or `notify_url` is empty.
    #[error("{0} is empty")]
    NotConfigured(&'static str),
    /// A variable cannot be read, or is malformed.
    #[error("{0}")]
    Misconfigured(String),
    /// A code was sent to this phone a short time ago; the next may be sent in so many seconds.
    #[error("a code was sent to the phone a short time ago")]
    Cooldown(u32),
    /// As many codes were sent as may be; the next may be sent in so many seconds.
    #[error("too many codes were sent {0}")]
    TooMany(&'static str, u32),
    /// The code is wrong, used, expired or unknown. Which of them is for nobody to know.
    #[error("the code is not valid")]
    Invalid,
    /// The database.
    #[error("{0}")]
    Db(#[from] DatabaseError),
}

impl From<ConfigError> for OtpError {
    fn from(error: ConfigError) -> Self {
        Self::Misconfigured(error.to_string())
    }
}

impl From<KeyError> for OtpError {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::NotConfigured(variable) => Self::NotConfigured(variable),
            KeyError::Misconfigured(_) | KeyError::Config(_) => Self::Misconfigured(error.to_string()),
        }
    }
}

impl From<TokenKeyError> for OtpError {
    fn from(error: TokenKeyError) -> Self {
        Self::Misconfigured(error.to_string())
    }
}

impl From<OtpError> for Problem {
    fn from(error: OtpError) -> Self {
        match error {
            OtpError::NotConfigured(variable) => {
                Self::new(Code::NotConfigured, format!("No code can be sent: set {variable}."))
            }
            OtpError::Misconfigured(_) => {
                Self::new(Code::NotConfigured, "No code can be sent: the settings cannot be read.").because(error)
            }
            OtpError::Cooldown(seconds) => {
                let detail = "A code was sent to this phone a short time ago; wait before the next.";
                Self::new(Code::OtpCooldown, detail).retry_after(seconds)
            }
            OtpError::TooMany(whose, seconds) => {
                let detail = format!("As many codes were sent {whose} as may be; wait before the next.");
                Self::new(Code::OtpLimitReached, detail).retry_after(seconds)
            }
            OtpError::Invalid => Self::new(Code::OtpInvalid, "The code is not valid."),
            OtpError::Db(error) => error.into(),
        }
    }
}
