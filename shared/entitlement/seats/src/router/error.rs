//! The HTTP answers to errors.

use edge_http::{Code, Problem};

use crate::error::{Unreachable, VerificationError};

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

impl From<Unreachable> for Problem {
    fn from(error: Unreachable) -> Self {
        match error {
            Unreachable::Db(error) => error.into(),
            Unreachable::Cache(error) => {
                let detail = "The edge's cache cannot be reached; try again.";
                Self::new(Code::StoreUnavailable, detail).retry_after(1).because(error)
            }
        }
    }
}
