//! Scopes: the rights of credentials.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A right that a credential may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum Scope {
    /// Verify seats.
    #[serde(rename = "seats:verify")]
    SeatsVerify,
    /// Invalidate cached seats.
    #[serde(rename = "seats:write")]
    SeatsWrite,
    /// Read plans.
    #[serde(rename = "plans:read")]
    PlansRead,
    /// Read subscriptions and invoices.
    #[serde(rename = "billing:read")]
    BillingRead,
    /// Check out and cancel subscriptions.
    #[serde(rename = "billing:write")]
    BillingWrite,
    /// Evaluate rules.
    #[serde(rename = "rules:evaluate")]
    RulesEvaluate,
    /// Read rules and decisions.
    #[serde(rename = "rules:read")]
    RulesRead,
    /// Change rules.
    #[serde(rename = "rules:write")]
    RulesWrite,
    /// Read webhook events.
    #[serde(rename = "webhooks:read")]
    WebhooksRead,
    /// Replay webhook events and create webhook endpoints.
    #[serde(rename = "webhooks:write")]
    WebhooksWrite,
    /// Manage tenants and API keys.
    #[serde(rename = "tenants:admin")]
    TenantsAdmin,
    /// Manage the synchronisation with the ERP.
    #[serde(rename = "erp:admin")]
    ErpAdmin,
    /// Read applications and their plans.
    #[serde(rename = "applications:read")]
    ApplicationsRead,
    /// Register and change applications and their plans.
    #[serde(rename = "applications:write")]
    ApplicationsWrite,
    /// Read organizations.
    #[serde(rename = "organizations:read")]
    OrganizationsRead,
    /// Create and change organizations.
    #[serde(rename = "organizations:write")]
    OrganizationsWrite,
    /// Read subscriptions and their seats.
    #[serde(rename = "subscriptions:read")]
    SubscriptionsRead,
    /// Change subscriptions.
    #[serde(rename = "subscriptions:write")]
    SubscriptionsWrite,
    /// Read analytics.
    #[serde(rename = "analytics:read")]
    AnalyticsRead,
    /// Read entities, departments, contracts and disputes.
    #[serde(rename = "enterprise:read")]
    EnterpriseRead,
    /// Change entities, departments, contracts and disputes.
    #[serde(rename = "enterprise:write")]
    EnterpriseWrite,
    /// Read financial reports.
    #[serde(rename = "reports:read")]
    ReportsRead,
    /// Connect accounting systems, and have them synchronised.
    #[serde(rename = "integrations:admin")]
    IntegrationsAdmin,
    /// Read invoices, their payments and reminders.
    #[serde(rename = "invoices:read")]
    InvoicesRead,
    /// Create, change, finalise and void invoices, and record their payments.
    #[serde(rename = "invoices:write")]
    InvoicesWrite,
    /// Read messages to people, and others' feeds and preferences.
    #[serde(rename = "messages:read")]
    MessagesRead,
    /// Tell people of events, and change what they are told and how.
    #[serde(rename = "messages:write")]
    MessagesWrite,
    /// Send and verify one-time codes.
    #[serde(rename = "otp:send")]
    OtpSend,
    /// Read orders and shops.
    #[serde(rename = "orders:read")]
    OrdersRead,
    /// Create, change and pack orders, and connect shops.
    #[serde(rename = "orders:write")]
    OrdersWrite,
    /// Read jobs.
    #[serde(rename = "jobs:read")]
    JobsRead,
    /// Replay jobs and run those that are due.
    #[serde(rename = "jobs:write")]
    JobsWrite,
    /// Read the figures of the whole edge.
    #[serde(rename = "operations:read")]
    OperationsRead,
}

impl Scope {
    /// All scopes.
    pub const ALL: [Self; 33] = [
        Self::SeatsVerify,
        Self::SeatsWrite,
        Self::PlansRead,
        Self::BillingRead,
        Self::BillingWrite,
        Self::RulesEvaluate,
        Self::RulesRead,
        Self::RulesWrite,
        Self::WebhooksRead,
        Self::WebhooksWrite,
        Self::TenantsAdmin,
        Self::ErpAdmin,
        Self::ApplicationsRead,
        Self::ApplicationsWrite,
        Self::OrganizationsRead,
        Self::OrganizationsWrite,
        Self::SubscriptionsRead,
        Self::SubscriptionsWrite,
        Self::AnalyticsRead,
        Self::EnterpriseRead,
        Self::EnterpriseWrite,
        Self::ReportsRead,
        Self::IntegrationsAdmin,
        Self::InvoicesRead,
        Self::InvoicesWrite,
        Self::MessagesRead,
        Self::MessagesWrite,
        Self::OtpSend,
        Self::OrdersRead,
        Self::OrdersWrite,
        Self::JobsRead,
        Self::JobsWrite,
        Self::OperationsRead,
    ];

    /// Its name: `seats:verify`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SeatsVerify => "seats:verify",
            Self::SeatsWrite => "seats:write",
            Self::PlansRead => "plans:read",
            Self::BillingRead => "billing:read",
            Self::BillingWrite => "billing:write",
            Self::RulesEvaluate => "rules:evaluate",
            Self::RulesRead => "rules:read",
            Self::RulesWrite => "rules:write",
            Self::WebhooksRead => "webhooks:read",
            Self::WebhooksWrite => "webhooks:write",
            Self::TenantsAdmin => "tenants:admin",
            Self::ErpAdmin => "erp:admin",
            Self::ApplicationsRead => "applications:read",
            Self::ApplicationsWrite => "applications:write",
            Self::OrganizationsRead => "organizations:read",
            Self::OrganizationsWrite => "organizations:write",
            Self::SubscriptionsRead => "subscriptions:read",
            Self::SubscriptionsWrite => "subscriptions:write",
            Self::AnalyticsRead => "analytics:read",
            Self::EnterpriseRead => "enterprise:read",
            Self::EnterpriseWrite => "enterprise:write",
            Self::ReportsRead => "reports:read",
            Self::IntegrationsAdmin => "integrations:admin",
            Self::InvoicesRead => "invoices:read",
            Self::InvoicesWrite => "invoices:write",
            Self::MessagesRead => "messages:read",
            Self::MessagesWrite => "messages:write",
            Self::OtpSend => "otp:send",
            Self::OrdersRead => "orders:read",
            Self::OrdersWrite => "orders:write",
            Self::JobsRead => "jobs:read",
            Self::JobsWrite => "jobs:write",
            Self::OperationsRead => "operations:read",
        }
    }

    /// Reads the name of a scope.
    pub fn parse(written: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == written)
    }

    const fn bit(self) -> u64 {
        1 << self as u16
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A set of scopes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scopes(u64);

impl Scopes {
    /// The set of all scopes.
    pub fn all() -> Self {
        Scope::ALL.into_iter().collect()
    }

    /// Whether the set holds `scope`.
    pub const fn contains(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// The scopes of this set and those of `other`.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The scopes of this set that `other` lacks.
    pub fn missing_from(self, other: Self) -> impl Iterator<Item = Scope> {
        self.iter().filter(move |scope| !other.contains(*scope))
    }

    /// The scopes of this set.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.contains(*scope))
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | scope.bit()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_is_read_as_it_is_written() {
        for scope in Scope::ALL {
            assert_eq!(Scope::parse(scope.as_str()), Some(scope));
            assert_eq!(serde_json::to_value(scope).unwrap(), scope.as_str());
            assert_eq!(Scopes::all().iter().filter(|other| *other == scope).count(), 1);
            assert!(!Scopes::default().contains(scope));
        }
        assert_eq!(Scope::parse("seats:*"), None);
    }
}
