//! Addresses of single organisations: the ERP posts an organisation's events to its own. The token in the address is
//! shown once and kept as its SHA-256. A new one may be made while the old one still works.

use edge_capabilities::Timestamp;
use edge_capabilities::database::DatabaseError;
use edge_database::Db;
use sha2::{Digest as _, Sha256};

/// The longest token that is looked up, bytes.
const MAX_TOKEN_LEN: usize = 128;

/// Addresses of single organisations.
#[derive(Clone)]
pub(crate) struct Endpoints(Db);

impl Endpoints {
    pub(crate) fn new(db: Db) -> Self {
        Self(db)
    }

    pub(crate) async fn insert(
        &self,
        id: &str,
        tenant: &str,
        token: &str,
        by: &str,
        now: Timestamp,
    ) -> Result<(), DatabaseError> {
        let statement = "INSERT INTO webhook_endpoints (id, tenant_id, token_sha256, created_by, created_at)
            VALUES ($1, $2, $3, $4, $5)";
        let values = [id.into(), tenant.into(), hash(token).into(), by.into(), now.into()];
        self.0.query(statement, &values).await.map(drop)
    }

    /// The tenant whose address has this token.
    pub(crate) async fn tenant_of(&self, token: &str) -> Result<Option<String>, DatabaseError> {
        if token.len() > MAX_TOKEN_LEN {
            return Ok(None);
        }
        // Looked up by the hash: how long that takes tells nothing of a token.
        let statement = "SELECT tenant_id FROM webhook_endpoints WHERE token_sha256 = $1 AND revoked_at IS NULL";
        let rows = self.0.query(statement, &[hash(token).into()]).await?;
        rows.first().map(|row| row.text(0).map(ToOwned::to_owned)).transpose()
    }

    /// Has the address `id` lead nowhere, of `tenant` alone where one is given; gives whether there was one.
    pub(crate) async fn revoke(&self, id: &str, tenant: Option<&str>, now: Timestamp) -> Result<bool, DatabaseError> {
        let mut values = vec![now.into(), id.into()];
        let mut of_tenant = "";
        if let Some(tenant) = tenant {
            values.push(tenant.into());
            of_tenant = "AND tenant_id = $3";
        }
        let statement = format!(
            "UPDATE webhook_endpoints SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL {of_tenant} RETURNING id"
        );
        Ok(!self.0.query(&statement, &values).await?.is_empty())
    }
}

fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}
