//! Addresses of contacts who were erased: an import that began before that does not make them again.

use std::collections::HashSet;
use std::sync::Arc;

use edge_capabilities::{Capabilities, Config, Timestamp};
use edge_database::{DatabaseError, Db, Value};
use edge_notifications::Channel;

use super::model::Contact;
use crate::keys::ServerKeys;

/// Addresses that were erased, in a database: hashes of them.
#[derive(Clone)]
pub(crate) struct Erasures {
    db: Db,
    config: Arc<dyn Config>,
}

/// The addresses of a tenant that were erased since an import began.
pub(crate) struct Erased {
    tenant: String,
    hashes: HashSet<String>,
    keys: ServerKeys,
}

impl Erased {
    /// Whether one of these addresses, in the spelling in which contacts are told apart, was erased.
    pub(crate) fn has(&self, email: Option<&str>, phone: Option<&str>) -> bool {
        if self.hashes.is_empty() {
            return false;
        }
        let is_erased = |channel: Channel, address: Option<&str>| {
            let hashes = address.map(|address| self.keys.hashes(&self.tenant, channel.as_str(), address));
            hashes.into_iter().flatten().any(|hash| self.hashes.contains(&hash))
        };
        is_erased(Channel::Email, email) || is_erased(Channel::Sms, phone)
    }
}

impl Erasures {
    pub(crate) fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self { db: db.clone(), config: capabilities.config.clone() }
    }

    async fn keys(&self) -> Result<ServerKeys, DatabaseError> {
        let keys = ServerKeys::load(&*self.config).await;
        keys.map_err(|error| DatabaseError::Unavailable(error.to_string()))
    }

    /// Notes that `contact` is erased. To be called before it is removed: an import that does not see the contact any more
    /// sees this.
    pub(crate) async fn note(&self, contact: &Contact, now: Timestamp) -> Result<(), DatabaseError> {
        let keys = self.keys().await?;
        let addresses = [(Channel::Email, &contact.email_key), (Channel::Sms, &contact.phone)];
        let hash = |(channel, address): (Channel, &Option<String>)| {
            keys.hashes(&contact.tenant, channel.as_str(), address.as_deref()?).into_iter().next()
        };
        let row = |hash: String| vec![Value::from(contact.tenant.as_str()), hash.into(), now.into()];
        let rows: Vec<Vec<Value>> = addresses.into_iter().filter_map(hash).map(row).collect();
        let head = "INSERT INTO contact_erasures (tenant_id, address, erased_at)";
        let again = "ON CONFLICT (tenant_id, address) DO UPDATE SET erased_at = excluded.erased_at
            WHERE contact_erasures.erased_at < excluded.erased_at";
        self.db.insert_rows(head, rows, again).await.map(drop)
    }

    /// What `tenant` erased since `since`.
    pub(crate) async fn since(&self, tenant: &str, since: Timestamp) -> Result<Erased, DatabaseError> {
        let statement = "SELECT address FROM contact_erasures WHERE tenant_id = $1 AND erased_at >= $2";
        let rows = self.db.query(statement, &[tenant.into(), since.into()]).await?;
        let hashes = rows.iter().map(|row| row.text(0).map(ToOwned::to_owned)).collect::<Result<_, _>>()?;
        Ok(Erased { tenant: tenant.to_owned(), hashes, keys: self.keys().await? })
    }

    /// Removes what was noted before `before`, but for what imports that have not ended may still have to know.
    pub(crate) async fn remove_old(&self, before: Timestamp) -> Result<(), DatabaseError> {
        let statement = "DELETE FROM contact_erasures WHERE erased_at < $1 AND NOT EXISTS (
            SELECT 1 FROM contact_imports WHERE finished_at IS NULL AND created_at <= contact_erasures.erased_at)";
        self.db.query(statement, &[before.into()]).await.map(drop)
    }
}
