//! The accounting systems.

use edge_capabilities::http::UpstreamName;
use edge_database::text_column;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An accounting system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// QuickBooks Online.
    QuickBooks,
    /// Xero.
    Xero,
    /// SAP S/4HANA.
    Sap,
    /// Oracle NetSuite.
    NetSuite,
    /// Sage Accounting.
    Sage,
    /// Dynamics 365 Business Central.
    Dynamics365,
}

impl Provider {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::QuickBooks, Self::Xero, Self::Sap, Self::NetSuite, Self::Sage, Self::Dynamics365];

    /// Its name in requests, rows, variables and metrics.
    pub const fn as_str(self) -> &'static str {
        self.upstream().as_str()
    }

    /// Its name for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::QuickBooks => "QuickBooks",
            Self::Xero => "Xero",
            Self::Sap => "SAP",
            Self::NetSuite => "NetSuite",
            Self::Sage => "Sage",
            Self::Dynamics365 => "Dynamics 365",
        }
    }

    /// The provider of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|provider| provider.as_str() == name)
    }

    /// The upstream that it is.
    pub const fn upstream(self) -> UpstreamName {
        match self {
            Self::QuickBooks => UpstreamName::QuickBooks,
            Self::Xero => UpstreamName::Xero,
            Self::Sap => UpstreamName::Sap,
            Self::NetSuite => UpstreamName::NetSuite,
            Self::Sage => UpstreamName::Sage,
            Self::Dynamics365 => UpstreamName::Dynamics365,
        }
    }
}

text_column!(Provider);
