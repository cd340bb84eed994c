//! The memberships of people who sign in with a token: whether their tenant is active and includes them.

use edge_capabilities::database::DatabaseError;
use edge_database::Db;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::lookup_cache::Table;
use crate::role::Role;

/// A person's membership of a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MembershipState {
    /// Whether the tenant is active. True for a tenant that is not in the database.
    pub(crate) is_active: bool,
    /// Whether the tenant has, or ever had, members in the database.
    pub(crate) keeps_members: bool,
    /// The person's role; None: the person is not a member.
    pub(crate) role: Option<Role>,
}

impl MembershipState {
    /// Whether a token that names the tenant lets the person act in it.
    pub(crate) fn admits(&self) -> bool {
        self.role.is_some() || !self.keeps_members
    }
}

/// A person in a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Person<'a> {
    pub(crate) tenant: &'a str,
    /// The person's id at the issuer: `sub`.
    pub(crate) sub: &'a str,
    /// The person's e-mail address, if they may be found by it: ERP sync knows people by their address before they first
    /// sign in.
    pub(crate) email: Option<&'a str>,
}

impl Person<'_> {
    /// The id under which [`MembershipStore`] finds the person.
    pub(crate) fn id(self) -> String {
        // None of the parts contains a control character.
        [self.tenant, self.sub, self.email.unwrap_or_default()].join("\n")
    }

    fn parse(id: &str) -> Option<Person<'_>> {
        let (tenant, rest) = id.split_once('\n')?;
        let (sub, email) = rest.split_once('\n')?;
        Some(Person { tenant, sub, email: Some(email).filter(|email| !email.is_empty()) })
    }
}

/// Memberships in the database.
pub(crate) struct MembershipStore(Db);

impl MembershipStore {
    pub(crate) fn new(db: Db) -> Self {
        Self(db)
    }

    async fn find(&self, person: Person<'_>) -> Result<MembershipState, DatabaseError> {
        let statement = "SELECT (SELECT t.is_active FROM tenants t WHERE t.id = $1),
            (SELECT MAX(k.number) FROM tenant_memberships k WHERE k.tenant_id = $1),
            (SELECT MAX(m.number) FROM tenant_memberships m WHERE m.tenant_id = $1 AND m.user_id = $2),
            (SELECT m.role FROM tenant_memberships m WHERE m.tenant_id = $1 AND m.user_id = $2
                ORDER BY m.number DESC LIMIT 1)";
        let rows = self.0.query(statement, &[person.tenant.into(), person.sub.into()]).await?;
        let row = rows.first().ok_or_else(|| DatabaseError::Refused("no membership".into()))?;
        let keeps_members = row.optional_integer(1)?.is_some();
        let was_member = row.optional_integer(2)?.is_some();
        let role = match person.email {
            // A person who was removed by id must not get in again by their address.
            Some(email) if keeps_members && !was_member => self.by_email(person.tenant, email).await?,
            _ => row.optional_text(3)?.and_then(Role::parse),
        };
        Ok(MembershipState { is_active: row.optional_integer(0)? != Some(0), keeps_members, role })
    }

    async fn by_email(&self, tenant: &str, email: &str) -> Result<Option<Role>, DatabaseError> {
        let statement = "SELECT m.role FROM tenant_people p
            JOIN tenant_memberships m ON m.tenant_id = p.tenant_id AND m.user_id = p.user_id
            WHERE p.tenant_id = $1 AND LOWER(p.email) = $2 AND m.role IS NOT NULL AND m.number =
                (SELECT MAX(l.number) FROM tenant_memberships l WHERE l.tenant_id = m.tenant_id AND l.user_id = m.user_id)
            ORDER BY m.number DESC LIMIT 1";
        let rows = self.0.query(statement, &[tenant.into(), email.to_lowercase().into()]).await?;
        Ok(rows.first().map(|row| row.text(0)).transpose()?.and_then(Role::parse))
    }
}

impl Table for MembershipStore {
    type Row = MembershipState;

    const NAME: &'static str = "standing";

    async fn read(&self, id: &str) -> Result<Option<MembershipState>, DatabaseError> {
        match Person::parse(id) {
            Some(person) => self.find(person).await.map(Some),
            None => Ok(None),
        }
    }

    /// Hashed, so that the cache does not reveal who a tenant's people are.
    fn cache_key(id: &str) -> String {
        format!("{}:{}", Self::NAME, hex::encode(Sha256::digest(id)))
    }
}
