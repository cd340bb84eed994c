//! What a user's state means for the tenant: who is active is a member; who is not has neither membership nor seat.

use async_trait::async_trait;
use edge_audit::Actor;
use edge_capabilities::{Capabilities, Timestamp, random};
use edge_database::{Db, retry_on_conflict};
use edge_seats::StorageError;
use edge_tenants::{Departures, MemberError, MemberRecords, Members, MembershipChange, People, PersonPatch, Tenant};
use serde_json::{Map, Value};

use crate::error::ScimError;
use crate::patch;
use crate::store::ScimUsers;
use crate::user::{Attributes, ScimUser};

/// How often a change is tried again after somebody else was faster.
const MAX_ATTEMPTS: u32 = 5;

/// Provisions the users of tenants.
#[derive(Clone)]
pub(crate) struct Provisioning {
    capabilities: Capabilities,
    departures: Departures,
    members: Members,
    people: People,
    pub(crate) users: ScimUsers,
}

/// What is to become of a user.
pub(crate) enum Change<'c> {
    /// It is as the document says, and nothing else.
    Replace(&'c Map<String, Value>),
    /// These changes are made to it.
    Patch(&'c Map<String, Value>),
}

impl Provisioning {
    pub(crate) fn new(capabilities: &Capabilities, db: &Db, departures: Departures) -> Self {
        Self {
            capabilities: capabilities.clone(),
            departures,
            members: Members::new(db.clone()),
            people: People::new(db.clone()),
            users: ScimUsers::new(db.clone()),
        }
    }

    fn now(&self) -> Timestamp {
        self.capabilities.clock.now()
    }

    /// Creates a user of `tenant`. A member with the same address, or whose id is the provider's, is this user.
    pub(crate) async fn create(
        &self,
        tenant: &Tenant,
        document: Map<String, Value>,
        actor: &Actor,
    ) -> Result<ScimUser, ScimError> {
        let now = self.now();
        let mut user = ScimUser {
            tenant: tenant.id.clone(),
            id: random::hex::<16>(&*self.capabilities.random),
            user: String::new(),
            user_name: String::new(),
            folded_name: String::new(),
            external_id: None,
            active: true,
            attributes: Attributes::default(),
            created_at: now,
            updated_at: now,
            revision: 1,
        };
        user.describe(document)?;
        let known = match user.email() {
            Some(email) => self.people.user_with_email(&tenant.id, &email).await?,
            None => None,
        };
        let own = user.external_id.clone().unwrap_or_else(|| user.user_name.clone());
        user.user = known.unwrap_or(own);
        self.users.insert(&user).await?;
        if let Err(error) = self.follow(tenant, &user, actor).await {
            // The provider is told that there is no such user, and creates it again.
            self.users.delete(&tenant.id, &user.id).await?;
            return Err(error);
        }
        Ok(user)
    }

    /// Changes the user `id` of `tenant`.
    pub(crate) async fn change(
        &self,
        tenant: &Tenant,
        id: &str,
        change: &Change<'_>,
        actor: &Actor,
    ) -> Result<ScimUser, ScimError> {
        let attempt = || async {
            let before = self.users.find(&tenant.id, id).await?.ok_or(ScimError::NotFound)?;
            let document = match change {
                Change::Replace(document) => (*document).clone(),
                Change::Patch(body) => {
                    let mut document = before.document();
                    patch::apply(&mut document, body)?;
                    document
                }
            };
            let mut after = before.clone();
            after.describe(document)?;
            // Also where nothing changes: an earlier request may have broken off. Before it is stored, so that the
            // provider, which sends it again, finds the user as it was.
            self.follow(tenant, &after, actor).await?;
            if after == before {
                return Ok(Some(before));
            }
            after.updated_at = self.now();
            Ok::<_, ScimError>(self.users.replace(&after).await?.then_some(after))
        };
        retry_on_conflict(MAX_ATTEMPTS, attempt).await?.ok_or(ScimError::Busy)
    }

    /// Deletes the user `id` of `tenant`, and what is known of the person.
    pub(crate) async fn delete(&self, tenant: &Tenant, id: &str, actor: &Actor) -> Result<(), ScimError> {
        let user = self.users.find(&tenant.id, id).await?.ok_or(ScimError::NotFound)?;
        self.leave(tenant, &user.user, actor).await?;
        self.departures.erase(&tenant.id, &user.user, actor, self.now()).await?;
        // Last: until then the provider can send it again.
        Ok(self.users.delete(&tenant.id, id).await?)
    }

    /// Has the tenant's members be as the user is.
    async fn follow(&self, tenant: &Tenant, user: &ScimUser, actor: &Actor) -> Result<(), ScimError> {
        if !user.active {
            return self.leave(tenant, &user.user, actor).await;
        }
        let now = self.now();
        let join = MembershipChange::Join(edge_access::Role::Member, tenant.max_users);
        match self.members.change(&tenant.id, &user.user, join, actor, now).await {
            // Who is a member keeps the role.
            Ok(_) | Err(MemberError::IsMember) => {}
            Err(error) => return Err(error.into()),
        }
        let person = PersonPatch { email: Some(user.email()), name: user.display_name().map(Some) };
        Ok(self.people.note(&tenant.id, &user.user, &person, now).await?)
    }

    async fn leave(&self, tenant: &Tenant, user: &str, actor: &Actor) -> Result<(), ScimError> {
        match self.departures.leave(&tenant.id, user, actor, self.now()).await {
            Ok(_) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// What SCIM knows of members, for the deletion of a person's data.
#[derive(Clone)]
pub struct ScimRecords(ScimUsers);

impl ScimRecords {
    /// Those in `db`.
    pub fn new(db: &Db) -> Self {
        Self(ScimUsers::new(db.clone()))
    }
}

#[async_trait]
impl MemberRecords for ScimRecords {
    async fn release(&self, _: &str, _: &str, _: Option<&str>, _: &Actor) -> Result<(), StorageError> {
        Ok(())
    }

    async fn tenants_of(&self, _: &str) -> Result<Vec<String>, StorageError> {
        Ok(Vec::new())
    }

    async fn erase(&self, tenant: &str, user: &str, _: Option<&str>) -> Result<(), StorageError> {
        Ok(self.0.delete_member(tenant, user).await?)
    }
}
