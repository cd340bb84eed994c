//! People as approvers: the names of one person, their roles in the tenant, and the people on whose behalf they may act.
//!
//! Roles come from three places: the token; the membership in the tenant (`owner`, `billing_admin`, …); and the members that
//! the tenant sets for a role here, which is the only way for a key to have one. A delegator's roles are read when the delegate
//! acts. Roles in the delegator's token do not count, because nobody could end them.

pub(crate) mod api;

use std::collections::BTreeSet;

use edge_access::Caller;
use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Row, Value};
use edge_database::Db;
use edge_tenants::Parties;

use crate::delegation::LIVE;
use crate::request::{Approver, Delegator, HeldRole};

/// The maximum number of people on whose behalf a person may act; of more, those who delegated first.
const MAX_DELEGATORS: u32 = 200;

/// People as approvers.
#[derive(Clone)]
pub struct People {
    db: Db,
    parties: Parties,
}

/// A person who has a role, and who gave it to them.
pub(crate) struct RoleHolder {
    /// The person: `user:u1`, `key:k1`.
    pub(crate) person: String,
    /// The role.
    pub(crate) role: String,
    /// The root of the caller who gave it; None: the platform or the edge.
    pub(crate) given_by: Option<String>,
}

impl People {
    /// The people in `db`.
    pub fn new(db: &Db) -> Self {
        Self { parties: Parties::new(db.clone()), db: db.clone() }
    }

    /// Which callers act as one.
    pub fn parties(&self) -> &Parties {
        &self.parties
    }

    /// The person with a caller's id. A key that a user issued, directly or through other keys, is that user, who would
    /// otherwise be two people; each other key is a person of its own.
    pub async fn person(&self, id: &str) -> Result<String, DatabaseError> {
        let roots = self.parties.roots([id]).await?;
        Ok(roots.get(id).filter(|root| root.starts_with("user:")).map_or(id, String::as_str).to_owned())
    }

    /// `caller` as an approver in `tenant` at `now`. This takes one query, however many people delegated to them.
    pub async fn approver(&self, tenant: &str, caller: &Caller, now: Timestamp) -> Result<Approver, DatabaseError> {
        let root = Parties::root_of(caller);
        let person = root.clone().filter(|root| root.starts_with("user:")).unwrap_or_else(|| caller.id.to_string());
        let mut names = vec![caller.id.to_string()];
        if !names.contains(&person) {
            names.push(person.clone());
        }
        let (roles, delegators) = self.roles_and_delegators(tenant, &caller.id, &person, now).await?;
        let givers = roles.iter().filter_map(|role| role.given_by.as_deref());
        let known = self.parties.roots(givers.chain(delegators.iter().map(String::as_str))).await?;
        let root_of = |name: Option<&str>| name.and_then(|name| known.get(name).cloned());
        let roles_of = |person: &str| -> Vec<HeldRole> {
            let theirs = roles.iter().filter(|held| held.person == person);
            theirs
                .map(|held| HeldRole { role: held.role.clone(), given_by: root_of(held.given_by.as_deref()) })
                .collect()
        };
        let mut held: Vec<HeldRole> =
            caller.roles.iter().map(|role| HeldRole { role: role.clone(), given_by: None }).collect();
        held.extend(names.iter().flat_map(|name| roles_of(name)));
        let delegators = delegators.iter().map(|delegator| Delegator {
            person: delegator.clone(),
            root: root_of(Some(delegator)),
            roles: roles_of(delegator),
        });
        Ok(Approver { root, delegators: delegators.collect(), person, names, roles: held })
    }

    /// The roles in the database of a person with two names and of their delegators, and the delegators. `given_by` is the
    /// caller who gave the role, not yet their root.
    async fn roles_and_delegators(
        &self,
        tenant: &str,
        name: &str,
        person: &str,
        now: Timestamp,
    ) -> Result<(Vec<RoleHolder>, Vec<String>), DatabaseError> {
        let statement = format!(
            "WITH live AS (
                SELECT d.delegator, d.created_at, d.id FROM approval_delegations d
                WHERE d.tenant_id = $1 AND d.delegate IN ($2, $3) AND d.starts_at <= $4 AND {LIVE}
                ORDER BY d.created_at, d.id LIMIT $5
            ), names AS (
                SELECT CAST($2 AS TEXT) AS name UNION SELECT CAST($3 AS TEXT) UNION SELECT delegator FROM live
            )
            SELECT delegator AS person, CAST(NULL AS TEXT) AS role, CAST(NULL AS TEXT) AS actor, created_at, id FROM live
            UNION ALL
            SELECT r.person, r.role, r.set_by, 0, '' FROM approval_roles r
            WHERE r.tenant_id = $1 AND r.person IN (SELECT name FROM names)
            UNION ALL
            SELECT 'user:' || m.user_id, LOWER(m.role), m.actor, 0, '' FROM tenant_memberships m
            WHERE m.tenant_id = $1 AND m.role IS NOT NULL
                AND m.user_id IN (SELECT SUBSTR(name, 6) FROM names WHERE name LIKE 'user:%')
                AND m.number = (SELECT MAX(l.number) FROM tenant_memberships l
                    WHERE l.tenant_id = m.tenant_id AND l.user_id = m.user_id)
            ORDER BY 4, 5, 2"
        );
        let values: [Value; 5] =
            [tenant.into(), name.into(), person.into(), now.into(), i64::from(MAX_DELEGATORS).into()];
        let (mut roles, mut delegators) = (Vec::new(), Vec::new());
        for row in self.db.query(&statement, &values).await? {
            match row.optional_text(1)? {
                Some(_) => roles.push(holder(&row)?),
                None => {
                    let delegator = row.text(0)?.to_owned();
                    if !delegators.contains(&delegator) {
                        delegators.push(delegator);
                    }
                }
            }
        }
        Ok((roles, delegators))
    }

    /// The people who have one of `roles` in the database.
    pub(crate) async fn holders(
        &self,
        tenant: &str,
        roles: &BTreeSet<String>,
    ) -> Result<Vec<RoleHolder>, DatabaseError> {
        if roles.is_empty() {
            return Ok(Vec::new());
        }
        let mut values = vec![Value::from(tenant)];
        values.extend(roles.iter().map(|role| Value::from(role.to_lowercase())));
        let places: Vec<String> = (2..=values.len()).map(|place| format!("${place}")).collect();
        let places = places.join(", ");
        let statement = format!(
            "SELECT r.person, LOWER(r.role), r.set_by FROM approval_roles r
             WHERE r.tenant_id = $1 AND LOWER(r.role) IN ({places})
             UNION ALL
             SELECT 'user:' || m.user_id, LOWER(m.role), m.actor FROM tenant_memberships m
             WHERE m.tenant_id = $1 AND LOWER(m.role) IN ({places})
                AND m.number = (SELECT MAX(l.number) FROM tenant_memberships l
                    WHERE l.tenant_id = m.tenant_id AND l.user_id = m.user_id)"
        );
        let rows = self.db.query(&statement, &values).await?;
        let mut holders: Vec<RoleHolder> = rows.iter().map(holder).collect::<Result<_, _>>()?;
        let roots = self.parties.roots(holders.iter().filter_map(|holder| holder.given_by.as_deref())).await?;
        for holder in &mut holders {
            holder.given_by = holder.given_by.as_deref().and_then(|giver| roots.get(giver).cloned());
        }
        Ok(holders)
    }

    /// The roles that have members set here, with a member each.
    pub(crate) async fn roles(&self, tenant: &str) -> Result<Vec<(String, String)>, DatabaseError> {
        let statement = "SELECT role, person FROM approval_roles WHERE tenant_id = $1 ORDER BY role, person";
        let rows = self.db.query(statement, &[tenant.into()]).await?;
        rows.iter().map(|row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned()))).collect()
    }

    /// Sets the members of `role` to exactly these people.
    pub(crate) async fn set_role(
        &self,
        tenant: &str,
        role: &str,
        people: &[String],
        set_by: &str,
        now: Timestamp,
    ) -> Result<(), DatabaseError> {
        let mut values: Vec<Value> = vec![tenant.into(), role.into()];
        values.extend(people.iter().map(|person| Value::from(person.as_str())));
        let places: Vec<String> = (3..=values.len()).map(|place| format!("${place}")).collect();
        let others =
            if places.is_empty() { String::new() } else { format!("AND person NOT IN ({})", places.join(", ")) };
        let statement = format!("DELETE FROM approval_roles WHERE tenant_id = $1 AND role = $2 {others}");
        self.db.query(&statement, &values).await?;
        let statement = "INSERT INTO approval_roles (tenant_id, role, person, set_by, set_at)
            VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
        for person in people {
            let values: [Value; 5] = [tenant.into(), role.into(), person.as_str().into(), set_by.into(), now.into()];
            self.db.query(statement, &values).await?;
        }
        Ok(())
    }
}

fn holder(row: &Row) -> Result<RoleHolder, DatabaseError> {
    Ok(RoleHolder {
        person: row.text(0)?.to_owned(),
        role: row.text(1)?.to_owned(),
        given_by: row.optional_text(2)?.map(ToOwned::to_owned),
    })
}
