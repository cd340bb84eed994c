//! Activities in the database.

use edge_capabilities::Timestamp;
use edge_database::{Conditions, DatabaseError, Db};

use super::model::{Activity, ActivityKind};

/// Activities in a database.
#[derive(Clone)]
pub struct Activities(Db);

impl Activities {
    /// The activities in `db`.
    pub fn new(db: Db) -> Self {
        Self(db)
    }

    /// Notes an activity, once for each id and tenant; gives whether it is new.
    pub async fn note(&self, activity: &Activity) -> Result<bool, DatabaseError> {
        self.0.insert_new(activity).await
    }

    /// Whether the event `id` was noted.
    pub async fn is_noted(&self, id: &str) -> Result<bool, DatabaseError> {
        let rows = self.0.query("SELECT 1 FROM contact_events WHERE id = $1", &[id.into()]).await?;
        Ok(!rows.is_empty())
    }

    /// When the contact with this id replied last.
    pub async fn last_reply(&self, contact: &str) -> Result<Option<Timestamp>, DatabaseError> {
        let statement = "SELECT MAX(occurred_at) FROM contact_events WHERE contact_id = $1 AND kind = 'reply'";
        let rows = self.0.query(statement, &[contact.into()]).await?;
        Ok(rows.first().map_or(Ok(None), |row| row.optional_integer(0))?.map(Timestamp::from_millis))
    }

    /// What the contact with this id did since `since`, oldest first: its replies, or its clicks with their URLs.
    pub async fn since(
        &self,
        contact: &str,
        kind: ActivityKind,
        since: Timestamp,
    ) -> Result<Vec<Activity>, DatabaseError> {
        let of = Conditions::of("contact_id", contact).and("kind", kind.as_str());
        self.0.select(of.and_where("occurred_at >= ?", since), "occurred_at, id").await
    }

    /// Removes what was noted before `before`.
    pub(crate) async fn remove_old(&self, before: Timestamp) -> Result<(), DatabaseError> {
        self.0.query("DELETE FROM contact_events WHERE received_at < $1", &[before.into()]).await.map(drop)
    }

    /// What the contacts with these ids did since `since`, in no order.
    pub async fn of_contacts<'i>(
        &self,
        contacts: impl IntoIterator<Item = &'i str>,
        since: Timestamp,
    ) -> Result<Vec<Activity>, DatabaseError> {
        let of = Conditions::default().and_in("contact_id", contacts).and_in("kind", ["reply", "click"]);
        self.0.select(of.and_where("occurred_at >= ?", since), "occurred_at, id").await
    }

    /// Removes what the contact with this id did.
    pub(crate) async fn forget(&self, contact: &str) -> Result<(), DatabaseError> {
        self.0.query("DELETE FROM contact_events WHERE contact_id = $1", &[contact.into()]).await.map(drop)
    }
}
