//! Who is invited to a seat, and whose subscription is cancelled, is told of it, wherever an instance dies.

use std::time::Duration;

use edge_capabilities::testing::START;
use edge_notifications::{Message, MessageFilter, Notifications};
use edge_tenants::{Mode, Tenant, Tenants};

use super::*;
use crate::seat::SeatState;

async fn told(world: &World) -> Vec<Message> {
    let notifications = Notifications::new(Db::new(world.db.clone()));
    notifications.list("org", &MessageFilter::default(), None, 50).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn an_invitation_reaches_the_outbox_once_with_its_code_wherever_an_instance_dies() {
    let (mut invited, mut died) = (0, 0);
    for calls in 0..25 {
        let world = World::new(1);
        let subscriptions = service(&world);
        subscriptions.begin("sub", 5).await;
        let end = subscriptions.now().plus(Duration::from_hours(48));
        let (capabilities, life) = world.mortal(calls, calls % 2 == 0);
        let mortal = Subscriptions::new(&capabilities, &Db::new(capabilities.db.clone()));
        tokio::select! {
            made = mortal.one(invite("ana@x", end)) => { made.unwrap(); }
            () = life.death() => died += 1,
        }
        world.clock.advance(Duration::from_secs(11)).await;
        subscriptions.drain(10).await.unwrap();
        subscriptions.drain(10).await.unwrap();
        let movements = subscriptions.movements.of("org", "openmic").await.unwrap();
        let offered = movements.iter().filter(|one| one.seat_state == Some(SeatState::Pending)).count();
        invited += offered;
        let told = told(&world).await;
        assert_eq!(told.len(), offered, "after {calls} calls");
        for message in told {
            let content = message.content();
            assert_eq!(content.data["code"], "code-ana@x");
            assert_eq!(content.recipient.email.as_deref(), Some("ana@x"));
        }
        assert!(movements.iter().all(|one| one.invitation_code.is_none()), "the code is not kept");
    }
    assert!(invited > 5 && died > 5, "{invited} {died}");
    // The code that was sent is the one that claims the seat.
    let world = World::new(1);
    let subscriptions = service(&world);
    subscriptions.begin("sub", 5).await;
    let end = subscriptions.now().plus(Duration::from_hours(48));
    subscriptions.one(invite("ana@x", end)).await.unwrap();
    let code = told(&world).await[0].content().data["code"].as_str().unwrap().to_owned();
    for (proof, is_claimed) in [("another", false), (code.as_str(), true)] {
        let command =
            SeatCommand::Claim { id: "seat-ana@x".into(), user: "ana".into(), proof: Proof::Code(proof.to_owned()) };
        assert_eq!(subscriptions.one(command).await.is_ok(), is_claimed, "{proof}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_cancellation_is_told_once_though_it_takes_effect_later() {
    let world = World::new(1);
    let tenant = Tenant {
        name: "Org".into(),
        slug: "org".into(),
        owner_email: "owner@x.example".into(),
        ..Tenant::new("org".into(), Mode::External, START)
    };
    Tenants::new(Db::new(world.db.clone())).insert(&tenant).await.unwrap();
    let subscriptions = service(&world);
    subscriptions.begin("sub", 5).await;
    assert!(told(&world).await.is_empty());
    let mut terms = subscriptions.find("sub").await.unwrap().terms;
    terms.cancel_at_period_end = true;
    subscriptions.put("sub", terms).await;
    let cancelled = told(&world).await;
    assert_eq!(cancelled.len(), 1);
    assert_eq!(cancelled[0].event_type.as_deref(), Some("WORKSPACE_SUBSCRIPTION_CANCELLED"));
    assert_eq!(cancelled[0].content().recipient.email.as_deref(), Some("owner@x.example"));
    world.clock.advance(Duration::from_hours(24 * 40)).await;
    subscriptions.write_due(&account()).await.unwrap();
    let kinds: Vec<_> =
        subscriptions.movements.of("org", "openmic").await.unwrap().iter().map(|one| one.kind).collect();
    assert_eq!(kinds.last(), Some(&crate::movement::MovementKind::Ended));
    assert_eq!(told(&world).await.len(), 1);
}
