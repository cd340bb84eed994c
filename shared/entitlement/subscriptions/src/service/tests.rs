use edge_capabilities::testing::World;

use super::*;
use crate::seat::Proof;
use crate::subscription::testing::plan;
use crate::subscription::{EventKind, GatewayName, Status};

mod departure;
mod due;
mod messages;
mod renewal;
mod simulation;

fn actor() -> Actor {
    Actor { id: "key:test".into(), address: None }
}

fn account() -> Account {
    Account { organization: "org".into(), application: "openmic".into() }
}

fn service(world: &World) -> Subscriptions {
    let (capabilities, _) = world.instance();
    Subscriptions::new(&capabilities, &Db::new(capabilities.db.clone()))
}

impl Subscriptions {
    /// A manual subscription `id` of `seats` seats, now in force.
    async fn begin(&self, id: &str, seats: i64) {
        let terms = Terms::new(plan(), seats, GatewayName::Manual, self.now()).begin(None, self.now());
        self.put(id, terms).await;
    }

    /// Makes `terms` those of the subscription `id`.
    async fn put(&self, id: &str, terms: Terms) {
        let change = |batch: &mut Batch<'_>| {
            let is_last = batch.head().is_some_and(|head| head.subscription == id);
            let (terms, now) = (terms.clone(), batch.now());
            if is_last {
                batch.change_terms(id, terms, now)
            } else {
                batch.create(id, terms, now)
            }
            Ok(())
        };
        self.change(&account(), &actor(), change).await.unwrap();
    }

    async fn one(&self, command: SeatCommand) -> Result<Decided, SeatError> {
        self.change_seats(&account(), "sub", &[command], &actor()).await.unwrap().remove(0)
    }

    async fn assign(&self, user: &str) -> Result<Decided, SeatError> {
        self.one(assign(user)).await
    }
}

fn assign(user: &str) -> SeatCommand {
    SeatCommand::Assign { id: format!("seat-{user}"), user: user.into(), address: None }
}

fn invite(email: &str, expires_at: Timestamp) -> SeatCommand {
    let (id, code) = (format!("seat-{email}"), format!("code-{email}"));
    SeatCommand::Invite { id, email: email.into(), code, expires_at, holder: None }
}

fn claim(email: &str, user: &str) -> SeatCommand {
    let proof = Proof::Address(email.into());
    SeatCommand::Claim { id: format!("seat-{email}"), user: user.into(), proof }
}

#[tokio::test(start_paused = true)]
async fn a_subscription_is_found_however_long_its_gateway_took() {
    let world = World::new(1);
    let subscriptions = service(&world);
    let terms = Terms::new(plan(), 2, GatewayName::Manual, subscriptions.now()).begin(None, subscriptions.now());
    world.clock.advance(std::time::Duration::from_millis(7)).await;
    subscriptions.put("sub", terms).await;
    assert_eq!(subscriptions.find("sub").await.unwrap().terms.purchased(), 2);
}

#[tokio::test(start_paused = true)]
async fn of_the_last_seat_one_of_fifty_gets_it() {
    let world = World::new(1);
    let subscriptions = service(&world);
    subscriptions.begin("sub", 3).await;
    for user in ["a", "b"] {
        assert!(subscriptions.assign(user).await.unwrap().is_new);
    }
    // Half of them come to another node.
    let nodes = [subscriptions.clone(), service(&world)];
    let all = (0..50).map(|number| {
        let node = &nodes[number % 2];
        async move { node.assign(&format!("user{number}")).await }
    });
    let outcomes = futures::future::join_all(all).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Err(SeatError::LimitReached)).count(), 49);
    let movements = subscriptions.movements.of("org", "openmic").await.unwrap();
    assert_eq!(movements.len(), 4);
    assert_eq!(movements[3].after().assigned, 3);
}

#[tokio::test(start_paused = true)]
async fn an_expired_invitation_is_free_without_a_job() {
    let world = World::new(1);
    let subscriptions = service(&world);
    subscriptions.begin("sub", 1).await;
    let end = subscriptions.now().plus(std::time::Duration::from_secs(60));
    assert!(subscriptions.one(invite("ana@x", end)).await.unwrap().is_new);
    // The same again is the same.
    assert!(!subscriptions.one(invite("ana@x", end)).await.unwrap().is_new);
    assert_eq!(subscriptions.assign("ben").await, Err(SeatError::LimitReached));
    world.clock.advance(std::time::Duration::from_secs(60)).await;
    assert_eq!(subscriptions.one(claim("ana@x", "ana")).await, Err(SeatError::InvitationExpired));
    assert!(subscriptions.assign("ben").await.unwrap().is_new);
    assert_eq!(subscriptions.one(claim("ana@x", "ana")).await, Err(SeatError::InvitationExpired));
}

#[tokio::test(start_paused = true)]
async fn the_last_reservation_is_accepted_and_after_a_decrease_refused() {
    let world = World::new(1);
    let subscriptions = service(&world);
    subscriptions.begin("sub", 2).await;
    let end = subscriptions.now().plus(std::time::Duration::from_secs(60));
    subscriptions.assign("ben").await.unwrap();
    subscriptions.one(invite("ana@x", end)).await.unwrap();
    assert_eq!(subscriptions.one(invite("cid@x", end)).await, Err(SeatError::LimitReached));
    let mut terms = subscriptions.find("sub").await.unwrap().terms;
    terms.set_seats(1, subscriptions.now());
    subscriptions.put("sub", terms.clone()).await;
    assert_eq!(subscriptions.one(claim("ana@x", "ana")).await, Err(SeatError::LimitReached));
    terms.set_seats(2, subscriptions.now());
    subscriptions.put("sub", terms).await;
    assert_eq!(subscriptions.one(claim("eve@x", "ana")).await, Err(SeatError::NotFound));
    let claimed = subscriptions.one(claim("ana@x", "ana")).await.unwrap().seat;
    assert_eq!((claimed.state, claimed.user.as_deref()), (crate::SeatState::Active, Some("ana")));
    assert_eq!(subscriptions.one(claim("ana@x", "ana")).await.unwrap().seat, claimed);
}

#[tokio::test(start_paused = true)]
async fn a_revoked_seat_stays_revoked_and_its_holder_gets_another() {
    let world = World::new(1);
    let subscriptions = service(&world);
    subscriptions.begin("sub", 1).await;
    let seat = subscriptions.assign("ana").await.unwrap().seat;
    let revoke = || SeatCommand::Revoke { id: seat.id.clone() };
    let revoked = subscriptions.one(revoke()).await.unwrap().seat;
    assert_eq!(subscriptions.one(revoke()).await.unwrap().seat, revoked);
    let again = SeatCommand::Assign { id: "another".into(), user: "ana".into(), address: None };
    let again = subscriptions.one(again).await.unwrap().seat;
    assert!(again.id != seat.id && again.version > revoked.version);
    assert_eq!(subscriptions.one(revoke()).await.unwrap().seat, revoked);
}

#[tokio::test(start_paused = true)]
async fn a_transfer_takes_no_further_seat_and_waits_for_its_cooldown() {
    let world = World::new(1);
    let subscriptions = service(&world);
    subscriptions.begin("sub", 1).await;
    let seat = subscriptions.assign("ana").await.unwrap().seat;
    let hour = std::time::Duration::from_secs(3_600);
    let transfer = |id: &str, user: &str| SeatCommand::Transfer {
        id: id.into(),
        new: format!("seat-{user}"),
        user: user.into(),
        cooldown: hour,
    };
    let free_at = subscriptions.now().plus(hour);
    assert_eq!(subscriptions.one(transfer(&seat.id, "ben")).await, Err(SeatError::Cooldown(free_at)));
    world.clock.advance(hour).await;
    assert_eq!(subscriptions.one(transfer(&seat.id, "ben")).await.unwrap().seat.user.as_deref(), Some("ben"));
    assert_eq!(subscriptions.one(transfer(&seat.id, "cid")).await, Err(SeatError::Revoked));
    let movements = subscriptions.movements.of("org", "openmic").await.unwrap();
    assert_eq!(movements.last().unwrap().after().assigned, 1);
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_dies_at_any_call_leaves_a_change_whole() {
    for calls in 0..40 {
        for makes_the_last in [false, true] {
            let world = World::new(1);
            let subscriptions = service(&world);
            subscriptions.begin("sub", 1).await;
            let (capabilities, lifetime) = world.mortal(calls, makes_the_last);
            let mortal = Subscriptions::new(&capabilities, &Db::new(world.db.clone()));
            let mortal = Subscriptions { movements: Movements::new(Db::new(capabilities.db.clone())), ..mortal };
            let death = lifetime.death();
            tokio::select! {
                _ = mortal.assign("ana") => {}
                () = death => {}
            }
            drop(lifetime);
            // It is made or not; either way the next one goes on from there, and everything is told of.
            assert!(subscriptions.assign("ana").await.is_ok());
            assert_eq!(subscriptions.assign("ben").await, Err(SeatError::LimitReached));
            world.clock.advance(std::time::Duration::from_secs(11)).await;
            subscriptions.drain(10).await.unwrap();
            assert_eq!(subscriptions.movements.undone(&account()).await.unwrap(), []);
            let movements = subscriptions.movements.of("org", "openmic").await.unwrap();
            assert_eq!(movements.len(), 2, "after {calls} calls");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_checkout_that_another_replaced_may_still_be_paid() {
    let world = World::new(1);
    let subscriptions = service(&world);
    let terms = Terms::new(plan(), 2, GatewayName::Stripe, subscriptions.now());
    let paid = |at| SubscriptionEvent {
        at,
        reference: None,
        customer: None,
        kind: EventKind::CheckoutCompleted { is_paid: true },
    };
    subscriptions.put("old", terms.clone()).await;
    subscriptions.put("new", terms.clone()).await;
    assert_eq!(subscriptions.find("old").await.unwrap().terms.status, Status::Expired);
    let at = subscriptions.now();
    let outcome = subscriptions.apply_event("old", &paid(at), &actor()).await.unwrap();
    assert_eq!(outcome.terms.status, Status::Active);
    assert_eq!(subscriptions.find("old").await.unwrap().terms.status, Status::Active);
    assert_eq!(subscriptions.find("new").await.unwrap().terms.status, Status::Expired);
    // Two live ones would be one too many.
    let error = subscriptions.apply_event("new", &paid(at), &actor()).await.unwrap_err();
    assert_eq!(error, Contradiction::AnotherIsLive.into());
}

#[tokio::test(start_paused = true)]
async fn the_erp_is_told_of_seats_that_are_assigned_and_revoked() {
    let world = World::new(1);
    let subscriptions = service(&world);
    subscriptions.begin("sub", 3).await;
    subscriptions.assign("ana").await.unwrap();
    let later = subscriptions.now().plus(std::time::Duration::from_hours(1));
    subscriptions.one(invite("ben@acme.example", later)).await.unwrap();
    subscriptions.one(claim("ben@acme.example", "ben")).await.unwrap();
    subscriptions.one(invite("eve@acme.example", later)).await.unwrap();
    for seat in ["seat-ana", "seat-eve@acme.example"] {
        subscriptions.one(SeatCommand::Revoke { id: seat.into() }).await.unwrap();
    }
    let events = ErpEvents::new(Db::new(world.db.clone()));
    let told = async || {
        let pending = events.pending("org", 100).await.unwrap();
        pending.iter().map(|event| event.kind.as_str()).collect::<Vec<_>>()
    };
    // An invitation is no seat, and one that is taken back frees none.
    let expected = ["subscription_changed", "seat_assigned", "seat_assigned", "seat_revoked"];
    assert_eq!(told().await, expected);
    // What follows from a change may be done again.
    let movements = subscriptions.movements.of("org", "openmic").await.unwrap();
    subscriptions.settle(&account(), &movements).await.unwrap();
    assert_eq!(told().await, expected);
}

#[tokio::test(start_paused = true)]
async fn who_leaves_has_no_seat_and_no_offer_and_others_keep_theirs() {
    let world = World::new(1);
    let subscriptions = service(&world);
    subscriptions.begin("sub", 5).await;
    let end = subscriptions.now().plus(std::time::Duration::from_secs(60));
    for user in ["ana", "ben"] {
        subscriptions.assign(user).await.unwrap();
    }
    for email in ["ana@x", "cid@x", "dan@x"] {
        subscriptions.one(invite(email, end)).await.unwrap();
    }
    // Who accepted an offer keeps the seat where somebody else with the same address leaves.
    subscriptions.one(claim("dan@x", "dan")).await.unwrap();
    let addresses = ["Ana@X".to_owned(), "dan@x".to_owned()];
    for _ in 0..2 {
        subscriptions.revoke_seats_of_all("org", &["ana", "nobody"], &addresses, &actor()).await.unwrap();
        subscriptions.revoke_seats_of_all("other", &["ben"], &[], &actor()).await.unwrap();
        let live = subscriptions.movements.live(&account(), "sub", subscriptions.now(), 10).await.unwrap();
        let mut live: Vec<String> = live.into_iter().filter_map(|seat| seat.user.or(seat.email)).collect();
        live.sort();
        assert_eq!(live, ["ben", "cid@x", "dan"]);
    }
}
