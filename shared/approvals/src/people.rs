//! Who somebody is: which names one person has, what they are to the tenant, and for whom they stand.
//!
//! Roles come from three places: the token; what somebody is as a member of the tenant (`owner`, `billing_admin`, …); and
//! what the tenant says of them here, which is also how a key comes to have one.

use edge_access::Caller;
use edge_capabilities::Instant;
use edge_capabilities::database::{DatabaseError, Value};
use edge_record::Record;
use edge_tenants::Members;

use crate::delegations::Delegations;
use crate::request::{Delegator, Voter};

/// How far back it is looked for who made a key.
const DEPTH: u32 = 8;

/// Who somebody is.
#[derive(Clone)]
pub struct People {
    record: Record,
    delegations: Delegations,
    members: Members,
}

impl People {
    /// As `record` knows them.
    pub fn new(record: &Record) -> Self {
        Self {
            delegations: Delegations::new(record.clone()),
            members: Members::new(record.clone()),
            record: record.clone(),
        }
    }

    /// The person behind a caller's id. A key that a user made is that user, who could else be two; one that the
    /// platform gave out is somebody of its own.
    pub async fn person(&self, id: &str) -> Result<String, DatabaseError> {
        let mut name = id.to_owned();
        for _ in 0..DEPTH {
            let Some(key) = name.strip_prefix("key:") else { break };
            let rows = self.record.query("SELECT created_by FROM api_keys WHERE id = $1", &[key.into()]).await?;
            let Some(row) = rows.first() else { break };
            row.text(0)?.clone_into(&mut name);
        }
        Ok(if name.starts_with("user:") { name } else { id.to_owned() })
    }

    /// What `caller` is to `tenant` at `now`.
    pub async fn voter(&self, tenant: &str, caller: &Caller, now: Instant) -> Result<Voter, DatabaseError> {
        let person = self.person(&caller.id).await?;
        let mut names = vec![caller.id.to_string()];
        if !names.contains(&person) {
            names.push(person.clone());
        }
        let mut roles: Vec<String> = caller.roles.to_vec();
        let mut stands_for = Vec::new();
        for name in &names {
            roles.extend(self.roles(tenant, name).await?);
            for delegation in self.delegations.to(tenant, name, now).await? {
                let mut others = delegation.roles;
                others.extend(self.roles(tenant, &delegation.delegator).await?);
                stands_for.push(Delegator { person: delegation.delegator, roles: others });
            }
        }
        Ok(Voter { person, names, roles, stands_for })
    }

    /// What the record says that somebody of this name is.
    async fn roles(&self, tenant: &str, name: &str) -> Result<Vec<String>, DatabaseError> {
        let statement = "SELECT role FROM approval_roles WHERE tenant_id = $1 AND person = $2 ORDER BY role";
        let rows = self.record.query(statement, &[tenant.into(), name.into()]).await?;
        let mut roles: Vec<String> =
            rows.iter().map(|row| row.text(0).map(ToOwned::to_owned)).collect::<Result<_, _>>()?;
        if let Some(user) = name.strip_prefix("user:")
            && let Some(member) = self.members.find(tenant, user).await?
        {
            roles.push(member.role.as_str().to_lowercase());
        }
        Ok(roles)
    }

    /// Who has a role, by what the tenant says here.
    pub(crate) async fn with_roles(&self, tenant: &str) -> Result<Vec<(String, String)>, DatabaseError> {
        let statement = "SELECT role, person FROM approval_roles WHERE tenant_id = $1 ORDER BY role, person";
        let rows = self.record.query(statement, &[tenant.into()]).await?;
        rows.iter().map(|row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned()))).collect()
    }

    /// Says that these people and no others have `role`.
    pub(crate) async fn set_role(
        &self,
        tenant: &str,
        role: &str,
        people: &[String],
        by: &str,
        now: Instant,
    ) -> Result<(), DatabaseError> {
        let mut values: Vec<Value> = vec![tenant.into(), role.into()];
        values.extend(people.iter().map(|person| Value::from(person.as_str())));
        let places: Vec<String> = (3..=values.len()).map(|place| format!("${place}")).collect();
        let others =
            if places.is_empty() { String::new() } else { format!("AND person NOT IN ({})", places.join(", ")) };
        let statement = format!("DELETE FROM approval_roles WHERE tenant_id = $1 AND role = $2 {others}");
        self.record.query(&statement, &values).await?;
        let statement = "INSERT INTO approval_roles (tenant_id, role, person, set_by, set_at)
            VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
        for person in people {
            let values: [Value; 5] = [tenant.into(), role.into(), person.as_str().into(), by.into(), now.into()];
            self.record.query(statement, &values).await?;
        }
        Ok(())
    }
}
