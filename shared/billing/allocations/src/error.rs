//! Why something was not done with departments and allocations.

use edge_database::DatabaseError;
use edge_http::FieldError;
use edge_invoices::Date;

/// Why something was not done with departments and allocations.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum AllocationError {
    /// The tenant has no such department.
    #[error("there is no such department")]
    DepartmentNotFound,
    /// Another department of the entity has this code.
    #[error("another department of the entity has this code")]
    CodeTaken,
    /// The department would be below itself.
    #[error("the department would be below itself")]
    Cycle,
    /// The shares would be more than all of the source.
    #[error("the shares would be more than all of the source")]
    Exceeded,
    /// The department has a share of the source at that time.
    #[error("the department has a share of the source at that time")]
    Overlaps,
    /// Lines were posted up to this day.
    #[error("lines were posted up to {0}")]
    Posted(Date),
    /// The drivers add up to nothing.
    #[error("the drivers add up to nothing")]
    NoDriver,
    /// The fixed amounts are in another currency than what is to be split.
    #[error("the fixed amounts are in another currency")]
    OtherCurrency,
    /// Something is not valid.
    #[error("the request is not valid")]
    Invalid(Vec<FieldError>),
    /// It was posted with another amount.
    #[error("the document was posted with another amount")]
    OtherAmount,
    /// Too many callers change it at once.
    #[error("too many callers change it at once")]
    Busy,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DatabaseError),
}

impl AllocationError {
    /// One field is not valid.
    pub(crate) fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(field, message)])
    }
}
