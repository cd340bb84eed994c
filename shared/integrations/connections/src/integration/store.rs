//! Integrations in the database. Whatever changes one is one statement on one revision of its row, with what is left to do
//! about the change.

use edge_capabilities::Timestamp;
use edge_database::{Column as _, Conditions, Cursor, DatabaseError, Db};

use super::model::{Integration, IntegrationStatus, Task};
use crate::error::ConnectionError;

/// How often a change is tried again after somebody else was faster.
const MAX_ATTEMPTS: u32 = 100;

/// Integrations in a database.
#[derive(Clone)]
pub(crate) struct Integrations(pub(crate) Db);

impl Integrations {
    pub(crate) const fn new(db: Db) -> Self {
        Self(db)
    }

    pub(crate) async fn find(&self, tenant: &str, id: &str) -> Result<Option<Integration>, DatabaseError> {
        self.0.find(Conditions::of("tenant_id", tenant).and("id", id)).await
    }

    /// Stores a new integration; gives whether there was none with its id.
    pub(crate) async fn insert(&self, integration: &Integration) -> Result<bool, DatabaseError> {
        self.0.insert_new(integration).await
    }

    /// Changes the integration `id` of `tenant` by `change`, which may be called several times. None: it wants no change. A
    /// change of what only the edge sees has no task.
    pub(crate) async fn change<E: From<ConnectionError>>(
        &self,
        tenant: &str,
        id: &str,
        now: Timestamp,
        mut change: impl FnMut(&mut Integration) -> Result<Option<Vec<Task>>, E>,
    ) -> Result<Integration, E> {
        let failed = |error: DatabaseError| E::from(error.into());
        for _ in 0..MAX_ATTEMPTS {
            let found = self.find(tenant, id).await.map_err(failed)?;
            let mut integration = found.ok_or_else(|| E::from(ConnectionError::NotFound))?;
            let Some(tasks) = change(&mut integration)? else { return Ok(integration) };
            integration.tasks.extend(tasks);
            integration.updated_at = now;
            let fixed = ["provider", "name", "created_by", "created_at"];
            if self.0.update_if_revision(&integration, &["id", "tenant_id"], &fixed).await.map_err(failed)? {
                integration.revision = integration.revision.saturating_add(1);
                return Ok(integration);
            }
        }
        Err(ConnectionError::Busy.into())
    }

    /// Notes that all tasks of `integration` are done. Tasks that came since stay.
    pub(crate) async fn done(&self, integration: &Integration) -> Result<(), DatabaseError> {
        let statement = "UPDATE integrations SET tasks = '[]' WHERE id = $1 AND tasks = $2";
        let values = vec![integration.id.as_str().into(), integration.tasks.to_value()?];
        self.0.query_owned(statement, values).await.map(drop)
    }

    /// Up to `limit` integrations with tasks that were left since before `at`.
    pub(crate) async fn with_tasks(&self, at: Timestamp, limit: u32) -> Result<Vec<Integration>, DatabaseError> {
        let left = Conditions::default().and_where("tasks <> '[]' AND updated_at < ?", at);
        self.0.select(left, &format!("updated_at, id LIMIT {limit}")).await
    }

    /// Up to `limit` disconnected integrations that still have secrets since before `at`.
    pub(crate) async fn unerased(&self, at: Timestamp, limit: u32) -> Result<Vec<Integration>, DatabaseError> {
        let left = Conditions::of("status", IntegrationStatus::Disconnected.as_str())
            .and_where("(tokens IS NOT NULL OR credentials IS NOT NULL) AND updated_at < ?", at);
        self.0.select(left, &format!("updated_at, id LIMIT {limit}")).await
    }

    /// The tenants and ids of up to `limit` connected integrations whose tokens came before `at`, the oldest first.
    pub(crate) async fn unused(&self, at: Timestamp, limit: u32) -> Result<Vec<(String, String)>, DatabaseError> {
        let statement = "SELECT tenant_id, id FROM integrations WHERE status = $1 AND tokens_at < $2
            ORDER BY tokens_at, id LIMIT $3";
        let values = [IntegrationStatus::Connected.as_str().into(), at.into(), i64::from(limit).into()];
        let rows = self.0.query(statement, &values).await?;
        rows.iter().map(|row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned()))).collect()
    }

    /// All connected integrations, of whichever tenant.
    pub(crate) async fn connected(&self) -> Result<Vec<Integration>, DatabaseError> {
        self.0.select(Conditions::of("status", IntegrationStatus::Connected.as_str()), "id").await
    }

    /// Up to `limit` integrations of `tenant`, newest first.
    pub(crate) async fn list(
        &self,
        tenant: &str,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<Integration>, DatabaseError> {
        self.0.page(Conditions::of("tenant_id", tenant), "created_at", cursor, limit).await
    }

    /// Puts the same secrets, sealed anew, in place of `old` ones, unless they changed meanwhile.
    pub(crate) async fn reseal(
        &self,
        old: &Integration,
        credentials: Option<&str>,
        tokens: Option<&str>,
    ) -> Result<(), DatabaseError> {
        for (column, old_text, new) in [("credentials", &old.credentials, credentials), ("tokens", &old.tokens, tokens)]
        {
            if let (Some(old_text), Some(new)) = (old_text, new) {
                let statement = format!("UPDATE integrations SET {column} = $3 WHERE id = $1 AND {column} = $2");
                self.0.query(&statement, &[old.id.as_str().into(), old_text.as_str().into(), new.into()]).await?;
            }
        }
        Ok(())
    }
}
