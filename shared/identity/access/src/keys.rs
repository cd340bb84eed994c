//! API keys in the database.

use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Row, Value};
use edge_database::Db;
use serde::{Deserialize, Serialize};

use crate::caller::{Caller, TenantId};
use crate::recent::Source;
use crate::scope::{Scope, Scopes};
use crate::token::SecretHash;

/// An API key, without its secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ApiKey {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) scopes: Vec<Scope>,
    pub(crate) tenant: Option<TenantId>,
    pub(crate) applications: Option<Vec<String>>,
    pub(crate) created_by: String,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Option<Timestamp>,
    /// Whom the chain of issuing began with; see [`Caller::root`].
    pub(crate) root: String,
}

/// A key that was not revoked, with what proves its secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct StoredKey {
    pub(crate) key: ApiKey,
    pub(crate) secret: SecretHash,
    /// Whether its tenant is active; the platform is, and so is a tenant that is not in the database.
    pub(crate) tenant_is_active: bool,
}

/// The key `id` as a caller: how the database names who did something.
pub(crate) fn key_id(id: &str) -> String {
    format!("key:{id}")
}

impl ApiKey {
    pub(crate) fn caller(&self) -> Caller {
        Caller {
            id: key_id(&self.id).into(),
            scopes: self.scopes.iter().copied().collect::<Scopes>(),
            tenant: self.tenant.clone(),
            roles: std::sync::Arc::default(),
            applications: self.applications.as_deref().map(Into::into),
            root: self.root.as_str().into(),
            expires_at: self.expires_at,
        }
    }
}

/// Where a page of keys begins: behind the key that was created then and has this id.
pub(crate) struct Cursor {
    pub(crate) created_at: Timestamp,
    pub(crate) id: String,
}

pub(crate) struct Keys(Db);

const COLUMNS: &str =
    "id, name, scopes, tenant_id, applications, created_by, created_at, expires_at, secret_sha256, root,
    (SELECT t.is_active FROM tenants t WHERE t.id = LOWER(api_keys.tenant_id))";

/// The keys above a key of a tenant, up to the first that was not made by a key of the tenant, nearest first. The depth
/// is no limit that issuing knows: it is there so that a database that was tampered with makes no endless query.
const MAKERS: &str = "WITH RECURSIVE makers (id, tenant_id, created_by, root, depth) AS (
        SELECT id, tenant_id, created_by, root, 0 FROM api_keys WHERE id = $1
        UNION ALL
        SELECT k.id, k.tenant_id, k.created_by, k.root, m.depth + 1 FROM api_keys k
        JOIN makers m ON m.created_by LIKE 'key:%' AND k.id = SUBSTR(m.created_by, 5)
        WHERE m.root IS NULL AND m.tenant_id IS NOT NULL AND k.tenant_id IS NOT NULL AND m.depth < 10000
    ) SELECT id, tenant_id, created_by, root FROM makers ORDER BY depth DESC LIMIT 1";

impl Keys {
    pub(crate) fn new(db: Db) -> Self {
        Self(db)
    }

    pub(crate) fn db(&self) -> &Db {
        &self.0
    }

    /// Stores a new key, unless the key that makes it was revoked or has expired; gives whether it is stored. An
    /// instance may know a key for a moment longer than it works: what it makes then would outlive it.
    pub(crate) async fn insert(&self, key: &ApiKey, secret: &SecretHash) -> Result<bool, DatabaseError> {
        let statement = "INSERT INTO api_keys
            (id, name, scopes, tenant_id, applications, created_by, created_at, expires_at, secret_sha256, root)
            SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS TEXT),
                CAST($6 AS TEXT), CAST($7 AS BIGINT), CAST($8 AS BIGINT), CAST($9 AS TEXT), CAST($10 AS TEXT)
            WHERE NOT EXISTS (SELECT 1 FROM api_keys m WHERE m.id = $11
                AND (m.revoked_at IS NOT NULL OR m.expires_at <= $7))
            RETURNING id";
        let values = [
            Value::from(key.id.as_str()),
            key.name.as_str().into(),
            to_json(&key.scopes)?.into(),
            key.tenant.as_ref().map(TenantId::as_str).into(),
            key.applications.as_ref().map(to_json).transpose()?.into(),
            key.created_by.as_str().into(),
            key.created_at.into(),
            key.expires_at.into(),
            secret.to_hex().into(),
            key.root.as_str().into(),
            key.created_by.strip_prefix("key:").into(),
        ];
        Ok(!self.0.query(statement, &values).await?.is_empty())
    }

    /// The key `id`, unless it was revoked.
    pub(crate) async fn find(&self, id: &str) -> Result<Option<StoredKey>, DatabaseError> {
        let statement = format!("SELECT {COLUMNS} FROM api_keys WHERE id = $1 AND revoked_at IS NULL");
        match self.0.query(&statement, &[id.into()]).await?.first() {
            None => Ok(None),
            Some(row) => self.stored(row).await.map(Some),
        }
    }

    async fn stored(&self, row: &Row) -> Result<StoredKey, DatabaseError> {
        let root = match row.optional_text(9)? {
            Some(root) => root.to_owned(),
            None => self.find_root(row.text(0)?).await?,
        };
        from_row(row, root)
    }

    /// The root of the key `id`, which was made before roots were kept, or by a build that does not keep them: found by
    /// who made whom, and kept from now on.
    async fn find_root(&self, id: &str) -> Result<String, DatabaseError> {
        let rows = self.0.query(MAKERS, &[id.into()]).await?;
        let first = rows.first().ok_or_else(|| DatabaseError::Refused("a key has gone from api_keys".into()))?;
        let (tenant, made_by) = (first.optional_text(1)?, first.text(2)?);
        let root = match first.optional_text(3)? {
            Some(known) => known.to_owned(),
            None if tenant.is_some() && made_by.starts_with("user:") => made_by.to_owned(),
            None => key_id(first.text(0)?),
        };
        let statement = "UPDATE api_keys SET root = $1 WHERE id = $2 AND root IS NULL";
        self.0.query(statement, &[root.as_str().into(), id.into()]).await?;
        Ok(root)
    }

    /// Up to `limit` keys that were not revoked, newest first, of `tenant` alone where one is given.
    pub(crate) async fn list(
        &self,
        tenant: Option<&TenantId>,
        behind: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<ApiKey>, DatabaseError> {
        let behind = behind.unwrap_or(Cursor { created_at: Timestamp::from_millis(i64::MAX), id: String::new() });
        let mut values = vec![Value::from(behind.created_at), behind.id.into(), Value::Integer(i64::from(limit))];
        let mut of_tenant = "";
        if let Some(tenant) = tenant {
            values.push(tenant.as_str().into());
            of_tenant = "AND tenant_id = $4";
        }
        let statement = format!(
            "SELECT {COLUMNS} FROM api_keys
             WHERE (created_at < $1 OR (created_at = $1 AND id < $2)) AND revoked_at IS NULL {of_tenant}
             ORDER BY created_at DESC, id DESC LIMIT $3"
        );
        let rows = self.0.query(&statement, &values).await?;
        let mut keys = Vec::with_capacity(rows.len());
        for row in &rows {
            keys.push(self.stored(row).await?.key);
        }
        Ok(keys)
    }

    /// The key `id`, revoked or not; with whether it was revoked.
    pub(crate) async fn find_any(&self, id: &str) -> Result<Option<(ApiKey, bool)>, DatabaseError> {
        let statement = format!("SELECT {COLUMNS}, revoked_at FROM api_keys WHERE id = $1");
        match self.0.query(&statement, &[id.into()]).await?.first() {
            None => Ok(None),
            Some(row) => Ok(Some((self.stored(row).await?.key, row.optional_integer(11)?.is_some()))),
        }
    }

    /// The keys that descend from the key `id` and were not revoked, with their tenants.
    pub(crate) async fn descendants(&self, id: &str) -> Result<Vec<(String, Option<TenantId>)>, DatabaseError> {
        let statement = "WITH RECURSIVE made (id, tenant_id, revoked_at) AS (
                SELECT id, tenant_id, revoked_at FROM api_keys WHERE created_by = 'key:' || CAST($1 AS TEXT)
                UNION
                SELECT k.id, k.tenant_id, k.revoked_at FROM api_keys k JOIN made m ON k.created_by = 'key:' || m.id
            ) SELECT id, tenant_id FROM made WHERE revoked_at IS NULL ORDER BY id";
        let rows = self.0.query(statement, &[id.into()]).await?;
        let read = |row: &Row| Ok((row.text(0)?.to_owned(), row.optional_text(1)?.map(TenantId::new)));
        rows.iter().map(read).collect()
    }

    /// The keys of `tenant` that `person` made and that were not revoked, or of which a descendant was not.
    pub(crate) async fn of_person(&self, person: &str, tenant: &TenantId) -> Result<Vec<String>, DatabaseError> {
        let statement = "SELECT id FROM api_keys WHERE created_by = $1 AND tenant_id = $2 ORDER BY created_at, id";
        let made_by = format!("user:{person}");
        let mut keys = Vec::new();
        for row in self.0.query(statement, &[made_by.into(), tenant.as_str().into()]).await? {
            let id = row.text(0)?;
            if self.find(id).await?.is_some() || !self.descendants(id).await?.is_empty() {
                keys.push(id.to_owned());
            }
        }
        Ok(keys)
    }

    /// Revokes the key `id`, of `tenant` alone where one is given; gives whether there was one.
    pub(crate) async fn revoke(
        &self,
        id: &str,
        tenant: Option<&TenantId>,
        now: Timestamp,
    ) -> Result<bool, DatabaseError> {
        let mut values = vec![Value::from(now), id.into()];
        let mut of_tenant = "";
        if let Some(tenant) = tenant {
            values.push(tenant.as_str().into());
            of_tenant = "AND tenant_id = $3";
        }
        let statement = format!(
            "UPDATE api_keys SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL {of_tenant} RETURNING id"
        );
        Ok(!self.0.query(&statement, &values).await?.is_empty())
    }
}

impl Source for Keys {
    type Value = StoredKey;

    const NAME: &'static str = "known-api-key";

    async fn read(&self, id: &str) -> Result<Option<StoredKey>, DatabaseError> {
        self.find(id).await
    }
}

fn from_row(row: &Row, root: String) -> Result<StoredKey, DatabaseError> {
    let key = ApiKey {
        id: row.text(0)?.to_owned(),
        name: row.text(1)?.to_owned(),
        scopes: from_json(row.text(2)?)?,
        tenant: row.optional_text(3)?.map(TenantId::new),
        applications: row.optional_text(4)?.map(from_json).transpose()?,
        created_by: row.text(5)?.to_owned(),
        created_at: Timestamp::from_millis(row.integer(6)?),
        expires_at: row.optional_integer(7)?.map(Timestamp::from_millis),
        root,
    };
    let secret = SecretHash::from_hex(row.text(8)?);
    let secret = secret.ok_or_else(|| DatabaseError::Refused("api_keys.secret_sha256 is not a SHA-256".into()))?;
    Ok(StoredKey { key, secret, tenant_is_active: row.optional_integer(10)? != Some(0) })
}

fn to_json<T: Serialize>(value: &T) -> Result<String, DatabaseError> {
    serde_json::to_string(value).map_err(|error| DatabaseError::Refused(error.to_string()))
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, DatabaseError> {
    serde_json::from_str(text).map_err(|error| DatabaseError::Refused(format!("api_keys: {error}")))
}
