//! Why an amount was not reserved or settled.

use edge_capabilities::database::DatabaseError;
use edge_rulebook::RuleError;

/// Why an amount was not reserved or settled.
#[derive(Debug, thiserror::Error)]
pub enum BudgetError {
    /// The budget has another currency.
    #[error("the budget has another currency")]
    CurrencyMismatch,
    /// The budget is not active.
    #[error("the budget is not active")]
    Inactive,
    /// The spender deactivated the budget, and nobody else has agreed to it.
    #[error("the spender deactivated the budget, and another admin has to agree")]
    Withdrawn,
    /// The rule denies it, for this reason.
    #[error("the rule denies it: {0}")]
    Denied(String),
    /// The amount would go past a hard threshold.
    #[error("the amount would go past a hard threshold of the budget")]
    Exceeded,
    /// There is no reservation with this reference.
    #[error("there is no reservation with this reference")]
    ReservationNotFound,
    /// The reservation has another amount, or it was settled in another way.
    #[error("the reservation has another amount, or it was settled in another way")]
    AlreadySettled,
    /// Too many callers use the budget at once.
    #[error("too many callers use the budget at once")]
    Busy,
    /// The rule gave no decision.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DatabaseError),
}
