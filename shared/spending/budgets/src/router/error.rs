//! Errors as HTTP answers.

use edge_http::{Code, Problem};

use crate::error::BudgetError;

impl From<BudgetError> for Problem {
    fn from(error: BudgetError) -> Self {
        match error {
            BudgetError::CurrencyMismatch => Self::field("currency", "must be the budget's currency"),
            BudgetError::Inactive => Self::new(Code::BudgetExceeded, "The budget is not active."),
            BudgetError::Withdrawn => {
                let detail = "The budget was deactivated by the caller who wants to spend; another admin has to agree.";
                Self::new(Code::BudgetExceeded, detail)
            }
            BudgetError::Denied(reason) => {
                let reason = serde_json::to_string(&reason).unwrap_or_else(|_| "null".to_owned());
                Self::new(Code::BudgetExceeded, "The rule budget does not allow it.").with("reason", reason)
            }
            BudgetError::Exceeded => {
                Self::new(Code::BudgetExceeded, "The amount would go past a hard threshold of the budget.")
            }
            BudgetError::ReservationNotFound => {
                Self::new(Code::ReservationNotFound, "There is no reservation with this reference.")
            }
            BudgetError::AlreadySettled => {
                let detail = "The reservation has another amount, or it was already committed or released.";
                Self::new(Code::ReservationSettled, detail)
            }
            BudgetError::Busy => {
                Self::new(Code::StoreUnavailable, "Too many callers use this budget at once; try again.").retry_after(1)
            }
            BudgetError::Rule(error) => error.into(),
            BudgetError::Db(error) => error.into(),
        }
    }
}
