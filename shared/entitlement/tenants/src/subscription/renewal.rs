//! Telling tenants that their subscription renews soon. The row of a tenant says of which end of a period its people were told:
//! each is told of once, also where a worker dies, and one whose period was lengthened since is told of the new end.

use std::time::Duration;

use async_trait::async_trait;
use edge_capabilities::database::{DatabaseError, Value};
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::{Conditions, Db, places};
use edge_jobs::{Job, JobHandler, JobKind, JobOutcome, JobResult};
use edge_notifications::event_types::WORKSPACE_SUBSCRIPTION_RENEWAL;
use edge_notifications::{NewEvent, Notifications, Recipient};
use serde_json::json;

use super::Status;
use crate::tenant::{Tenant, Tenants};

/// How long before its renewal the tenant is told.
pub const RENEWAL_NOTICE: Duration = Duration::from_hours(24 * 7);

/// The recurring job.
pub(crate) const TELL_RENEWALS: JobKind = JobKind::new("tenants.tell_renewals");
pub(crate) const TELL_RENEWALS_EVERY: Duration = Duration::from_mins(10);

/// Tenants in one go.
const BATCH: u32 = 200;

/// The message to `tenant` that `plan` renews at `end`. `id` is what renews, among what the tenant has.
pub fn renewal_event(tenant: &Tenant, id: &str, plan: &str, end: Timestamp) -> NewEvent {
    let recipient = Recipient::by_email(tenant.billing_address()).named(&tenant.name);
    NewEvent::new(&WORKSPACE_SUBSCRIPTION_RENEWAL, &tenant.id, format!("{id}.renewal.{}", end.as_millis()))
        .to(recipient)
        .until(end)
        .with(json!({
            "customer_name": tenant.name, "plan_name": plan,
            "renewal_date": end.to_rfc3339_millis().chars().take(10).collect::<String>(),
        }))
}

impl Tenants {
    /// Up to `limit` tenants whose subscription renews between `now` and `until`, and who were not told.
    async fn renewing(&self, now: Timestamp, until: Timestamp, limit: u32) -> Result<Vec<Tenant>, DatabaseError> {
        let conditions = Conditions::of("subscription_status", Status::Active.as_str())
            .and_where("subscription_period_end > ?", now)
            .and_where("subscription_period_end <= ?", until)
            .and_where("COALESCE(renewal_told, ?) <> subscription_period_end", 0_i64);
        self.db().select(conditions, &format!("subscription_period_end LIMIT {limit}")).await
    }

    /// Notes that `tenants` were told of the end of their periods.
    async fn note_told(&self, tenants: &[Tenant]) -> Result<(), DatabaseError> {
        // Who pays meanwhile has another end, and is told of that.
        for (end, ids) in by_end(tenants) {
            let statement = format!(
                "UPDATE tenants SET renewal_told = $1 WHERE subscription_period_end = $1 AND id IN ({})",
                places(2, ids.len())
            );
            let values: Vec<Value> = [Value::from(end)].into_iter().chain(ids.into_iter().map(Value::from)).collect();
            self.db().query(&statement, &values).await?;
        }
        Ok(())
    }
}

/// The ids of `tenants`, which are sorted by the ends of their periods, with each end.
fn by_end(tenants: &[Tenant]) -> impl Iterator<Item = (Timestamp, Vec<&str>)> {
    let groups = tenants.chunk_by(|one, other| one.subscription_period_end == other.subscription_period_end);
    groups.filter_map(|group| {
        let end = group.first()?.subscription_period_end?;
        Some((end, group.iter().map(|tenant| tenant.id.as_str()).collect()))
    })
}

/// Tells tenants that their subscription renews soon.
pub(crate) struct TellRenewals {
    capabilities: Capabilities,
    notifications: Notifications,
    tenants: Tenants,
}

impl TellRenewals {
    pub(crate) fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self {
            notifications: Notifications::new(db.clone()),
            tenants: Tenants::new(db.clone()),
            capabilities: capabilities.clone(),
        }
    }
}

#[async_trait]
impl JobHandler for TellRenewals {
    async fn run(&self, _: &Job) -> JobResult {
        let now = self.capabilities.clock.now();
        let tenants = self.tenants.renewing(now, now.plus(RENEWAL_NOTICE), BATCH).await?;
        let event = |tenant: &Tenant| {
            let plan = tenant.subscription_plan.as_deref().unwrap_or("your subscription");
            Some(renewal_event(tenant, "subscription", plan, tenant.subscription_period_end?))
        };
        let events: Vec<NewEvent> = tenants.iter().filter_map(event).collect();
        self.notifications.raise_all(&events, now).await?;
        self.tenants.note_told(&tenants).await?;
        let is_full = u32::try_from(tenants.len()).is_ok_and(|count| count >= BATCH);
        Ok(if is_full { JobOutcome::Again(now) } else { JobOutcome::Done })
    }
}

#[cfg(test)]
mod tests {
    use edge_capabilities::testing::{START, World};
    use edge_capabilities::{Clock as _, Database as _};
    use edge_jobs::{JobQueue, JobRunner};
    use edge_notifications::{Message, MessageFilter};

    use super::*;
    use crate::tenant::Mode;

    const DAY: Duration = Duration::from_hours(24);

    async fn put(world: &World, id: &str, status: Option<Status>, end: Option<Timestamp>) {
        let new = Tenant {
            name: id.to_owned(),
            slug: id.to_owned(),
            owner_email: "owner@x.example".into(),
            billing_email: Some("bills@x.example".into()),
            subscription_plan: Some("Pro".into()),
            subscription_status: status,
            subscription_period_end: end,
            ..Tenant::new(id.to_owned(), Mode::External, START)
        };
        Tenants::new(Db::new(world.db.clone())).insert(&new).await.unwrap();
    }

    async fn run(capabilities: &Capabilities) {
        let db = Db::new(capabilities.db.clone());
        let runner = JobRunner::new("admin", capabilities, &JobQueue::new(capabilities, &db));
        let tell = TellRenewals::new(capabilities, &db);
        runner.repeat(TELL_RENEWALS, TELL_RENEWALS_EVERY, tell).drain_all().await.unwrap();
    }

    async fn told(world: &World, tenant: &str) -> Vec<Message> {
        let notifications = Notifications::new(Db::new(world.db.clone()));
        notifications.list(tenant, &MessageFilter::default(), None, 50).await.unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_renewed_within_a_week_is_told_once_for_each_period() {
        let world = World::new(1);
        let (capabilities, _) = world.instance();
        let end = START.plus(DAY * 10);
        for (id, status, end) in [
            ("renews", Some(Status::Active), Some(end)),
            ("cancelled", Some(Status::Cancelled), Some(end)),
            ("overdue", Some(Status::PastDue), Some(end)),
            ("over", Some(Status::Active), Some(START)),
            ("never", None, None),
        ] {
            put(&world, id, status, end).await;
        }
        run(&capabilities).await;
        assert!(told(&world, "renews").await.is_empty());
        world.clock.advance(DAY * 3).await;
        for _ in 0..3 {
            run(&capabilities).await;
        }
        let messages = told(&world, "renews").await;
        let [message] = messages.as_slice() else { panic!("{messages:?}") };
        let content = message.content();
        assert_eq!(content.recipient.email.as_deref(), Some("bills@x.example"));
        let date: String = end.to_rfc3339_millis().chars().take(10).collect();
        assert_eq!((&content.data["plan_name"], &content.data["renewal_date"]), (&json!("Pro"), &json!(date)));
        assert_eq!(message.expires_at, Some(end));
        for id in ["cancelled", "overdue", "over", "never"] {
            assert!(told(&world, id).await.is_empty(), "{id}");
        }
        // The next period is told of too, though the tenant has the old message no more.
        world.db.query("DELETE FROM notifications", &[]).await.unwrap();
        run(&capabilities).await;
        assert!(told(&world, "renews").await.is_empty());
        let next = end.plus(DAY * 30);
        let paid = "UPDATE tenants SET subscription_period_end = $1 WHERE id = 'renews'";
        world.db.query(paid, &[next.into()]).await.unwrap();
        world.clock.advance(DAY * 31).await;
        run(&capabilities).await;
        assert_eq!(told(&world, "renews").await.len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn more_than_fit_in_one_go_are_told_and_a_worker_that_dies_leaves_nobody_out() {
        for calls in 0..40 {
            let world = World::new(1);
            for number in 0..3 {
                put(&world, &format!("t{number}"), Some(Status::Active), Some(START.plus(DAY * 2))).await;
            }
            let (mortal, life) = world.mortal(calls, calls % 2 == 0);
            tokio::select! {
                () = run(&mortal) => {}
                () = life.death() => {}
            }
            world.clock.advance(Duration::from_mins(11)).await;
            run(&world.instance().0).await;
            for number in 0..3 {
                assert_eq!(told(&world, &format!("t{number}")).await.len(), 1, "after {calls} calls");
            }
        }
        let world = World::new(1);
        for number in 0..450 {
            put(&world, &format!("t{number}"), Some(Status::Active), Some(world.clock.now().plus(DAY * 2))).await;
        }
        run(&world.instance().0).await;
        let rows = world.db.query("SELECT COUNT(*) FROM notifications", &[]).await.unwrap();
        assert_eq!(rows[0].integer(0), Ok(450));
    }
}
