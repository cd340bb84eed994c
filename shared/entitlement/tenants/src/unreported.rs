//! What the ERP is still to be told of. A change notes it in its own statement, in the row that it writes: nothing is lost
//! wherever an instance ends. The reporter to the ERP reads the notes, and removes them once each is stored elsewhere.

use edge_access::Role;
use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Row, Value};
use edge_database::Column as _;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::members::{Members, read_role};
use crate::tenant::Tenant;
use crate::tenant::Tenants;

/// What a fact about a tenant is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactKind {
    /// The tenant's own fields.
    Organization,
    /// Its subscription.
    Subscription,
}

/// Something about a tenant that the ERP is to be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantFact {
    /// Made from what changed the tenant, and unique among all facts.
    pub id: String,
    /// What it is about.
    pub kind: FactKind,
    /// How it stands since: a JSON object without personal data.
    pub data: serde_json::Value,
    /// When it changed.
    pub at: Timestamp,
}

/// The facts about a tenant that the ERP has not been told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreportedFacts {
    /// The tenant's id.
    pub tenant: String,
    /// Its facts, oldest first.
    pub facts: Vec<TenantFact>,
    /// As they are stored.
    stored: String,
}

/// A user who joined or left a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MembershipFact {
    /// The tenant's id.
    pub tenant: String,
    /// The number of the change among the tenant's changes of members.
    pub number: i64,
    /// The user's id.
    pub user: String,
    /// The role; None: the user left.
    pub role: Option<Role>,
    /// When.
    pub at: Timestamp,
}

impl Tenant {
    /// Notes that the tenant's own fields are as they are since the change `id`.
    pub(crate) fn note_organization(&mut self, id: &str, at: Timestamp) {
        let gib = |mib: i64| mib.checked_div(1024);
        let data = json!({
            "name": self.name, "domain": self.domain, "is_active": self.is_active, "is_suspended": self.is_suspended,
            "max_users": self.max_users, "max_storage_gb": self.docs_quota_mb.and_then(gib), "plan": self.plan,
        });
        let id = format!("organization:{id}");
        self.unreported.push(TenantFact { id, kind: FactKind::Organization, data, at });
    }

    /// Notes that the tenant's subscription is as it is since the event `id`.
    pub(crate) fn note_subscription(&mut self, id: &str, at: Timestamp) {
        let data = json!({
            "status": self.subscription_status, "payment_status": self.payment_status, "plan_name": self.subscription_plan,
            "period_end": self.subscription_period_end.map(Timestamp::to_rfc3339_millis), "max_users": self.max_users,
        });
        let id = format!("subscription:{id}");
        self.unreported.push(TenantFact { id, kind: FactKind::Subscription, data, at });
    }
}

impl Tenants {
    /// The facts about up to `limit` tenants that the ERP has not been told.
    pub async fn unreported(&self, limit: u32) -> Result<Vec<UnreportedFacts>, DatabaseError> {
        let statement = "SELECT id, unreported FROM tenants WHERE unreported <> '[]' ORDER BY id LIMIT $1";
        let rows = self.db().query(statement, &[Value::Integer(i64::from(limit))]).await?;
        let read = |row: &Row| {
            let stored = row.text(1)?.to_owned();
            let facts = Vec::from_value(&Value::from(stored.as_str())).map_err(DatabaseError::Refused)?;
            Ok(UnreportedFacts { tenant: row.text(0)?.to_owned(), facts, stored })
        };
        rows.iter().map(read).collect()
    }

    /// Takes facts away, if no others were noted meanwhile: else they are all read once more.
    pub async fn set_reported(&self, facts: &UnreportedFacts) -> Result<(), DatabaseError> {
        // The revision stays: a change that was decided before notes the old facts again, which does no harm.
        let statement = "UPDATE tenants SET unreported = '[]' WHERE id = $1 AND unreported = $2";
        self.db().query(statement, &[facts.tenant.as_str().into(), facts.stored.as_str().into()]).await.map(drop)
    }
}

impl Members {
    /// Up to `limit` joins and departures that the ERP has not been told, each tenant's in their order.
    pub async fn unreported(&self, limit: u32) -> Result<Vec<MembershipFact>, DatabaseError> {
        let statement = "SELECT tenant_id, number, user_id, role, at FROM tenant_memberships
            WHERE unreported = 1 ORDER BY tenant_id, number LIMIT $1";
        let rows = self.db().query(statement, &[Value::Integer(i64::from(limit))]).await?;
        let read = |row: &Row| {
            Ok(MembershipFact {
                tenant: row.text(0)?.to_owned(),
                number: row.integer(1)?,
                user: row.text(2)?.to_owned(),
                role: row.optional_text(3)?.map(read_role).transpose()?,
                at: Timestamp::from_millis(row.integer(4)?),
            })
        };
        rows.iter().map(read).collect()
    }

    /// Takes away what [`Members::unreported`] gave.
    pub async fn set_reported(&self, facts: &[MembershipFact]) -> Result<(), DatabaseError> {
        // Each tenant's come together, and in their order: none stands before the last that is still to be told.
        for of_tenant in facts.chunk_by(|one, other| one.tenant == other.tenant) {
            let Some(last) = of_tenant.last() else { continue };
            let statement = "UPDATE tenant_memberships SET unreported = 0
                WHERE tenant_id = $1 AND number <= $2 AND unreported = 1";
            self.db().query(statement, &[last.tenant.as_str().into(), last.number.into()]).await?;
        }
        Ok(())
    }
}

/// Whether the ERP is to be told of a change from one role to another: it counts users, and knows no roles.
pub(crate) const fn is_reported(before: Option<Role>, after: Option<Role>) -> bool {
    before.is_some() != after.is_some()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use edge_audit::Actor;
    use edge_capabilities::testing::{MemoryDatabase, SeededRandom};
    use edge_database::Db;

    use super::*;
    use crate::members::DirectoryState;
    use crate::members::MembershipChange;
    use crate::tenant::CommitResult;
    use crate::tenant::Mode;

    const NOW: Timestamp = Timestamp::from_millis(1);

    fn actor(id: &str) -> Actor {
        Actor { id: id.into(), address: None }
    }

    #[tokio::test]
    async fn each_join_and_departure_is_told_once_and_in_order() {
        let members = Members::new(Db::new(Arc::new(MemoryDatabase::new())));
        let change = async |tenant: &str, user: &str, change| {
            members.change(tenant, user, change, &actor("key:k"), NOW).await.unwrap();
        };
        change("b", "ana", MembershipChange::Join(Role::Owner, None)).await;
        change("a", "ben", MembershipChange::Join(Role::Owner, None)).await;
        change("b", "ana", MembershipChange::Become(Role::Owner)).await;
        change("b", "eve", MembershipChange::Join(Role::Member, None)).await;
        change("b", "eve", MembershipChange::Become(Role::Admin)).await;
        change("b", "eve", MembershipChange::Leave).await;
        let hr = [("fay", DirectoryState::Member(Role::Member)), ("ana", DirectoryState::Member(Role::Owner))];
        members.sync_directory("b", &hr, None, &actor("erp-sync:run"), NOW).await.unwrap();
        let told = |facts: &[MembershipFact]| {
            facts
                .iter()
                .map(|fact| format!("{} {} {}", fact.tenant, fact.user, fact.role.is_some()))
                .collect::<Vec<_>>()
        };
        let first = members.unreported(3).await.unwrap();
        assert_eq!(told(&first), ["a ben true", "b ana true", "b eve true"]);
        assert_eq!(members.unreported(3).await.unwrap(), first, "nothing is lost before it is stored elsewhere");
        members.set_reported(&first).await.unwrap();
        let rest = members.unreported(10).await.unwrap();
        assert_eq!(told(&rest), ["b eve false", "b fay true"]);
        members.set_reported(&rest).await.unwrap();
        assert_eq!(members.unreported(10).await.unwrap(), []);
    }

    #[tokio::test]
    async fn a_fact_that_is_noted_while_others_are_told_is_told_later() {
        let tenants = Tenants::new(Db::new(Arc::new(MemoryDatabase::new())));
        let random = SeededRandom::new(1);
        let new = Tenant { slug: "acme".into(), ..Tenant::new("t".into(), Mode::External, NOW) };
        let mut tenant = tenants.create(new, &actor("key:k"), &random).await.unwrap();
        let first = tenants.unreported(10).await.unwrap();
        assert_eq!((first.len(), first[0].facts.len(), first[0].facts[0].kind), (1, 1, FactKind::Organization));
        tenant = tenants.find(&tenant.id).await.unwrap().unwrap();
        tenant.note_subscription("e", NOW);
        assert_eq!(tenants.replace(&tenant, NOW).await, Ok(CommitResult::Stored));
        tenants.set_reported(&first[0]).await.unwrap();
        let both = tenants.unreported(10).await.unwrap();
        assert_eq!(
            both[0].facts.iter().map(|fact| fact.kind).collect::<Vec<_>>(),
            [FactKind::Organization, FactKind::Subscription]
        );
        tenants.set_reported(&both[0]).await.unwrap();
        assert_eq!(tenants.unreported(10).await.unwrap(), []);
    }
}
