//! Whoever dies after an amount was reserved, the alerts that follow are raised.

use edge_jobs::{JobQueue, JobRunner};
use edge_notifications::{MessageFilter, Notifications};
use edge_tenants::{Mode, Tenant, Tenants};

use super::*;

async fn run(capabilities: &Capabilities) {
    let db = Db::new(capabilities.db.clone());
    let runner = JobRunner::new("enterprise", capabilities, &JobQueue::new(capabilities, &db));
    crate::jobs(capabilities, &db, runner).drain_all().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_alert_is_raised_once_wherever_who_reserves_dies() {
    let (mut reserved, mut died) = (0, 0);
    for calls in 0..60 {
        let test = test();
        let tenant = Tenant {
            slug: "t1".into(),
            owner_email: "owner@x.example".into(),
            ..Tenant::new("t1".into(), Mode::External, edge_capabilities::testing::START)
        };
        Tenants::new(test.db.clone()).insert(&tenant).await.unwrap();
        test.with(&super::budget()).await;
        let (mortal, life) = test.world.mortal(calls, calls % 2 == 0);
        let service = BudgetService::new(&mortal, &Db::new(mortal.db.clone()));
        let (budget, most) = (super::budget(), request("r", LIMIT / 10 * 9));
        tokio::select! {
            made = service.reserve(&budget, &most) => { made.unwrap(); }
            () = life.death() => died += 1,
        }
        // Another period has begun when it is found.
        let next = if calls % 3 == 0 { 32 * 24 } else { 1 };
        test.world.clock.advance(Duration::from_hours(next)).await;
        run(&test.world.instance().0).await;
        run(&test.world.instance().0).await;
        let count = test.integers("SELECT COUNT(*) FROM budget_ledger").await[0];
        reserved += count;
        // The budget's own threshold, and the alert that the rule asked for.
        let count = count * 2;
        assert_eq!(test.integers("SELECT COUNT(*) FROM budget_alerts WHERE period = '2026-01'").await, [count]);
        let left = "SELECT COUNT(*) FROM budget_ledger WHERE alerts_due IS NOT NULL OR alerts IS NOT NULL";
        assert_eq!(test.integers(left).await, [0]);
        let notifications = Notifications::new(test.db.clone());
        let told = notifications.list("t1", &MessageFilter::default(), None, 50).await.unwrap();
        assert_eq!(i64::try_from(told.len()), Ok(count), "after {calls} calls");
    }
    assert!(reserved > 0 && died > 10, "{reserved} {died}");
}
