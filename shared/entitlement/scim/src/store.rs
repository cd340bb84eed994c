//! Users in the database.

use edge_database::{Conditions, DatabaseError, Db};

use crate::error::ScimError;
use crate::filter::Filter;
use crate::user::ScimUser;

/// The users that identity providers provisioned.
#[derive(Clone)]
pub(crate) struct ScimUsers(Db);

fn taken(error: DatabaseError) -> ScimError {
    match error {
        DatabaseError::Duplicate(_) => ScimError::NameTaken,
        error => error.into(),
    }
}

impl ScimUsers {
    pub(crate) fn new(db: Db) -> Self {
        Self(db)
    }

    /// The user `id` of `tenant`.
    pub(crate) async fn find(&self, tenant: &str, id: &str) -> Result<Option<ScimUser>, DatabaseError> {
        self.0.find(Conditions::of("tenant_id", tenant).and("id", id)).await
    }

    /// Stores a new user.
    pub(crate) async fn insert(&self, user: &ScimUser) -> Result<(), ScimError> {
        self.0.insert(user).await.map_err(taken)
    }

    /// Stores `user` unless it was changed since it was read; gives whether it did.
    pub(crate) async fn replace(&self, user: &ScimUser) -> Result<bool, ScimError> {
        let fixed = ["created_at", "user_id"];
        self.0.update_if_revision(user, &["tenant_id", "id"], &fixed).await.map_err(taken)
    }

    /// Deletes the user `id`.
    pub(crate) async fn delete(&self, tenant: &str, id: &str) -> Result<(), DatabaseError> {
        let statement = "DELETE FROM scim_users WHERE tenant_id = $1 AND id = $2";
        self.0.query(statement, &[tenant.into(), id.into()]).await.map(drop)
    }

    /// Deletes what is known of the member `user`.
    pub(crate) async fn delete_member(&self, tenant: &str, user: &str) -> Result<(), DatabaseError> {
        let statement = "DELETE FROM scim_users WHERE tenant_id = $1 AND user_id = $2";
        self.0.query(statement, &[tenant.into(), user.into()]).await.map(drop)
    }

    /// How many users of `tenant` meet `filter`, and up to `limit` of them after the first `offset`, oldest first.
    pub(crate) async fn list(
        &self,
        tenant: &str,
        filter: Filter,
        offset: i64,
        limit: i64,
    ) -> Result<(i64, Vec<ScimUser>), DatabaseError> {
        let conditions = Conditions::of("tenant_id", tenant);
        let (column, value) = match filter {
            Filter::All => (None, String::new()),
            Filter::UserName(name) => (Some("folded_name"), name),
            Filter::ExternalId(id) => (Some("external_id"), id),
            Filter::Id(id) => (Some("id"), id),
        };
        let Some(column) = column else {
            let count = "SELECT COUNT(*) FROM scim_users WHERE tenant_id = $1";
            let rows = self.0.query(count, &[tenant.into()]).await?;
            let total = rows.first().map_or(Ok(0), |row| row.integer(0))?;
            let order = format!("created_at, id LIMIT {limit} OFFSET {offset}");
            let page = if limit > 0 { self.0.select(conditions, &order).await? } else { Vec::new() };
            return Ok((total, page));
        };
        let found: Vec<ScimUser> = self.0.select(conditions.and(column, value), "created_at, id LIMIT 1000").await?;
        let total = i64::try_from(found.len()).unwrap_or(i64::MAX);
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        let page = found.into_iter().skip(offset).take(usize::try_from(limit).unwrap_or_default()).collect();
        Ok((total, page))
    }
}
