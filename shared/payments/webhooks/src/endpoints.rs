//! Endpoints of single organisations: the ERP posts an organisation's events to its own address. The token in the address is
//! shown once and kept as its SHA-256. A new endpoint may be created while the old one still works.

use edge_capabilities::Timestamp;
use edge_capabilities::database::DatabaseError;
use edge_database::{Conditions, Db};
use sha2::{Digest as _, Sha256};

/// The longest token that is looked up, bytes.
const MAX_TOKEN_LEN: usize = 128;

/// The endpoint of one organisation.
pub(crate) struct Endpoint {
    pub(crate) id: String,
    pub(crate) tenant_id: String,
    pub(crate) token_sha256: String,
    pub(crate) created_by: String,
    pub(crate) created_at: Timestamp,
}

edge_database::record! { Endpoint in "webhook_endpoints" { id, tenant_id, token_sha256, created_by, created_at } }

/// The endpoints in a database.
#[derive(Clone)]
pub(crate) struct Endpoints(Db);

impl Endpoints {
    pub(crate) fn new(db: Db) -> Self {
        Self(db)
    }

    pub(crate) async fn insert(&self, endpoint: &Endpoint) -> Result<(), DatabaseError> {
        self.0.insert(endpoint).await
    }

    /// The tenant whose endpoint has this token.
    pub(crate) async fn tenant_of(&self, token: &str) -> Result<Option<String>, DatabaseError> {
        if token.len() > MAX_TOKEN_LEN {
            return Ok(None);
        }
        // Looked up by the hash: the time that takes tells nothing about a token.
        let conditions = Conditions::of("token_sha256", hash(token)).and_null("revoked_at");
        Ok(self.0.find::<Endpoint>(conditions).await?.map(|endpoint| endpoint.tenant_id))
    }

    /// Revokes the endpoint `id`, only of `tenant` where one is given; gives whether there was one.
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

/// A token as it is stored.
pub(crate) fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}
