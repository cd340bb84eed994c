//! What a user is told of a change of their membership. The row of the change says that the message is still to be queued: a
//! change and its message are one, wherever an instance dies.

use std::time::Duration;

use async_trait::async_trait;
use edge_access::Role;
use edge_capabilities::database::{DatabaseError, Row, Value};
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::{Db, places};
use edge_jobs::{Job, JobHandler, JobKind, JobOutcome, JobResult};
use edge_notifications::event_types::{WORKSPACE_ROLE_CHANGED, WORKSPACE_TEAM_INVITE};
use edge_notifications::{NewEvent, Notifications, Recipient};
use serde_json::json;

use super::store::{Members, read_role};
use crate::tenant::{Tenant, Tenants};

/// The recurring job that tells those whom nobody told who made the change.
pub(crate) const TELL_MEMBERS: JobKind = JobKind::new("tenants.tell_members");
pub(crate) const TELL_MEMBERS_EVERY: Duration = Duration::from_secs(10);

/// How long who made a change has to tell of it.
const GRACE: i64 = 10_000;

/// Changes in one go.
const BATCH: u32 = 200;

/// A change that the user was not told of.
pub(crate) struct UntoldChange {
    tenant: String,
    number: i64,
    user: String,
    role: Option<Role>,
    is_new: bool,
}

impl UntoldChange {
    /// The message; None: the user has left meanwhile.
    fn event(&self, tenant: &Tenant) -> Option<NewEvent> {
        let event_type = if self.is_new { &WORKSPACE_TEAM_INVITE } else { &WORKSPACE_ROLE_CHANGED };
        let event = NewEvent::new(event_type, &tenant.id, format!("member.{}", self.number));
        let data = json!({"workspace_name": tenant.name, "role": self.role?.as_str()});
        Some(event.to(Recipient::by_user(&self.user)).with(data))
    }
}

impl Members {
    /// The changes of `user` that the user was not told of.
    async fn untold_of(&self, tenant: &str, user: &str) -> Result<Vec<UntoldChange>, DatabaseError> {
        self.untold("tenant_id = $1 AND user_id = $2", &[tenant.into(), user.into()]).await
    }

    /// Up to `limit` changes that were made before `before` and that nobody told of.
    async fn left_untold(&self, before: Timestamp, limit: u32) -> Result<Vec<UntoldChange>, DatabaseError> {
        self.untold(&format!("at <= $1 ORDER BY tenant_id, number LIMIT {limit}"), &[before.into()]).await
    }

    async fn untold(&self, condition: &str, values: &[Value]) -> Result<Vec<UntoldChange>, DatabaseError> {
        let statement = format!(
            "SELECT tenant_id, number, user_id, role, before FROM tenant_memberships WHERE untold = 1 AND {condition}"
        );
        let read = |row: &Row| {
            Ok(UntoldChange {
                tenant: row.text(0)?.to_owned(),
                number: row.integer(1)?,
                user: row.text(2)?.to_owned(),
                role: row.optional_text(3)?.map(read_role).transpose()?,
                is_new: row.optional_text(4)?.is_none(),
            })
        };
        self.db().query(&statement, values).await?.iter().map(read).collect()
    }

    /// Queues the messages of `changes`, and notes that their users are told. Each step may be repeated.
    async fn tell(&self, tenant: &Tenant, changes: &[UntoldChange], now: Timestamp) -> Result<(), DatabaseError> {
        if changes.is_empty() {
            return Ok(());
        }
        let events: Vec<NewEvent> = changes.iter().filter_map(|change| change.event(tenant)).collect();
        Notifications::new(self.db().clone()).raise_all(&events, now).await?;
        self.note_told(&tenant.id, changes).await
    }

    async fn note_told(&self, tenant: &str, changes: &[UntoldChange]) -> Result<(), DatabaseError> {
        let statement = format!(
            "UPDATE tenant_memberships SET untold = 0 WHERE tenant_id = $1 AND number IN ({})",
            places(2, changes.len())
        );
        let numbers = changes.iter().map(|change| Value::from(change.number));
        let values: Vec<Value> = [Value::from(tenant)].into_iter().chain(numbers).collect();
        self.db().query(&statement, &values).await.map(drop)
    }

    /// Tells `user` of the changes that the user was not told of.
    pub(crate) async fn tell_user(&self, tenant: &Tenant, user: &str, now: Timestamp) -> Result<(), DatabaseError> {
        let changes = self.untold_of(&tenant.id, user).await?;
        self.tell(tenant, &changes, now).await
    }
}

/// Tells users of changes whose makers died, or have no time for it.
pub(crate) struct TellMembers {
    capabilities: Capabilities,
    members: Members,
    tenants: Tenants,
}

impl TellMembers {
    pub(crate) fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self {
            members: Members::new(db.clone()),
            tenants: Tenants::new(db.clone()),
            capabilities: capabilities.clone(),
        }
    }
}

#[async_trait]
impl JobHandler for TellMembers {
    async fn run(&self, _: &Job) -> JobResult {
        let now = self.capabilities.clock.now();
        let before = Timestamp::from_millis(now.as_millis().saturating_sub(GRACE));
        let changes = self.members.left_untold(before, BATCH).await?;
        for of_tenant in changes.chunk_by(|one, other| one.tenant == other.tenant) {
            let Some(first) = of_tenant.first() else { continue };
            match self.tenants.find(&first.tenant).await? {
                Some(tenant) => self.members.tell(&tenant, of_tenant, now).await?,
                None => self.members.note_told(&first.tenant, of_tenant).await?,
            }
        }
        let is_full = u32::try_from(changes.len()).is_ok_and(|count| count >= BATCH);
        Ok(if is_full { JobOutcome::Again(now) } else { JobOutcome::Done })
    }
}

#[cfg(test)]
mod tests {
    use edge_audit::Actor;
    use edge_capabilities::testing::{START, World};
    use edge_jobs::{JobQueue, JobRunner};
    use edge_notifications::{Channel, MessageFilter};

    use super::*;
    use crate::members::{DirectoryState, MembershipChange};
    use crate::tenant::Mode;

    fn actor(id: &str) -> Actor {
        Actor { id: id.into(), address: None }
    }

    async fn set_up() -> (World, Members, Tenant) {
        let world = World::new(1);
        let db = Db::new(world.db.clone());
        let tenant = Tenant { name: "Acme".into(), ..Tenant::new("t".into(), Mode::External, START) };
        Tenants::new(db.clone()).insert(&tenant).await.unwrap();
        (world, Members::new(db), tenant)
    }

    async fn run(capabilities: &Capabilities) {
        let db = Db::new(capabilities.db.clone());
        let runner = JobRunner::new("admin", capabilities, &JobQueue::new(capabilities, &db));
        let tell = TellMembers::new(capabilities, &db);
        runner.repeat(TELL_MEMBERS, TELL_MEMBERS_EVERY, tell).drain_all().await.unwrap();
    }

    /// The types and the roles of the e-mails to users, in the order of the changes.
    async fn told(world: &World) -> Vec<String> {
        let notifications = Notifications::new(Db::new(world.db.clone()));
        let mut messages = notifications.list("t", &MessageFilter::default(), None, 50).await.unwrap();
        messages.retain(|message| message.channel() == Channel::Email);
        messages.sort_by(|one, other| one.event_id.cmp(&other.event_id));
        let written = |message: &edge_notifications::Message| {
            let content = message.content();
            let name = message.event_type.as_deref().unwrap_or_default().trim_start_matches("WORKSPACE_").to_owned();
            format!("{name} {} {}", content.recipient.user_id.unwrap_or_default(), content.data["role"])
        };
        messages.iter().map(written).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn a_change_and_its_message_are_one_wherever_an_instance_dies() {
        let (mut joined, mut changed, mut died) = (0, 0, 0);
        for calls in 0..30 {
            let (world, members, tenant) = set_up().await;
            let (mortal, life) = world.mortal(calls, calls % 2 == 0);
            let db = Db::new(mortal.db.clone());
            let work = async {
                let (mortal, hand) = (Members::new(db), actor("key:k"));
                let join = MembershipChange::Join(Role::Member, None);
                mortal.change_and_tell(&tenant, "ana", join, &hand, START).await.unwrap();
                mortal.tell_user(&tenant, "ana", START).await.unwrap();
                mortal.change("t", "ana", MembershipChange::Become(Role::Admin), &hand, START).await.unwrap();
                mortal.tell_user(&tenant, "ana", START).await.unwrap();
            };
            tokio::select! {
                () = work => {}
                () = life.death() => died += 1,
            }
            world.clock.advance(Duration::from_secs(11)).await;
            run(&world.instance().0).await;
            run(&world.instance().0).await;
            let mut expected = Vec::new();
            let role = members.find("t", "ana").await.unwrap().map(|member| member.role);
            if role.is_some() {
                joined += 1;
                expected.push("TEAM_INVITE ana \"MEMBER\"");
            }
            if role == Some(Role::Admin) {
                changed += 1;
                expected.push("ROLE_CHANGED ana \"ADMIN\"");
            }
            assert_eq!(told(&world).await, expected, "after {calls} calls");
        }
        assert!(joined > 5 && changed > 5 && died > 5, "{joined} {changed} {died}");
    }

    #[tokio::test(start_paused = true)]
    async fn who_joins_by_another_way_is_not_invited_but_told_of_another_role() {
        let (world, members, tenant) = set_up().await;
        let hr = actor("erp-sync:run");
        for role in [Role::Member, Role::Manager] {
            members.sync_directory("t", &[("ana", DirectoryState::Member(role))], None, &hr, START).await.unwrap();
        }
        let hand = actor("key:k");
        members.change("t", "ben", MembershipChange::Join(Role::Owner, None), &hand, START).await.unwrap();
        members.change_and_tell(&tenant, "eve", MembershipChange::Join(Role::Owner, None), &hand, START).await.unwrap();
        members.change("t", "eve", MembershipChange::Leave, &hand, START).await.unwrap();
        world.clock.advance(Duration::from_secs(11)).await;
        run(&world.instance().0).await;
        // Eve left before she was told. That she joined is still true.
        assert_eq!(told(&world).await, ["ROLE_CHANGED ana \"MANAGER\"", "TEAM_INVITE eve \"OWNER\""]);
    }
}
