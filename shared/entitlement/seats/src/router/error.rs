//! The HTTP answers to errors.

use edge_http::{Code, Problem};

use crate::error::{StorageError, VerificationError};

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
