//! A user leaves a tenant: the membership ends, the user's seats are free, and, where that is asked for, what is known of
//! the person is deleted. Each step may be repeated: what was begun and not finished is finished when it is asked for
//! again.

use std::sync::Arc;

use async_trait::async_trait;
use edge_audit::Actor;
use edge_capabilities::{Capabilities, Random, Timestamp};
use edge_database::Db;
use edge_seats::{Invalidation, StorageError};

use super::erasure::Erasure;
use super::model::MembershipChange;
use super::people::People;
use super::store::Members;
use crate::error::MemberError;

/// What another crate keeps of a tenant's members.
#[async_trait]
pub trait MemberRecords: Send + Sync {
    /// Takes from `user`, who leaves the tenant, what only members have: the seats, and the invitations that were sent to
    /// `email`. Other instances see it before this returns.
    async fn release(&self, tenant: &str, user: &str, email: Option<&str>, actor: &Actor) -> Result<(), StorageError>;

    /// The tenants in which `user` has something that [`MemberRecords::release`] takes away.
    async fn tenants_of(&self, user: &str) -> Result<Vec<String>, StorageError>;

    /// Deletes what is known of the person behind `user`, who has the address `email`.
    async fn erase(&self, tenant: &str, user: &str, email: Option<&str>) -> Result<(), StorageError>;
}

/// Has users leave tenants.
#[derive(Clone)]
pub struct Departures {
    erasure: Erasure,
    invalidation: Invalidation,
    members: Members,
    people: People,
    random: Arc<dyn Random>,
    records: Arc<[Arc<dyn MemberRecords>]>,
}

impl Departures {
    /// With what other crates keep of members in `records`.
    pub fn new(capabilities: &Capabilities, db: &Db, records: Vec<Arc<dyn MemberRecords>>) -> Self {
        Self {
            erasure: Erasure::new(db),
            invalidation: Invalidation::new(capabilities, db),
            members: Members::new(db.clone()),
            people: People::new(db.clone()),
            random: capabilities.random.clone(),
            records: records.into(),
        }
    }

    /// The tenants of which `user` is a member, or in which the user has a seat.
    pub async fn tenants_of(&self, user: &str) -> Result<Vec<String>, StorageError> {
        let memberships = self.members.tenants_of(user).await?;
        let mut tenants: Vec<String> = memberships.into_iter().map(|(tenant, _)| tenant).collect();
        for records in self.records.iter() {
            tenants.extend(records.tenants_of(user).await?);
        }
        tenants.sort_unstable();
        tenants.dedup();
        Ok(tenants)
    }

    /// Ends the membership of `user` and frees the user's seats; gives whether the user was a member. The seats are free
    /// also where a departure was begun before.
    pub async fn leave(&self, tenant: &str, user: &str, actor: &Actor, now: Timestamp) -> Result<bool, MemberError> {
        // INVARIANT: the seats go first, so that an instance that dies in between leaves a member without a seat and not
        // a seat without a member.
        match self.members.check(tenant, user, MembershipChange::Leave).await {
            Ok(()) | Err(MemberError::IsNoMember) => self.release(tenant, user, actor).await?,
            Err(refusal) => return Err(refusal),
        }
        match self.members.change(tenant, user, MembershipChange::Leave, actor, now).await {
            Ok(_) => {
                // A seat may have been assigned meanwhile.
                self.release(tenant, user, actor).await?;
                self.invalidation.invalidate(tenant).await?;
                Ok(true)
            }
            Err(MemberError::IsNoMember) => Ok(false),
            Err(refusal) => Err(refusal),
        }
    }

    /// Frees the seats of `user`, whether or not the user stays a member.
    pub async fn release(&self, tenant: &str, user: &str, actor: &Actor) -> Result<(), StorageError> {
        let email = self.people.email_of(tenant, user).await?.flatten();
        for records in self.records.iter() {
            records.release(tenant, user, email.as_deref(), actor).await?;
        }
        Ok(())
    }

    /// Deletes what is known of the person behind `user`, who has left; gives whether there was anything.
    pub async fn erase(&self, tenant: &str, user: &str, actor: &Actor, now: Timestamp) -> Result<bool, StorageError> {
        let email = self.people.email_of(tenant, user).await?.flatten();
        for records in self.records.iter() {
            records.erase(tenant, user, email.as_deref()).await?;
        }
        // Last: until then the person's address is known when it is asked for again.
        Ok(self.erasure.erase(tenant, user, actor, &*self.random, now).await?)
    }
}
