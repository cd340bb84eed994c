//! Organizations are told of renewals before they come.

use std::time::Duration;

use edge_applications::Applications;
use edge_capabilities::testing::START;
use edge_jobs::{JobQueue, JobRunner};
use edge_notifications::{MessageFilter, Notifications};
use edge_tenants::{Mode, Tenant, Tenants};

use super::*;
use crate::renewal::{TELL_RENEWAL, TellRenewal};

const DAY: Duration = Duration::from_hours(24);

async fn world() -> World {
    let world = World::new(1);
    let tenant = Tenant {
        name: "Org".into(),
        slug: "org".into(),
        owner_email: "owner@x.example".into(),
        ..Tenant::new("org".into(), Mode::External, START)
    };
    Tenants::new(Db::new(world.db.clone())).insert(&tenant).await.unwrap();
    world
}

async fn run(capabilities: &Capabilities) {
    let db = Db::new(capabilities.db.clone());
    let tell = TellRenewal {
        service: Subscriptions::new(capabilities, &db),
        applications: Applications::new(capabilities, &db),
        notifications: Notifications::new(db.clone()),
        tenants: Tenants::new(db.clone()),
    };
    let runner = JobRunner::new("subscriptions", capabilities, &JobQueue::new(capabilities, &db));
    runner.handle(TELL_RENEWAL, tell).drain().await.unwrap();
}

/// The dates of the renewals that were told of.
async fn told(world: &World) -> Vec<String> {
    let notifications = Notifications::new(Db::new(world.db.clone()));
    let mut messages = notifications.list("org", &MessageFilter::default(), None, 50).await.unwrap();
    messages.retain(|message| message.event_type.as_deref() == Some("WORKSPACE_SUBSCRIPTION_RENEWAL"));
    messages.reverse();
    let date = |content: edge_notifications::Content| content.data["renewal_date"].as_str().unwrap().to_owned();
    messages.iter().map(|message| date(message.content())).collect()
}

fn date(at: Timestamp) -> String {
    at.to_rfc3339_millis().chars().take(10).collect()
}

#[tokio::test(start_paused = true)]
async fn each_renewal_is_told_of_a_week_before_until_it_is_cancelled() {
    let world = world().await;
    let subscriptions = service(&world);
    subscriptions.begin("sub", 5).await;
    let end = |terms: &Terms| terms.period.unwrap().1;
    let first = end(&subscriptions.find("sub").await.unwrap().terms);
    let second = subscriptions.find("sub").await.unwrap().terms.period_end_at(first);
    let mut expected = Vec::new();
    for _ in 0..70 {
        run(&world.instance().0).await;
        let now = subscriptions.now();
        expected.clear();
        expected.extend([first, second].into_iter().filter(|end| now.plus(DAY * 7) >= *end).map(date));
        assert_eq!(told(&world).await, expected, "{now:?}");
        if expected.len() == 2 {
            break;
        }
        world.clock.advance(DAY).await;
    }
    assert_eq!(expected.len(), 2);
    let mut cancelled = subscriptions.find("sub").await.unwrap().terms;
    cancelled.cancel_at_period_end = true;
    subscriptions.put("sub", cancelled).await;
    for _ in 0..10 {
        world.clock.advance(DAY * 7).await;
        run(&world.instance().0).await;
    }
    assert_eq!(told(&world).await, expected);
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_dies_while_it_tells_tells_once() {
    for calls in 0..25 {
        let world = world().await;
        service(&world).begin("sub", 5).await;
        world.clock.advance(DAY * 25).await;
        let (mortal, life) = world.mortal(calls, calls % 2 == 0);
        tokio::select! {
            () = run(&mortal) => {}
            () = life.death() => {}
        }
        world.clock.advance(Duration::from_secs(61)).await;
        run(&world.instance().0).await;
        assert_eq!(told(&world).await.len(), 1, "after {calls} calls");
    }
}
