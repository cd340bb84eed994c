//! API keys in the record.

use edge_capabilities::Instant;
use edge_capabilities::database::{DatabaseError, Row, Value};
use edge_record::Record;
use serde::{Deserialize, Serialize};

use crate::caller::{Caller, TenantId};
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
    pub(crate) created_at: Instant,
    pub(crate) expires_at: Option<Instant>,
}

/// A key that was not revoked, with what proves its secret.
#[derive(Clone, Debug)]
pub(crate) struct StoredKey {
    pub(crate) key: ApiKey,
    pub(crate) secret: SecretHash,
}

impl ApiKey {
    pub(crate) fn caller(&self) -> Caller {
        Caller {
            id: format!("key:{}", self.id).into(),
            scopes: self.scopes.iter().copied().collect::<Scopes>(),
            tenant: self.tenant.clone(),
            roles: std::sync::Arc::default(),
            applications: self.applications.as_deref().map(Into::into),
        }
    }
}

/// Where a page of keys begins: behind the key that was created then and has this id.
pub(crate) struct Behind {
    pub(crate) created_at: Instant,
    pub(crate) id: String,
}

pub(crate) struct Keys(Record);

const COLUMNS: &str = "id, name, scopes, tenant_id, applications, created_by, created_at, expires_at, secret_sha256";

impl Keys {
    pub(crate) fn new(record: Record) -> Self {
        Self(record)
    }

    pub(crate) fn record(&self) -> &Record {
        &self.0
    }

    pub(crate) async fn insert(&self, key: &ApiKey, secret: &SecretHash) -> Result<(), DatabaseError> {
        let statement = "INSERT INTO api_keys
            (id, name, scopes, tenant_id, applications, created_by, created_at, expires_at, secret_sha256)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
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
        ];
        self.0.query(statement, &values).await.map(drop)
    }

    /// The key `id`, unless it was revoked.
    pub(crate) async fn find(&self, id: &str) -> Result<Option<StoredKey>, DatabaseError> {
        let statement = format!("SELECT {COLUMNS} FROM api_keys WHERE id = $1 AND revoked_at IS NULL");
        self.0.query(&statement, &[id.into()]).await?.first().map(from_row).transpose()
    }

    /// Up to `limit` keys that were not revoked, newest first, of `tenant` alone where one is given.
    pub(crate) async fn list(
        &self,
        tenant: Option<&TenantId>,
        behind: Option<Behind>,
        limit: u32,
    ) -> Result<Vec<ApiKey>, DatabaseError> {
        let behind = behind.unwrap_or(Behind { created_at: Instant::from_millis(i64::MAX), id: String::new() });
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
        rows.iter().map(|row| from_row(row).map(|stored| stored.key)).collect()
    }

    /// Revokes the key `id`, of `tenant` alone where one is given; gives whether there was one.
    pub(crate) async fn revoke(
        &self,
        id: &str,
        tenant: Option<&TenantId>,
        now: Instant,
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

fn from_row(row: &Row) -> Result<StoredKey, DatabaseError> {
    let key = ApiKey {
        id: row.text(0)?.to_owned(),
        name: row.text(1)?.to_owned(),
        scopes: from_json(row.text(2)?)?,
        tenant: row.optional_text(3)?.map(TenantId::new),
        applications: row.optional_text(4)?.map(from_json).transpose()?,
        created_by: row.text(5)?.to_owned(),
        created_at: Instant::from_millis(row.integer(6)?),
        expires_at: row.optional_integer(7)?.map(Instant::from_millis),
    };
    let secret = SecretHash::from_hex(row.text(8)?);
    let secret = secret.ok_or_else(|| DatabaseError::Refused("api_keys.secret_sha256 is not a SHA-256".into()))?;
    Ok(StoredKey { key, secret })
}

fn to_json<T: Serialize>(value: &T) -> Result<String, DatabaseError> {
    serde_json::to_string(value).map_err(|error| DatabaseError::Refused(error.to_string()))
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, DatabaseError> {
    serde_json::from_str(text).map_err(|error| DatabaseError::Refused(format!("api_keys: {error}")))
}
