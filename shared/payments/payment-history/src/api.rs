//! Payments in the answers of the API.

use edge_http::{Code, Problem};

use crate::Collector;

impl Collector {
    /// Takes over what gateways reported of payments, so that an answer has all of it; an error where that takes longer than
    /// a caller waits.
    pub async fn catch_up_for_answer(&self) -> Result<(), Problem> {
        if self.catch_up().await? {
            return Ok(());
        }
        let detail = "The payments that gateways reported are still being taken over; try again.";
        Err(Problem::new(Code::StoreUnavailable, detail).retry_after(10))
    }
}
