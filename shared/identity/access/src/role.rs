//! The roles of people in a tenant, and the scopes of each: the access control matrix of billing.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::scope::{Scope, Scopes};

/// The role of a person within a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Role {
    /// Manages the organisation, its billing and its seats.
    Owner,
    /// Manages the organisation's billing and seats.
    BillingAdmin,
    /// Manages the organisation's seats.
    Admin,
    /// Manages people and projects in the workspace, as defined by the ERP's HR module. In this API it has the same
    /// rights as `MEMBER`.
    Manager,
    /// Uses a seat.
    Member,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 5] = [Self::Owner, Self::BillingAdmin, Self::Admin, Self::Manager, Self::Member];

    /// Its name: `BILLING_ADMIN`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "OWNER",
            Self::BillingAdmin => "BILLING_ADMIN",
            Self::Admin => "ADMIN",
            Self::Manager => "MANAGER",
            Self::Member => "MEMBER",
        }
    }

    /// Reads a role in upper or lower case: products write both.
    pub fn parse(written: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str().eq_ignore_ascii_case(written))
    }

    /// The scopes of the role within its tenant.
    pub fn scopes(self) -> Scopes {
        const USE_SEATS: &[Scope] = &[Scope::SeatsVerify, Scope::PlansRead];
        const ASSIGN_SEATS: &[Scope] =
            &[Scope::SeatsWrite, Scope::ApplicationsRead, Scope::OrganizationsRead, Scope::SubscriptionsRead];
        const MANAGE_BILLING: &[Scope] =
            &[Scope::BillingRead, Scope::BillingWrite, Scope::SubscriptionsWrite, Scope::AnalyticsRead];
        const MANAGE_ENTERPRISE: &[Scope] =
            &[Scope::EnterpriseRead, Scope::EnterpriseWrite, Scope::ReportsRead, Scope::IntegrationsAdmin];
        const MANAGE_INVOICES: &[Scope] = &[Scope::InvoicesRead, Scope::InvoicesWrite];
        const EDIT_ORGANISATION: &[Scope] = &[Scope::OrganizationsWrite];
        const WRITE_TO_PEOPLE: &[Scope] = &[Scope::MessagesRead, Scope::MessagesWrite];
        const MANAGE_ORDERS: &[Scope] = &[Scope::OrdersRead, Scope::OrdersWrite];
        const MANAGE_ORGANISATION: &[Scope] = &[Scope::TenantsAdmin, Scope::OtpSend];
        let rights: &[&[Scope]] = match self {
            Self::Owner => &[
                USE_SEATS,
                ASSIGN_SEATS,
                MANAGE_BILLING,
                MANAGE_ENTERPRISE,
                MANAGE_INVOICES,
                EDIT_ORGANISATION,
                WRITE_TO_PEOPLE,
                MANAGE_ORDERS,
                MANAGE_ORGANISATION,
            ],
            Self::BillingAdmin => &[USE_SEATS, ASSIGN_SEATS, MANAGE_BILLING, MANAGE_ENTERPRISE, MANAGE_INVOICES],
            Self::Admin => &[USE_SEATS, ASSIGN_SEATS, EDIT_ORGANISATION, WRITE_TO_PEOPLE, MANAGE_ORDERS],
            Self::Manager | Self::Member => &[USE_SEATS],
        };
        rights.iter().copied().flatten().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_allows_what_the_matrix_says() {
        for (role, organisation, billing, seats, using) in [
            (Role::Owner, true, true, true, true),
            (Role::BillingAdmin, false, true, true, true),
            (Role::Admin, false, false, true, true),
            (Role::Manager, false, false, false, true),
            (Role::Member, false, false, false, true),
        ] {
            let scopes = role.scopes();
            assert_eq!(scopes.contains(Scope::TenantsAdmin), organisation, "{role:?}");
            assert_eq!(scopes.contains(Scope::BillingRead), billing, "{role:?}");
            assert_eq!(scopes.contains(Scope::BillingWrite), billing, "{role:?}");
            assert_eq!(scopes.contains(Scope::SeatsWrite), seats, "{role:?}");
            assert_eq!(scopes.contains(Scope::SeatsVerify), using, "{role:?}");
            assert_eq!(scopes.contains(Scope::OrganizationsWrite), organisation || role == Role::Admin, "{role:?}");
            for own in [Scope::MessagesRead, Scope::MessagesWrite, Scope::OrdersRead, Scope::OrdersWrite] {
                assert_eq!(scopes.contains(own), organisation || role == Role::Admin, "{role:?}");
            }
            assert_eq!(scopes.contains(Scope::OtpSend), organisation, "{role:?}");
            for reading in [Scope::ApplicationsRead, Scope::OrganizationsRead, Scope::SubscriptionsRead] {
                assert_eq!(scopes.contains(reading), seats, "{role:?}");
            }
            for paying in [
                Scope::SubscriptionsWrite,
                Scope::AnalyticsRead,
                Scope::EnterpriseRead,
                Scope::EnterpriseWrite,
                Scope::IntegrationsAdmin,
                Scope::InvoicesRead,
                Scope::InvoicesWrite,
            ] {
                assert_eq!(scopes.contains(paying), billing, "{role:?}");
            }
            for platform in [Scope::ApplicationsWrite, Scope::RulesWrite, Scope::WebhooksWrite, Scope::ErpAdmin] {
                assert!(!scopes.contains(platform), "{role:?}");
            }
        }
    }

    #[test]
    fn a_role_is_read_as_it_is_written_in_either_case() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
            assert_eq!(Role::parse(&role.as_str().to_lowercase()), Some(role));
            assert_eq!(serde_json::to_value(role).unwrap(), role.as_str());
        }
        assert_eq!(Role::parse("owner "), None);
    }
}
