//! An application.

use std::time::Duration;

use edge_capabilities::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The number of days for which an invitation holds, unless the application says otherwise.
pub(crate) const DEFAULT_INVITATION_DAYS: u32 = 7;

/// Where the seats of an application live.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SeatSource {
    /// In the ERP, which a seat check asks.
    #[default]
    Erp,
    /// In the edge's own database: a seat check needs no upstream.
    Edge,
}

impl SeatSource {
    /// Its name: `erp`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Erp => "erp",
            Self::Edge => "edge",
        }
    }

    /// Reads the name of a source.
    pub fn parse(written: &str) -> Option<Self> {
        [Self::Erp, Self::Edge].into_iter().find(|source| source.as_str() == written)
    }
}

/// An application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// Its name in paths and seat checks: `healos`.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// What it calls an organisation's id: `hospital_id`.
    pub external_id_name: String,
    /// Where its seats live.
    pub seat_source: SeatSource,
    /// The hours that must pass before a seat that was assigned can be transferred.
    pub seat_cooldown_hours: u32,
    /// The days for which an invitation to a seat holds.
    pub invitation_days: u32,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Who changed it last.
    pub updated_by: String,
    /// Raised by each change.
    pub revision: i64,
}

edge_database::record! {
    Application in "applications" {
        slug, name, external_id_name, seat_source, seat_cooldown_hours, invitation_days, created_at, updated_at,
        updated_by, revision,
    }
}

edge_database::text_column!(SeatSource);

impl Application {
    /// An application that nobody registered: its seats live in the ERP.
    pub(crate) fn unregistered(slug: &str) -> Self {
        Self::new(slug, Timestamp::from_millis(0))
    }

    pub(crate) fn new(slug: &str, now: Timestamp) -> Self {
        Self {
            slug: slug.to_owned(),
            name: slug.to_owned(),
            external_id_name: "external_id".to_owned(),
            seat_source: SeatSource::default(),
            seat_cooldown_hours: 0,
            invitation_days: DEFAULT_INVITATION_DAYS,
            created_at: now,
            updated_at: now,
            updated_by: String::new(),
            revision: 1,
        }
    }

    /// How long a seat that was assigned cannot be transferred.
    pub const fn seat_cooldown(&self) -> Duration {
        Duration::from_secs(self.seat_cooldown_hours as u64 * 3600)
    }

    /// How long an invitation to a seat holds.
    pub const fn invitation_lifetime(&self) -> Duration {
        Duration::from_secs(self.invitation_days as u64 * 24 * 3600)
    }
}
