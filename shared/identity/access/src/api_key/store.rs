//! API keys in the database.

use edge_capabilities::Timestamp;
use edge_capabilities::database::{Cursor, DatabaseError, Row, Value};
use edge_database::{Column as _, Conditions, Db, record};

use super::token::SecretHash;
use super::{ApiKey, StoredKey, caller_id};
use crate::caller::TenantId;
use crate::lookup_cache::Table;
use crate::scope::Scope;

#[derive(Clone)]
pub(crate) struct ApiKeyStore(Db);

struct KeyRow {
    id: String,
    name: String,
    scopes: Vec<Scope>,
    tenant: Option<TenantId>,
    applications: Option<Vec<String>>,
    created_by: String,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    secret: SecretHash,
    /// None: the key was created before roots were kept, or by a build that does not keep them.
    root: Option<String>,
    revoked_at: Option<Timestamp>,
    last_used_at: Option<Timestamp>,
    /// None: the platform's key, or a tenant that is not in the database.
    tenant_is_active: Option<bool>,
}

record! {
    KeyRow in "api_keys" {
        id, name, scopes, tenant: "tenant_id", applications, created_by, created_at, expires_at,
        secret: "secret_sha256", root, revoked_at, last_used_at,
        tenant_is_active: "(SELECT t.is_active FROM tenants t WHERE t.id = LOWER(api_keys.tenant_id))",
    }
}

/// The keys above a key of a tenant, up to the first that was not created by a key of the tenant, nearest first. The
/// depth is no limit of issuing: it keeps the query finite in a database that was tampered with.
const CREATORS: &str = "WITH RECURSIVE makers (id, tenant_id, created_by, root, depth) AS (
        SELECT id, tenant_id, created_by, root, 0 FROM api_keys WHERE id = $1
        UNION ALL
        SELECT k.id, k.tenant_id, k.created_by, k.root, m.depth + 1 FROM api_keys k
        JOIN makers m ON m.created_by LIKE 'key:%' AND k.id = SUBSTR(m.created_by, 5)
        WHERE m.root IS NULL AND m.tenant_id IS NOT NULL AND k.tenant_id IS NOT NULL AND m.depth < 10000
    ) SELECT id, tenant_id, created_by, root FROM makers ORDER BY depth DESC LIMIT 1";

impl ApiKeyStore {
    pub(crate) fn new(db: Db) -> Self {
        Self(db)
    }

    pub(crate) fn db(&self) -> &Db {
        &self.0
    }

    /// Stores a new key, unless its creator's key was revoked or has expired; returns whether it was stored. An
    /// instance may accept a key for a moment after its revocation: a key created then would outlive its creator.
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
            key.scopes.to_value()?,
            key.tenant.to_value()?,
            key.applications.to_value()?,
            key.created_by.as_str().into(),
            key.created_at.into(),
            key.expires_at.into(),
            secret.to_value()?,
            key.root.as_str().into(),
            key.created_by.strip_prefix("key:").into(),
        ];
        Ok(!self.0.query(statement, &values).await?.is_empty())
    }

    /// The key `id`, unless it is revoked.
    pub(crate) async fn find(&self, id: &str) -> Result<Option<StoredKey>, DatabaseError> {
        match self.0.find(Conditions::of("id", id).and_null("revoked_at")).await? {
            None => Ok(None),
            Some(row) => self.with_root(row).await.map(Some),
        }
    }

    async fn with_root(&self, row: KeyRow) -> Result<StoredKey, DatabaseError> {
        let KeyRow { id, name, scopes, tenant, applications, created_by, created_at, expires_at, last_used_at, .. } =
            row;
        let root = match row.root {
            Some(root) => root,
            None => self.find_root(&id).await?,
        };
        let key =
            ApiKey { id, name, scopes, tenant, applications, created_by, created_at, expires_at, root, last_used_at };
        Ok(StoredKey { key, secret: row.secret, tenant_is_active: row.tenant_is_active != Some(false) })
    }

    /// Finds the root of the key `id` by following its creators, and stores it.
    async fn find_root(&self, id: &str) -> Result<String, DatabaseError> {
        let rows = self.0.query(CREATORS, &[id.into()]).await?;
        let first = rows.first().ok_or_else(|| DatabaseError::Refused("a key has gone from api_keys".into()))?;
        let (tenant, created_by) = (first.optional_text(1)?, first.text(2)?);
        let root = match first.optional_text(3)? {
            Some(root) => root.to_owned(),
            None if tenant.is_some() && created_by.starts_with("user:") => created_by.to_owned(),
            None => caller_id(first.text(0)?),
        };
        let statement = "UPDATE api_keys SET root = $1 WHERE id = $2 AND root IS NULL";
        self.0.query(statement, &[root.as_str().into(), id.into()]).await?;
        Ok(root)
    }

    /// Up to `limit` keys that are not revoked, newest first; only those of `tenant` if one is given.
    pub(crate) async fn list(
        &self,
        tenant: Option<&TenantId>,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<ApiKey>, DatabaseError> {
        let conditions = Conditions::default().and_null("revoked_at").and_if("tenant_id", tenant.map(TenantId::as_str));
        let rows = self.0.page(conditions, "created_at", cursor, limit).await?;
        let mut keys = Vec::with_capacity(rows.len());
        for row in rows {
            keys.push(self.with_root(row).await?.key);
        }
        Ok(keys)
    }

    /// The key `id` and whether it is revoked.
    pub(crate) async fn find_any(&self, id: &str) -> Result<Option<(ApiKey, bool)>, DatabaseError> {
        let Some(row) = self.0.find::<KeyRow>(Conditions::of("id", id)).await? else { return Ok(None) };
        let is_revoked = row.revoked_at.is_some();
        Ok(Some((self.with_root(row).await?.key, is_revoked)))
    }

    /// The keys that descend from the key `id` and are not revoked, with their tenants.
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

    /// The keys of `tenant` that `person` created and that are not revoked or have a descendant that is not.
    pub(crate) async fn created_by(&self, person: &str, tenant: &TenantId) -> Result<Vec<String>, DatabaseError> {
        let statement = "SELECT id FROM api_keys WHERE created_by = $1 AND tenant_id = $2 ORDER BY created_at, id";
        let creator = format!("user:{person}");
        let mut keys = Vec::new();
        for row in self.0.query(statement, &[creator.into(), tenant.as_str().into()]).await? {
            let id = row.text(0)?;
            if self.find(id).await?.is_some() || !self.descendants(id).await?.is_empty() {
                keys.push(id.to_owned());
            }
        }
        Ok(keys)
    }

    /// Notes that the key `id` was used at `now`, unless another use was noted after `since`.
    pub(crate) async fn note_use(&self, id: &str, now: Timestamp, since: Timestamp) -> Result<(), DatabaseError> {
        let statement = "UPDATE api_keys SET last_used_at = $1
            WHERE id = $2 AND (last_used_at IS NULL OR last_used_at <= $3) RETURNING id";
        self.0.query(statement, &[now.into(), id.into(), since.into()]).await.map(drop)
    }

    /// Revokes the key `id` of `tenant`, or of the platform or any tenant if none is given; returns whether it was not
    /// revoked before.
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

impl Table for ApiKeyStore {
    type Row = StoredKey;

    const NAME: &'static str = "known-api-key";

    async fn read(&self, id: &str) -> Result<Option<StoredKey>, DatabaseError> {
        self.find(id).await
    }
}
