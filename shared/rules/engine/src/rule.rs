//! The rules.

use std::fmt;

/// A decision that admins may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// Who has to approve a purchase.
    Approval,
    /// Whether a budget allows a purchase.
    Budget,
    /// Which role an employee gets.
    RoleMapping,
    /// Whether a seat grants access.
    SeatAccess,
}

impl Rule {
    /// All rules, sorted by name.
    pub const ALL: [Self; 4] = [Self::Approval, Self::Budget, Self::RoleMapping, Self::SeatAccess];

    /// The name: `role_mapping`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approval => "approval",
            Self::Budget => "budget",
            Self::RoleMapping => "role_mapping",
            Self::SeatAccess => "seat_access",
        }
    }

    /// Parses a name.
    pub fn parse(written: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.as_str() == written)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
