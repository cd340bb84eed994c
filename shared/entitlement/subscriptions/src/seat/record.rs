//! The record as seat checks read it: one statement. It also reads where the seats live, so that no check is answered from
//! where they lived before: what is remembered of the application may be a second old.

use async_trait::async_trait;
use edge_applications::{Applications, SeatSource};
use edge_capabilities::Capabilities;
use edge_capabilities::database::{DatabaseError, Row};
use edge_database::Db;
use edge_seats::{Id, SeatLookup, SeatRecord, SeatSnapshot, SeatStatus, Subject, SubscriptionStatus};

use super::model::SeatState;
use crate::subscription::Terms;

/// The seats in the record, of the applications that keep them there.
#[derive(Clone)]
pub struct RecordedSeats {
    applications: Applications,
    capabilities: Capabilities,
    db: Db,
}

/// The organization with the external id `$2` in the application `$1`, its last subscription, and the last movement of the
/// user `$3` there. No row: the application's seats are not in the record.
const FIND: &str = "SELECT t.id, t.is_active, t.is_suspended, h.subscription_id, h.terms_number, m.terms,
        s.subscription_id, s.seat_id, s.seat_state, s.number
    FROM applications a
    LEFT JOIN tenant_external_ids e ON e.application = a.slug AND e.external_org = $2
    LEFT JOIN tenants t ON t.id = e.tenant_id
    LEFT JOIN subscription_movements h ON h.organization_id = e.tenant_id AND h.application = e.application
        AND h.number = (SELECT MAX(l.number) FROM subscription_movements l
            WHERE l.organization_id = e.tenant_id AND l.application = e.application)
    LEFT JOIN subscription_movements m ON m.organization_id = h.organization_id AND m.application = h.application
        AND m.number = h.terms_number
    LEFT JOIN subscription_movements s ON s.organization_id = e.tenant_id AND s.application = e.application
        AND s.number = (SELECT MAX(u.number) FROM subscription_movements u
            WHERE u.organization_id = e.tenant_id AND u.application = e.application AND u.user_id = $3)
    WHERE a.slug = $1 AND a.seat_source = 'edge'";

impl RecordedSeats {
    /// Those in `db`.
    pub fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self { applications: Applications::new(capabilities, db), capabilities: capabilities.clone(), db: db.clone() }
    }

    fn read(&self, row: &Row) -> Result<SeatLookup, DatabaseError> {
        let Some(organization) = row.optional_text(0)? else { return Ok(SeatLookup::OrganizationNotFound) };
        let (Some(subscription), Some(terms)) = (row.optional_text(3)?, row.optional_text(5)?) else {
            return Ok(SeatLookup::SeatNotFound);
        };
        let unreadable = |error: serde_json::Error| DatabaseError::Refused(error.to_string());
        let mut terms: Terms = serde_json::from_str(terms).map_err(unreadable)?;
        terms.advance(self.capabilities.clock.now());
        // A seat of an earlier subscription is none of this one.
        let is_of_this = row.optional_text(6)? == Some(subscription);
        let (Some(status), Some(id), true) = (terms.status.in_checks(), row.optional_text(7)?, is_of_this) else {
            return Ok(SeatLookup::SeatNotFound);
        };
        let state = row.optional_text(8)?.and_then(SeatState::parse);
        let state = state.ok_or_else(|| DatabaseError::Refused("seat_state is not known".into()))?;
        let is_inactive = row.integer(1)? == 0 || row.integer(2)? != 0;
        Ok(SeatLookup::Seat(SeatSnapshot {
            organization: organization.to_owned(),
            seat_id: id.to_owned(),
            seat_status: match state {
                SeatState::Pending => SeatStatus::Pending,
                SeatState::Active => SeatStatus::Active,
                SeatState::Revoked => SeatStatus::Revoked,
            },
            subscription_status: if is_inactive { SubscriptionStatus::Suspended } else { status },
            period_end: terms.access_end(),
            // Changes of the seat and of the subscription are numbered together.
            version: row.integer(9)?.max(row.integer(4)?),
            tenant_is_inactive: is_inactive,
        }))
    }
}

#[async_trait]
impl SeatRecord for RecordedSeats {
    async fn keeps(&self, application: &Id) -> Result<bool, DatabaseError> {
        Ok(self.applications.find(application.as_str()).await?.seat_source == SeatSource::Edge)
    }

    async fn find(&self, subject: &Subject) -> Result<Option<SeatLookup>, DatabaseError> {
        let (application, external_org) = (&subject.org.application, &subject.org.id);
        let values = [application.as_str().into(), external_org.as_str().into(), subject.user.as_str().into()];
        let rows = self.db.query(FIND, &values).await?;
        rows.first().map(|row| self.read(row)).transpose()
    }
}
