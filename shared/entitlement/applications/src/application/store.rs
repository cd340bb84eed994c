//! Applications in the database, remembered for a moment.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use edge_capabilities::clock::millis;
use edge_capabilities::{Capabilities, Clock, Timestamp};
use edge_database::{Conditions, DatabaseError, Db};

use super::model::Application;

/// How long an instance uses what it read of an application. A change of the seat source takes effect within it.
const REMEMBERED_FOR: Duration = Duration::from_secs(1);

/// The maximum number of applications in memory: a bound against callers that invent slugs.
const MAX_REMEMBERED: usize = 1024;

/// The organizations for which the ERP gave a seat of an application and which have no live subscription to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NotImported {
    pub(crate) count: i64,
    /// The first of their ids in the application.
    pub(crate) external_orgs: Vec<String>,
}

/// The external ids of the application `$1` with such an organization.
const NOT_IMPORTED: &str = "FROM organization_names n
    WHERE n.application = $1 AND n.organization_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM tenant_external_ids e
        JOIN subscription_movements m ON m.organization_id = e.tenant_id AND m.application = e.application
            AND m.number = (SELECT MAX(l.number) FROM subscription_movements l
                WHERE l.organization_id = e.tenant_id AND l.application = e.application)
        WHERE e.application = n.application AND e.external_org = n.external_org AND m.seats_after > 0)";

/// Applications.
#[derive(Clone)]
pub struct Applications {
    db: Db,
    clock: Arc<dyn Clock>,
    remembered: Arc<Mutex<HashMap<String, Remembered>>>,
}

struct Remembered {
    /// When the read began.
    at: Timestamp,
    application: Arc<Application>,
}

impl Applications {
    /// The applications in `db`.
    pub fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self { db: db.clone(), clock: capabilities.clock.clone(), remembered: Arc::default() }
    }

    /// The application `slug` as it was at most a second ago. One that nobody registered has its seats in the ERP.
    pub async fn find(&self, slug: &str) -> Result<Arc<Application>, DatabaseError> {
        let now = self.clock.now();
        if let Some(application) = self.recall(slug, now) {
            return Ok(application);
        }
        let found = self.registered(slug).await?;
        let application = Arc::new(found.unwrap_or_else(|| Application::unregistered(slug)));
        let mut all = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MAX_REMEMBERED && !all.contains_key(slug) {
            all.clear();
        }
        all.insert(slug.to_owned(), Remembered { at: now, application: application.clone() });
        Ok(application)
    }

    fn recall(&self, slug: &str, now: Timestamp) -> Option<Arc<Application>> {
        let all = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        let remembered = all.get(slug)?;
        let age = now.millis_since(remembered.at);
        (0..millis(REMEMBERED_FOR)).contains(&age).then(|| remembered.application.clone())
    }

    fn forget(&self, slug: &str) {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner).remove(slug);
    }

    /// The application `slug` as it is now; None: nobody registered it.
    pub async fn registered(&self, slug: &str) -> Result<Option<Application>, DatabaseError> {
        self.db.find(Conditions::of("slug", slug)).await
    }

    /// Stores a new application; false: there is one with this slug.
    pub(crate) async fn insert(&self, application: &Application) -> Result<bool, DatabaseError> {
        let is_new = self.db.insert_new(application).await?;
        self.forget(&application.slug);
        Ok(is_new)
    }

    /// Stores `application` unless it was changed since it was read; gives whether it did.
    pub(crate) async fn replace(&self, application: &Application) -> Result<bool, DatabaseError> {
        let is_replaced = self.db.update_if_revision(application, &["slug"], &["created_at"]).await?;
        self.forget(&application.slug);
        Ok(is_replaced)
    }

    /// What the ERP has of the application `slug` and the record has not; at most `named` are named.
    pub(crate) async fn not_imported(&self, slug: &str, named: u32) -> Result<NotImported, DatabaseError> {
        let counted = self.db.query(&format!("SELECT COUNT(*) {NOT_IMPORTED}"), &[slug.into()]).await?;
        let count = counted.first().map_or(Ok(0), |row| row.integer(0))?;
        let statement = format!("SELECT n.external_org {NOT_IMPORTED} ORDER BY n.external_org LIMIT $2");
        let rows = match count {
            0 => Vec::new(),
            _ => self.db.query(&statement, &[slug.into(), i64::from(named).into()]).await?,
        };
        let external_orgs = rows.iter().map(|row| row.text(0).map(ToOwned::to_owned)).collect::<Result<_, _>>()?;
        Ok(NotImported { count, external_orgs })
    }

    /// Up to `limit` applications after `last`, sorted by slug.
    pub(crate) async fn list(&self, last: &str, limit: u32) -> Result<Vec<Application>, DatabaseError> {
        let conditions = Conditions::default().and_where("slug > ?", last);
        self.db.select(conditions, &format!("slug LIMIT {limit}")).await
    }
}

#[cfg(test)]
mod tests {
    use edge_capabilities::testing::World;

    use super::super::model::SeatSource;
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_change_is_seen_by_another_instance_within_a_second() {
        let world = World::new(1);
        let instance = || {
            let (capabilities, _) = world.instance();
            Applications::new(&capabilities, &Db::new(capabilities.db.clone()))
        };
        let (one, other) = (instance(), instance());
        let source = async |applications: &Applications| applications.find("openmic").await.unwrap().seat_source;
        assert_eq!(source(&other).await, SeatSource::Erp);
        let edge = Application { seat_source: SeatSource::Edge, ..Application::unregistered("openmic") };
        assert!(one.insert(&edge).await.unwrap());
        assert_eq!((source(&one).await, source(&other).await), (SeatSource::Edge, SeatSource::Erp));
        world.clock.advance(REMEMBERED_FOR).await;
        assert_eq!(source(&other).await, SeatSource::Edge);
        assert!(one.replace(&Application { seat_source: SeatSource::Erp, ..edge.clone() }).await.unwrap());
        assert!(!one.replace(&edge).await.unwrap());
        assert_eq!((source(&one).await, source(&other).await), (SeatSource::Erp, SeatSource::Edge));
        world.clock.shift(-1);
        assert_eq!(source(&other).await, SeatSource::Erp);
    }

    #[tokio::test(start_paused = true)]
    async fn invented_slugs_do_not_fill_the_memory() {
        let (capabilities, _) = World::new(1).instance();
        let applications = Applications::new(&capabilities, &Db::new(capabilities.db.clone()));
        for number in 0..MAX_REMEMBERED + 10 {
            assert_eq!(applications.find(&format!("made-up-{number}")).await.unwrap().seat_source, SeatSource::Erp);
        }
        assert!(applications.remembered.lock().unwrap().len() <= MAX_REMEMBERED);
    }
}
