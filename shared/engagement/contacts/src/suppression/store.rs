//! Suppressions in the database.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use edge_capabilities::{Capabilities, Config, Random, Timestamp, random};
use edge_database::{Conditions, Cursor, DatabaseError, Db, Value, places};
use edge_notifications::{Channel, SuppressionList};

use super::model::{Suppressed, Suppression, SuppressionReason, normalized};
use crate::contact::Contact;
use crate::keys::ServerKeys;

#[async_trait]
impl SuppressionList for Suppressions {
    async fn is_suppressed(&self, tenant: &str, channel: Channel, address: &str) -> Result<bool, DatabaseError> {
        Ok(self.find(tenant, channel, address).await?.is_some())
    }
}

/// The most contacts whose suppressions are read at once: each has a handful of values in the statement.
const BATCH: usize = 500;

/// Suppressions in a database.
#[derive(Clone)]
pub struct Suppressions {
    pub(crate) db: Db,
    config: Arc<dyn Config>,
    random: Arc<dyn Random>,
}

impl Suppressions {
    /// The suppressions in `db`.
    pub fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self { db: db.clone(), config: capabilities.config.clone(), random: capabilities.random.clone() }
    }

    /// The hashes that stand for an address once its contact is erased, newest key first.
    pub(crate) async fn hashes(
        &self,
        tenant: &str,
        channel: Channel,
        address: &str,
    ) -> Result<Vec<String>, DatabaseError> {
        // Without the keys nobody can tell who is not to be written to.
        let unavailable = |error: edge_capabilities::config::ConfigError| DatabaseError::Unavailable(error.to_string());
        let keys = ServerKeys::load(&*self.config).await.map_err(unavailable)?;
        Ok(keys.hashes(tenant, channel.as_str(), address))
    }

    /// What an address may be stored as: itself, in the one spelling, or a hash of it.
    async fn stored_as(&self, tenant: &str, channel: Channel, address: &str) -> Result<Vec<String>, DatabaseError> {
        let address = normalized(channel, address).unwrap_or_else(|| address.to_owned());
        let mut all = self.hashes(tenant, channel, &address).await?;
        all.push(address);
        Ok(all)
    }

    /// Whether `tenant` does not write to `address` over `channel`.
    pub async fn is_suppressed(&self, tenant: &str, channel: Channel, address: &str) -> Result<bool, DatabaseError> {
        Ok(self.find(tenant, channel, address).await?.is_some())
    }

    /// The suppression of `address` over `channel`.
    pub async fn find(
        &self,
        tenant: &str,
        channel: Channel,
        address: &str,
    ) -> Result<Option<Suppression>, DatabaseError> {
        let stored_as = self.stored_as(tenant, channel, address).await?;
        let of = Conditions::of("tenant_id", tenant).and("channel", channel.as_str()).and_in("address", stored_as);
        self.db.find(of).await
    }

    /// Up to `limit` suppressions of `tenant`, newest first, from after `cursor`.
    pub(super) async fn list(
        &self,
        tenant: &str,
        channel: Option<Channel>,
        reason: Option<SuppressionReason>,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<Suppression>, DatabaseError> {
        let of = Conditions::of("tenant_id", tenant)
            .and_if("channel", channel.map(Channel::as_str))
            .and_if("reason", reason.map(SuppressionReason::as_str));
        self.db.page(of, "created_at", cursor, limit).await
    }

    /// The suppression `id` of `tenant`.
    pub(super) async fn by_id(&self, tenant: &str, id: &str) -> Result<Option<Suppression>, DatabaseError> {
        self.db.find(Conditions::of("id", id).and("tenant_id", tenant)).await
    }

    /// Removes the suppression `id` of `tenant`.
    pub(crate) async fn remove(&self, tenant: &str, id: &str) -> Result<(), DatabaseError> {
        let statement = "DELETE FROM contact_suppressions WHERE id = $1 AND tenant_id = $2";
        self.db.query(statement, &[id.into(), tenant.into()]).await.map(drop)
    }

    /// The channels over which each of `contacts`, all of `tenant`, is not written to, and why, by the contact's id. One that is
    /// written to over all its channels is left out.
    pub async fn of_contacts(
        &self,
        tenant: &str,
        contacts: &[Contact],
    ) -> Result<HashMap<String, Vec<Suppressed>>, DatabaseError> {
        let unavailable = |error: edge_capabilities::config::ConfigError| DatabaseError::Unavailable(error.to_string());
        let keys = ServerKeys::load(&*self.config).await.map_err(unavailable)?;
        let mut suppressed: HashMap<String, Vec<Suppressed>> = HashMap::new();
        for batch in contacts.chunks(BATCH) {
            let mut owners: HashMap<(String, &str), &str> = HashMap::new();
            for contact in batch {
                for channel in contact.channels() {
                    let address = contact.address(channel).unwrap_or_default();
                    let hashes = keys.hashes(tenant, channel.as_str(), address);
                    for stored_as in hashes.into_iter().chain([address.to_owned()]) {
                        owners.insert((stored_as, channel.as_str()), contact.id.as_str());
                    }
                }
            }
            let mut values: Vec<Value> = vec![tenant.into()];
            let mut addresses: Vec<&str> = owners.keys().map(|(address, _)| address.as_str()).collect();
            addresses.sort_unstable();
            addresses.dedup();
            values.extend(addresses.iter().map(|address| Value::from(*address)));
            let statement = format!(
                "SELECT address, channel, reason FROM contact_suppressions WHERE tenant_id = $1 AND address IN ({})
                 ORDER BY channel",
                places(2, addresses.len())
            );
            for row in self.db.query(&statement, &values).await? {
                let (address, written) = (row.text(0)?.to_owned(), row.text(1)?);
                let (channel, reason) = (Channel::parse(written), SuppressionReason::parse(row.text(2)?));
                if let (Some(contact), Some(channel), Some(reason)) = (owners.get(&(address, written)), channel, reason)
                {
                    suppressed.entry((*contact).to_owned()).or_default().push(Suppressed { channel, reason });
                }
            }
        }
        Ok(suppressed)
    }

    /// Has `tenant` not write to `address` over `channel` any more; gives whether that is new. One that is suppressed already
    /// stays so for the reason that it had.
    pub async fn add(
        &self,
        tenant: &str,
        channel: Channel,
        address: &str,
        reason: SuppressionReason,
        now: Timestamp,
    ) -> Result<bool, DatabaseError> {
        let Some(address) = normalized(channel, address) else { return Ok(false) };
        if self.is_suppressed(tenant, channel, &address).await? {
            return Ok(false);
        }
        let suppression = Suppression {
            id: format!("sup_{}", random::hex::<12>(&*self.random)),
            tenant: tenant.to_owned(),
            channel,
            address,
            reason,
            created_at: now,
        };
        self.db.insert_new(&suppression).await
    }

    /// Has the suppressions of `contact` tell its addresses no more: hashes stand in their place.
    pub(crate) async fn forget(&self, contact: &Contact) -> Result<(), DatabaseError> {
        for channel in contact.channels() {
            let address = contact.address(channel).unwrap_or_default();
            let hashes = self.hashes(&contact.tenant, channel, address).await?;
            let Some(hash) = hashes.into_iter().next() else { continue };
            let statement = "UPDATE contact_suppressions SET address = $4
                WHERE tenant_id = $1 AND channel = $2 AND address = $3";
            let values = [contact.tenant.as_str().into(), channel.as_str().into(), address.into(), hash.into()];
            match self.db.query(statement, &values).await {
                // The hash is there already: the address was suppressed anew after an earlier erasure.
                Err(DatabaseError::Duplicate(_)) => {
                    let statement = "DELETE FROM contact_suppressions
                        WHERE tenant_id = $1 AND channel = $2 AND address = $3";
                    self.db.query(statement, values.get(..3).unwrap_or_default()).await?;
                }
                result => drop(result?),
            }
        }
        Ok(())
    }
}
