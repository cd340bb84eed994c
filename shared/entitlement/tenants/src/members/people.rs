//! What is known of the people behind users: apart from everything else, so that it can be deleted.
//!
//! Deleting a person's data leaves the books intact: which user did what, and who paid for what, stays under the user's
//! id, which says nothing of the person once this is gone.

use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Value};
use edge_database::{Db, places};

/// What is sent of a person: None leaves what is known, Some(None) clears it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonPatch {
    /// The e-mail address.
    pub email: Option<Option<String>>,
    /// The name.
    pub name: Option<Option<String>>,
}

/// People, in the database.
#[derive(Clone)]
pub struct People(Db);

impl People {
    /// Those in `db`.
    pub fn new(db: Db) -> Self {
        Self(db)
    }

    /// Takes note of what was person of the person behind `user`.
    pub async fn note(
        &self,
        tenant: &str,
        user: &str,
        person: &PersonPatch,
        now: Timestamp,
    ) -> Result<(), DatabaseError> {
        let statement = "INSERT INTO tenant_people
            (tenant_id, user_id, email, name, provisioned_by, joined_at, updated_at)
            VALUES ($1, $2, $3, $4, 'admin', $5, $5)
            ON CONFLICT (tenant_id, user_id) DO UPDATE SET updated_at = excluded.updated_at,
                email = CASE WHEN CAST($6 AS BIGINT) = 1 THEN excluded.email ELSE tenant_people.email END,
                name = CASE WHEN CAST($7 AS BIGINT) = 1 THEN excluded.name ELSE tenant_people.name END";
        let flag = |person: bool| Value::Integer(i64::from(person));
        let values: [Value; 7] = [
            tenant.into(),
            user.into(),
            person.email.clone().flatten().into(),
            person.name.clone().flatten().into(),
            now.into(),
            flag(person.email.is_some()),
            flag(person.name.is_some()),
        ];
        self.0.query(statement, &values).await.map(drop)
    }

    /// The e-mail address of the person behind `user`; the outer None: nothing is known of the person.
    pub async fn email_of(&self, tenant: &str, user: &str) -> Result<Option<Option<String>>, DatabaseError> {
        let statement = "SELECT email FROM tenant_people WHERE tenant_id = $1 AND user_id = $2";
        let rows = self.0.query(statement, &[tenant.into(), user.into()]).await?;
        rows.first().map(|row| Ok(row.optional_text(0)?.map(ToOwned::to_owned))).transpose()
    }

    /// The user whose e-mail address is `email`, in any case.
    pub async fn user_with_email(&self, tenant: &str, email: &str) -> Result<Option<String>, DatabaseError> {
        let statement = "SELECT user_id FROM tenant_people WHERE tenant_id = $1 AND LOWER(email) = $2
            ORDER BY joined_at, user_id LIMIT 1";
        let rows = self.0.query(statement, &[tenant.into(), email.to_lowercase().into()]).await?;
        rows.first().map(|row| row.text(0).map(ToOwned::to_owned)).transpose()
    }

    /// Deletes what is known of the person behind `user`; gives whether there was anything.
    pub async fn delete(&self, tenant: &str, user: &str) -> Result<bool, DatabaseError> {
        let statement = "DELETE FROM tenant_people WHERE tenant_id = $1 AND user_id = $2 RETURNING user_id";
        Ok(!self.0.query(statement, &[tenant.into(), user.into()]).await?.is_empty())
    }

    /// The e-mail addresses that are known of `users`.
    pub async fn emails_of(&self, tenant: &str, users: &[&str]) -> Result<Vec<String>, DatabaseError> {
        if users.is_empty() {
            return Ok(Vec::new());
        }
        let statement = format!(
            "SELECT email FROM tenant_people WHERE tenant_id = $1 AND email IS NOT NULL AND user_id IN ({})",
            places(2, users.len())
        );
        let values: Vec<Value> = [tenant].iter().chain(users).map(|text| Value::from(*text)).collect();
        self.0.query(&statement, &values).await?.iter().map(|row| row.text(0).map(ToOwned::to_owned)).collect()
    }
}
