//! The HTTP answers to errors.

use edge_http::{Code, Problem};

use crate::error::{StorageError, TokenKeyError, VerificationError};

impl From<VerificationError> for Problem {
    fn from(error: VerificationError) -> Self {
        let detail = match error {
            VerificationError::Db(_) => {
                "The edge's database cannot be read and no usable cached data exists; try again."
            }
            _ => "The ERP does not respond and no usable cached data exists; try again.",
        };
        Self::new(Code::UpstreamUnavailable, detail).retry_after(1).because(error)
    }
}

impl From<StorageError> for Problem {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Db(error) => error.into(),
            StorageError::Cache(error) => {
                let detail = "The edge's cache cannot be reached; try again.";
                Self::new(Code::StoreUnavailable, detail).retry_after(1).because(error)
            }
        }
    }
}

impl From<TokenKeyError> for Problem {
    fn from(error: TokenKeyError) -> Self {
        let detail = match error {
            TokenKeyError::NotConfigured => "No seat token key is configured: set seat_token_key.".to_owned(),
            TokenKeyError::Malformed(_) => format!("{error}."),
            TokenKeyError::Misconfigured(_) | TokenKeyError::Unwritable(_) => {
                "The seat token key cannot be used.".to_owned()
            }
        };
        Self::new(Code::NotConfigured, detail).because(error)
    }
}
