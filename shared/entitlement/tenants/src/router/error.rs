//! Errors as HTTP problems.

use edge_http::{Code, Problem};
use edge_seats::StorageError;

use crate::error::{MemberError, TenantError};

impl From<TenantError> for Problem {
    fn from(error: TenantError) -> Self {
        match error {
            TenantError::Taken(field) => Self::new(Code::AlreadyExists, format!("Another tenant has this {field}.")),
            TenantError::Db(error) => error.into(),
        }
    }
}

impl From<MemberError> for Problem {
    fn from(error: MemberError) -> Self {
        match error {
            MemberError::IsMember => Self::new(Code::AlreadyExists, "The user belongs to the tenant already."),
            MemberError::IsNoMember => Self::new(Code::UserNotFound, "The tenant has no such user."),
            MemberError::LastOwner => {
                Self::new(Code::LastOwner, "A tenant keeps at least one owner: make somebody else one first.")
            }
            MemberError::Full => Self::new(Code::UserLimitReached, "The tenant has as many users as its plan allows."),
            MemberError::Busy => {
                let detail = "The tenant's users are being changed by others; try again.";
                Self::new(Code::StoreUnavailable, detail).retry_after(1)
            }
            MemberError::Cache(error) => StorageError::Cache(error).into(),
            MemberError::Db(error) => error.into(),
        }
    }
}
