//! A member of a tenant, and the rules that a change of a membership keeps.

use edge_access::Role;
use edge_capabilities::Timestamp;

use crate::error::MemberError;

/// A user of a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The user's id in the product's accounts.
    pub user: String,
    /// What the user is to the tenant.
    pub role: Role,
    /// When the role was last changed.
    pub changed_at: Timestamp,
    /// What is known of the person; None: nothing yet.
    pub person: Option<Person>,
}

/// What is known of the person behind a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The e-mail address.
    pub email: Option<String>,
    /// The name.
    pub name: Option<String>,
    /// Who made the user: `admin`, `self`, `erp_hr`.
    pub provisioned_by: String,
    /// When the user joined.
    pub joined_at: Timestamp,
    /// The employee's id in the ERP, where HR knows the person.
    pub erp_employee_id: Option<String>,
    /// The department, as HR has it.
    pub department: Option<String>,
    /// The job title, as HR has it.
    pub job_title: Option<String>,
}

/// What is to become of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MembershipChange {
    /// Joins with this role; the tenant may have this many users, or as many as it likes.
    Join(Role, Option<i64>),
    /// Has this role from now on.
    Become(Role),
    /// Leaves.
    Leave,
}

/// What a change is decided on.
pub(super) struct State {
    /// The number of the last change.
    pub(super) number: i64,
    pub(super) members: i64,
    pub(super) owners: i64,
    /// The role of the user it is about.
    pub(super) role: Option<Role>,
}

impl State {
    /// The user's role after the change; None: none any more.
    pub(super) fn after(&self, change: MembershipChange) -> Result<Option<Role>, MemberError> {
        let role = match (change, self.role) {
            (MembershipChange::Join(..), Some(_)) => return Err(MemberError::IsMember),
            (MembershipChange::Become(_) | MembershipChange::Leave, None) => return Err(MemberError::IsNoMember),
            (MembershipChange::Join(_, Some(most)), None) if self.members >= most => return Err(MemberError::Full),
            (MembershipChange::Join(role, _) | MembershipChange::Become(role), _) => Some(role),
            (MembershipChange::Leave, Some(_)) => None,
        };
        // INVARIANT: a tenant that has an owner keeps one.
        let last_owner = self.role == Some(Role::Owner) && self.owners == 1;
        if last_owner && role != Some(Role::Owner) { Err(MemberError::LastOwner) } else { Ok(role) }
    }
}
