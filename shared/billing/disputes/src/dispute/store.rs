//! Disputes in the database. Whatever changes one is one statement on one revision of its row, with what is left to do about
//! the change.

use edge_capabilities::Timestamp;
use edge_database::{Column as _, Conditions, Cursor, Db, Value};

use super::model::{Dispute, DisputeStatus, SubjectKind, Task};
use crate::error::DisputesError;

/// How often a change is tried again after somebody else was faster.
const MAX_ATTEMPTS: u32 = 100;

/// Which disputes a list holds; None: all.
#[derive(Clone, Debug, Default)]
pub(super) struct DisputeFilter {
    pub(super) status: Option<DisputeStatus>,
    pub(super) entity: Option<String>,
    pub(super) subject: Option<(SubjectKind, String)>,
    /// Only those that were to be decided before this time and are not.
    pub(super) overdue_at: Option<Timestamp>,
}

/// Disputes in a database.
#[derive(Clone)]
pub struct Disputes(pub(crate) Db);

impl Disputes {
    /// The disputes in `db`.
    pub fn new(db: Db) -> Self {
        Self(db)
    }

    /// The dispute `id` of `tenant`.
    pub async fn find(&self, tenant: &str, id: &str) -> Result<Option<Dispute>, DisputesError> {
        Ok(self.0.find(Conditions::of("tenant_id", tenant).and("id", id)).await?)
    }

    /// The next number of a dispute of `tenant`.
    pub(crate) async fn next_number(&self, tenant: &str) -> Result<i64, DisputesError> {
        Ok(self.0.next_number(&format!("disputes:{tenant}")).await?)
    }

    /// Stores a new dispute; gives whether there was none with its id.
    pub(crate) async fn insert(&self, dispute: &Dispute) -> Result<bool, DisputesError> {
        Ok(self.0.insert_new(dispute).await?)
    }

    /// Changes the dispute `id` of `tenant` by `change`, which may be called several times. Where it gives no task, nothing
    /// is changed.
    pub(crate) async fn change(
        &self,
        tenant: &str,
        id: &str,
        now: Timestamp,
        mut change: impl FnMut(&mut Dispute) -> Result<Option<Task>, DisputesError>,
    ) -> Result<Dispute, DisputesError> {
        for _ in 0..MAX_ATTEMPTS {
            let mut dispute = self.find(tenant, id).await?.ok_or(DisputesError::NotFound)?;
            let Some(task) = change(&mut dispute)? else { return Ok(dispute) };
            dispute.tasks.push(task);
            dispute.updated_at = now;
            let fixed = ["number", "opened_by", "opened_root", "created_at"];
            if self.0.update_if_revision(&dispute, &["id", "tenant_id"], &fixed).await? {
                dispute.revision = dispute.revision.saturating_add(1);
                return Ok(dispute);
            }
        }
        Err(DisputesError::Busy)
    }

    /// Notes that all tasks of `dispute` are done. Tasks that came since stay.
    pub(crate) async fn done(&self, dispute: &Dispute) -> Result<(), DisputesError> {
        let statement = "UPDATE disputes SET tasks = '[]' WHERE id = $1 AND tasks = $2";
        self.0.query_owned(statement, vec![dispute.id.as_str().into(), dispute.tasks.to_value()?]).await?;
        Ok(())
    }

    /// Up to `limit` disputes with tasks that were left since before `at`.
    pub(crate) async fn with_tasks(&self, at: Timestamp, limit: u32) -> Result<Vec<Dispute>, DisputesError> {
        let left = Conditions::default().and_where("tasks <> '[]' AND updated_at < ?", at);
        Ok(self.0.select(left, &format!("updated_at, id LIMIT {limit}")).await?)
    }

    /// Up to `limit` disputes that are being resolved, those that have been longest first.
    pub(crate) async fn resolving(&self, limit: u32) -> Result<Vec<Dispute>, DisputesError> {
        let resolving = Conditions::of("status", DisputeStatus::Resolving.as_str());
        Ok(self.0.select(resolving, &format!("updated_at, id LIMIT {limit}")).await?)
    }

    /// Up to `limit` disputes of `tenant`, newest first.
    pub(super) async fn list(
        &self,
        tenant: &str,
        filter: DisputeFilter,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<Dispute>, DisputesError> {
        let mut conditions = Conditions::of("tenant_id", tenant)
            .and_if("status", filter.status.map(DisputeStatus::as_str))
            .and_if("entity_id", filter.entity);
        if let Some((kind, id)) = filter.subject {
            conditions = conditions.and("subject_kind", kind.as_str()).and("subject_id", id);
        }
        if let Some(at) = filter.overdue_at {
            let open = DisputeStatus::ALL.into_iter().filter(|status| !status.is_closed());
            conditions =
                conditions.and_where("due_at < ?", Value::from(at)).and_in("status", open.map(DisputeStatus::as_str));
        }
        Ok(self.0.page(conditions, "created_at", cursor, limit).await?)
    }
}
