//! The members of tenants in the database.
//!
//! Each change of a membership is a row with the tenant's next number, and of each user the last row counts; no row is
//! overwritten. A change is decided on the rows up to the number before. If another change was faster, its number is taken,
//! and it is decided anew. So the rules hold for changes that come together, too: a tenant that had an owner keeps one, and
//! never has more users than its plan allows.

use std::collections::HashMap;

use edge_access::Role;
use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Row, Value};
use edge_database::{Db, places};

use super::model::{Member, MembershipChange, Person, State};
use crate::error::MemberError;
use crate::tenant::Tenant;
use crate::unreported::is_reported;

use edge_audit::{Actor, Source};
use serde_json::json;

/// How often a change is decided anew because somebody else was faster. Each time somebody else got on.
pub(crate) const MAX_ATTEMPTS: u32 = 200;

/// Every change of memberships, for the tenant's audit log. Numbers are written so that they sort as texts.
pub(crate) const CHANGED_MEMBERS: Source = Source {
    kind: "member",
    select: "SELECT 'm.' || SUBSTR('0000000000000000000' || CAST(number AS TEXT), LENGTH(CAST(number AS TEXT)) + 1),
            'member', user_id, role, before, actor, address, at
        FROM tenant_memberships WHERE tenant_id = $1",
    read: |member| {
        let action = match (member.two, member.three) {
            (Some(_), None) => "user.added",
            (Some(_), Some(_)) => "user.role_changed",
            (None, _) => "user.removed",
        };
        (action, json!({"user_id": member.one, "role": member.two, "previous_role": member.three}))
    },
};

/// The last row of a user.
const LAST: &str = "m.number = (SELECT MAX(l.number) FROM tenant_memberships l
    WHERE l.tenant_id = m.tenant_id AND l.user_id = m.user_id)";

/// Of each user of a tenant the last row.
const CURRENT: &str = "m.tenant_id = $1 AND m.role IS NOT NULL AND m.number = (SELECT MAX(l.number)
    FROM tenant_memberships l WHERE l.tenant_id = m.tenant_id AND l.user_id = m.user_id)";

/// The most tenants of one user that are listed.
const MAX_TENANTS_OF_USER: u32 = 1000;

/// The members of tenants, in the database.
#[derive(Clone)]
pub struct Members(Db);

impl Members {
    /// Those in `db`.
    pub fn new(db: Db) -> Self {
        Self(db)
    }

    pub(crate) const fn db(&self) -> &Db {
        &self.0
    }

    /// Has `actor` change what `user` is to `tenant`; gives the role before. The user is told of another role, and not of
    /// joining.
    pub async fn change(
        &self,
        tenant: &str,
        user: &str,
        change: MembershipChange,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Option<Role>, MemberError> {
        self.change_and(false, tenant, user, change, actor, now).await
    }

    /// As [`Members::change`]; a user who joins is told of it.
    pub(crate) async fn change_and_tell(
        &self,
        tenant: &Tenant,
        user: &str,
        change: MembershipChange,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Option<Role>, MemberError> {
        self.change_and(true, &tenant.id, user, change, actor, now).await
    }

    async fn change_and(
        &self,
        is_joining_told: bool,
        tenant: &str,
        user: &str,
        change: MembershipChange,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Option<Role>, MemberError> {
        for _ in 0..MAX_ATTEMPTS {
            let state = self.state(tenant, user).await?;
            let role = state.after(change)?;
            if role.is_some() && role == state.role {
                return Ok(role);
            }
            let statement =
                "INSERT INTO tenant_memberships (tenant_id, number, user_id, role, before, actor, address, at, unreported,
                    untold)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
            let is_told = role.is_some() && (is_joining_told || state.role.is_some());
            let values: [Value; 10] = [
                tenant.into(),
                state.number.saturating_add(1).into(),
                user.into(),
                role.map(Role::as_str).into(),
                state.role.map(Role::as_str).into(),
                actor.id.as_str().into(),
                actor.address.clone().into(),
                now.into(),
                Value::Integer(i64::from(is_reported(state.role, role))),
                Value::Integer(i64::from(is_told)),
            ];
            match self.0.query(statement, &values).await {
                Ok(_) => return Ok(state.role),
                Err(DatabaseError::Duplicate(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(MemberError::Busy)
    }

    /// Whether `change` would be made now.
    pub(crate) async fn check(&self, tenant: &str, user: &str, change: MembershipChange) -> Result<(), MemberError> {
        self.state(tenant, user).await?.after(change).map(drop)
    }

    async fn state(&self, tenant: &str, user: &str) -> Result<State, DatabaseError> {
        // INVARIANT: the number is read first. What is read after it may be newer; then the next number is taken.
        let last = "SELECT COALESCE(MAX(number), 0) FROM tenant_memberships WHERE tenant_id = $1";
        let last = self.0.query(last, &[tenant.into()]).await?;
        let statement = format!(
            "SELECT COUNT(*), COALESCE(SUM(CASE WHEN m.role = 'OWNER' THEN 1 ELSE 0 END), 0),
                MAX(CASE WHEN m.user_id = $2 THEN m.role END)
             FROM tenant_memberships m WHERE {CURRENT}"
        );
        let rows = self.0.query(&statement, &[tenant.into(), user.into()]).await?;
        let (last, row) = (first(&last)?, first(&rows)?);
        Ok(State {
            number: last.integer(0)?,
            members: row.integer(0)?,
            owners: row.integer(1)?,
            role: row.optional_text(2)?.map(read_role).transpose()?,
        })
    }

    /// Whether the tenant has, or ever had, members.
    pub(crate) async fn are_kept(&self, tenant: &str) -> Result<bool, DatabaseError> {
        let statement = "SELECT 1 FROM tenant_memberships WHERE tenant_id = $1 LIMIT 1";
        Ok(!self.0.query(statement, &[tenant.into()]).await?.is_empty())
    }

    /// Up to `limit` members, by their ids, behind the one with the id `behind`.
    pub async fn list(&self, tenant: &str, behind: &str, limit: u32) -> Result<Vec<Member>, DatabaseError> {
        let condition = format!("{CURRENT} AND m.user_id > $2 ORDER BY m.user_id LIMIT $3");
        self.select(&condition, &[tenant.into(), behind.into(), Value::Integer(i64::from(limit))]).await
    }

    /// The member `user`.
    pub async fn find(&self, tenant: &str, user: &str) -> Result<Option<Member>, DatabaseError> {
        let found = self.select(&format!("{CURRENT} AND m.user_id = $2"), &[tenant.into(), user.into()]).await?;
        Ok(found.into_iter().next())
    }

    /// Those of `users` who are members, by their ids.
    pub async fn find_all(&self, tenant: &str, users: &[&str]) -> Result<Vec<Member>, DatabaseError> {
        if users.is_empty() {
            return Ok(Vec::new());
        }
        let condition = format!("{CURRENT} AND m.user_id IN ({}) ORDER BY m.user_id", places(2, users.len()));
        let values: Vec<Value> = [tenant].iter().chain(users).map(|text| Value::from(*text)).collect();
        self.select(&condition, &values).await
    }

    /// The user who has been an owner for the longest time.
    pub async fn first_owner(&self, tenant: &str) -> Result<Option<String>, DatabaseError> {
        let condition = format!("{CURRENT} AND m.role = 'OWNER' ORDER BY m.number LIMIT 1");
        Ok(self.select(&condition, &[tenant.into()]).await?.into_iter().next().map(|owner| owner.user))
    }

    /// Of some tenants the id and the user who has been an owner for the longest time.
    pub(crate) async fn first_owners(&self, tenants: &[&str]) -> Result<HashMap<String, String>, DatabaseError> {
        let statement = format!(
            "SELECT m.tenant_id, m.user_id FROM tenant_memberships m
             WHERE m.tenant_id IN ({}) AND m.role = 'OWNER' AND {LAST} ORDER BY m.number",
            places(1, tenants.len())
        );
        let mut owners = HashMap::new();
        if tenants.is_empty() {
            return Ok(owners);
        }
        let values: Vec<Value> = tenants.iter().map(|tenant| (*tenant).into()).collect();
        for row in self.0.query(&statement, &values).await? {
            owners.entry(row.text(0)?.to_owned()).or_insert(row.text(1)?.to_owned());
        }
        Ok(owners)
    }

    /// The tenants that `user` belongs to, with the role in each.
    pub async fn tenants_of(&self, user: &str) -> Result<Vec<(String, Role)>, DatabaseError> {
        let statement = format!(
            "SELECT m.tenant_id, m.role FROM tenant_memberships m
             WHERE m.user_id = $1 AND m.role IS NOT NULL AND {LAST} ORDER BY m.tenant_id LIMIT {MAX_TENANTS_OF_USER}"
        );
        let rows = self.0.query(&statement, &[user.into()]).await?;
        rows.iter().map(|row| Ok((row.text(0)?.to_owned(), read_role(row.text(1)?)?))).collect()
    }

    /// An owner of whom an e-mail address is known.
    pub async fn owner_with_email(&self, tenant: &str) -> Result<Option<String>, DatabaseError> {
        let condition = format!("{CURRENT} AND m.role = 'OWNER' AND p.email IS NOT NULL ORDER BY m.number LIMIT 1");
        let found = self.select(&condition, &[tenant.into()]).await?;
        Ok(found.into_iter().next().and_then(|owner| owner.person?.email))
    }

    async fn select(&self, condition: &str, values: &[Value]) -> Result<Vec<Member>, DatabaseError> {
        let statement = format!(
            "SELECT m.user_id, m.role, m.at, p.email, p.name, p.provisioned_by, p.joined_at,
                p.erp_employee_id, p.department, p.job_title
             FROM tenant_memberships m
             LEFT JOIN tenant_people p ON p.tenant_id = m.tenant_id AND p.user_id = m.user_id
             WHERE {condition}"
        );
        self.0.query(&statement, values).await?.iter().map(from_row).collect()
    }

    /// How many members each tenant has; only `tenant`, where one is given.
    pub async fn count_by_tenant(&self, tenant: Option<&str>) -> Result<Vec<(String, i64)>, DatabaseError> {
        let (values, of_tenant) = match tenant {
            None => (Vec::new(), ""),
            Some(tenant) => (vec![Value::from(tenant)], "AND m.tenant_id = $1"),
        };
        let statement = format!(
            "SELECT m.tenant_id, COUNT(*) FROM tenant_memberships m
             WHERE m.role IS NOT NULL AND {LAST} {of_tenant} GROUP BY m.tenant_id"
        );
        let rows = self.0.query(&statement, &values).await?;
        rows.iter().map(|row| Ok((row.text(0)?.to_owned(), row.integer(1)?))).collect()
    }

    /// How many members have which role.
    pub async fn count_by_role(&self, tenant: &str) -> Result<Vec<(Role, i64)>, DatabaseError> {
        let statement = format!("SELECT m.role, COUNT(*) FROM tenant_memberships m WHERE {CURRENT} GROUP BY m.role");
        let read = |row: &Row| Ok((read_role(row.text(0)?)?, row.integer(1)?));
        self.0.query(&statement, &[tenant.into()]).await?.iter().map(read).collect()
    }
}

pub(crate) fn first(rows: &[Row]) -> Result<&Row, DatabaseError> {
    rows.first().ok_or_else(|| DatabaseError::Refused("an aggregate gave no row".into()))
}

pub(crate) fn read_role(written: &str) -> Result<Role, DatabaseError> {
    Role::parse(written).ok_or_else(|| DatabaseError::Refused("tenant_memberships.role is not known".into()))
}

fn from_row(row: &Row) -> Result<Member, DatabaseError> {
    let optional = |index| Ok::<_, DatabaseError>(row.optional_text(index)?.map(ToOwned::to_owned));
    let person = match optional(5)? {
        None => None,
        Some(provisioned_by) => Some(Person {
            email: optional(3)?,
            name: optional(4)?,
            provisioned_by,
            joined_at: Timestamp::from_millis(row.integer(6)?),
            erp_employee_id: optional(7)?,
            department: optional(8)?,
            job_title: optional(9)?,
        }),
    };
    Ok(Member {
        user: row.text(0)?.to_owned(),
        role: read_role(row.text(1)?)?,
        changed_at: Timestamp::from_millis(row.integer(2)?),
        person,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use edge_capabilities::testing::{MemoryDatabase, SeededRandom};

    use super::*;

    fn members() -> Members {
        Members::new(Db::new(Arc::new(MemoryDatabase::new())))
    }

    fn actor() -> Actor {
        Actor { id: "key:test".into(), address: None }
    }

    async fn change(members: &Members, user: &str, wanted: MembershipChange) -> Result<Option<Role>, MemberError> {
        members.change("t", user, wanted, &actor(), Timestamp::from_millis(1)).await
    }

    #[tokio::test]
    async fn the_last_owner_stays_one() {
        let members = members();
        change(&members, "ana", MembershipChange::Join(Role::Owner, None)).await.unwrap();
        for wanted in [
            MembershipChange::Leave,
            MembershipChange::Become(Role::Member),
            MembershipChange::Become(Role::BillingAdmin),
        ] {
            assert_eq!(change(&members, "ana", wanted).await, Err(MemberError::LastOwner));
        }
        assert_eq!(change(&members, "ana", MembershipChange::Become(Role::Owner)).await, Ok(Some(Role::Owner)));
        change(&members, "ben", MembershipChange::Join(Role::Owner, None)).await.unwrap();
        change(&members, "ana", MembershipChange::Leave).await.unwrap();
        assert_eq!(change(&members, "ben", MembershipChange::Leave).await, Err(MemberError::LastOwner));
        assert_eq!(change(&members, "ana", MembershipChange::Leave).await, Err(MemberError::IsNoMember));
        change(&members, "ana", MembershipChange::Join(Role::Admin, None)).await.unwrap();
        assert_eq!(
            change(&members, "ana", MembershipChange::Join(Role::Admin, None)).await,
            Err(MemberError::IsMember)
        );
    }

    /// Owners who all leave or step down at once, over and over: whichever is faster, one is left.
    #[tokio::test]
    async fn of_owners_who_leave_together_one_stays() {
        let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_121);
        println!("seed {seed}: SEED={seed} runs it again");
        let random = SeededRandom::new(seed);
        for round in 0..40 {
            let members = members();
            let owners: Vec<String> = (0..2 + random.below(5)).map(|number| format!("owner{number}")).collect();
            for owner in &owners {
                change(&members, owner, MembershipChange::Join(Role::Owner, None)).await.unwrap();
            }
            let changes: Vec<MembershipChange> = owners
                .iter()
                .map(|_| {
                    if random.below(2) == 0 { MembershipChange::Leave } else { MembershipChange::Become(Role::Member) }
                })
                .collect();
            let all = owners.iter().zip(&changes).map(|(owner, wanted)| change(&members, owner, *wanted));
            let outcomes = futures::future::join_all(all).await;
            let refused = outcomes.iter().filter(|outcome| **outcome == Err(MemberError::LastOwner)).count();
            let counts = members.count_by_role("t").await.unwrap();
            let left = counts.iter().find(|(role, _)| *role == Role::Owner).map_or(0, |(_, count)| *count);
            assert_eq!((refused, left), (1, 1), "round {round} of seed {seed}: {outcomes:?}");
        }
    }

    #[tokio::test]
    async fn there_are_never_more_users_than_allowed_also_when_they_come_together() {
        let members = members();
        let names: Vec<String> = (0..20).map(|number| format!("user{number:02}")).collect();
        let all = names.iter().map(|name| change(&members, name, MembershipChange::Join(Role::Member, Some(5))));
        let outcomes = futures::future::join_all(all).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 5);
        assert_eq!(outcomes.iter().filter(|outcome| **outcome == Err(MemberError::Full)).count(), 15);
        assert_eq!(members.list("t", "", 100).await.unwrap().len(), 5);
        assert_eq!(members.list("other", "", 100).await.unwrap(), []);
    }

    #[tokio::test]
    async fn members_are_listed_as_they_are_now_a_page_at_a_time() {
        let members = members();
        for user in ["c", "a", "b"] {
            change(&members, user, MembershipChange::Join(Role::Owner, None)).await.unwrap();
        }
        change(&members, "a", MembershipChange::Become(Role::BillingAdmin)).await.unwrap();
        change(&members, "b", MembershipChange::Leave).await.unwrap();
        let page = members.list("t", "", 1).await.unwrap();
        assert_eq!((page[0].user.as_str(), page[0].role), ("a", Role::BillingAdmin));
        let rest = members.list("t", "a", 5).await.unwrap();
        assert_eq!(rest.iter().map(|one| one.user.as_str()).collect::<Vec<_>>(), ["c"]);
        assert_eq!(members.find("t", "b").await.unwrap(), None);
    }
}
