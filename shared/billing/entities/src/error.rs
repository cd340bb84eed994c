//! Why something was not done with an entity.

use edge_capabilities::database::DatabaseError;
use edge_http::{Code, Problem};
use edge_invoices::InvoiceError;

/// Why something was not done with an entity.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntityError {
    /// The tenant has no such entity.
    #[error("there is no such entity")]
    NotFound,
    /// The tenant has no entity that could be the parent.
    #[error("there is no such parent")]
    ParentNotFound,
    /// The entity would be below itself.
    #[error("the entity would be below itself")]
    Cycle,
    /// An entity would be too deep.
    #[error("a tree has at most 8 levels")]
    TooDeep,
    /// It has active children.
    #[error("the entity has active children")]
    HasChildren,
    /// The parent is closed.
    #[error("the parent is closed")]
    ParentClosed,
    /// The entity is closed.
    #[error("the entity is closed")]
    Closed,
    /// Another entity of the tenant has this code.
    #[error("another entity has this code")]
    CodeTaken,
    /// It was changed since the caller read it.
    #[error("the entity was changed")]
    Changed,
    /// Too many callers change the tenant's entities at once.
    #[error("too many callers change the entities at once")]
    Busy,
    /// The tenant has no such charge.
    #[error("there is no such charge")]
    ChargeNotFound,
    /// An invoice could not be made.
    #[error(transparent)]
    Invoice(#[from] InvoiceError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DatabaseError),
}

impl EntityError {
    /// `error` of a statement that stores an entity, whose code is unique.
    pub(crate) fn of_code(error: DatabaseError) -> Self {
        match error {
            DatabaseError::Duplicate(_) => Self::CodeTaken,
            error => error.into(),
        }
    }
}

impl From<EntityError> for Problem {
    fn from(error: EntityError) -> Self {
        match error {
            EntityError::NotFound => Self::new(Code::EntityNotFound, "There is no such entity."),
            EntityError::ParentNotFound => Self::field("parent_id", "must be the id of an entity of yours"),
            EntityError::Cycle => {
                let detail = "The entity would be below itself: the parent is the entity, or below it.";
                Self::new(Code::HierarchyCycle, detail)
            }
            EntityError::TooDeep => Self::new(Code::HierarchyTooDeep, "A tree of entities has at most 8 levels."),
            EntityError::HasChildren => {
                Self::new(Code::EntityHasChildren, "The entity has active children: close or move them first.")
            }
            EntityError::ParentClosed => Self::new(Code::EntityClosed, "The parent is closed: open it first."),
            EntityError::Closed => Self::new(Code::EntityClosed, "The entity is closed: open it first."),
            EntityError::CodeTaken => Self::new(Code::AlreadyExists, "Another entity has this code."),
            EntityError::Changed => Self::new(Code::PreconditionFailed, "The entity has changed since it was read."),
            EntityError::Busy => {
                let detail = "Too many callers change the tenant's entities at once; try again.";
                Self::new(Code::StoreUnavailable, detail).retry_after(1)
            }
            EntityError::ChargeNotFound => Self::new(Code::ChargeNotFound, "There is no such charge."),
            EntityError::Invoice(error) => error.into(),
            EntityError::Db(error) => error.into(),
        }
    }
}
