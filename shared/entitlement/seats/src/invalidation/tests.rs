use edge_capabilities::Timestamp;
use edge_capabilities::testing::World;

use super::*;
use crate::seat::{SeatSnapshot, SeatStatus, SubscriptionStatus};
use crate::subject::Id;
use crate::testing::TenantRow;

fn invalidation(world: &World) -> Invalidation {
    let (capabilities, _) = world.instance();
    let db = Db::new(capabilities.db.clone());
    Invalidation::new(&capabilities, &db)
}

fn external_org(id: &str) -> ExternalOrg {
    ExternalOrg { application: Id::parse("healos").unwrap(), id: Id::parse(id).unwrap() }
}

fn seat(organization: &str) -> SeatLookup {
    SeatLookup::Seat(SeatSnapshot {
        organization: organization.into(),
        seat_id: "seat".into(),
        seat_status: SeatStatus::Active,
        subscription_status: SubscriptionStatus::Active,
        period_end: Some(Timestamp::from_millis(7)),
        version: 1,
        tenant_is_inactive: false,
    })
}

/// The fence that a check reads before it asks the ERP.
async fn fence_before(invalidation: &Invalidation, org: &ExternalOrg) -> FenceToken {
    let fence = invalidation.fence_of(org).await.unwrap();
    invalidation.fences.get_or_create(fence).await.unwrap()
}

/// An answer of the ERP that names `org`, with the tenant's facts applied, and the token to store it under.
async fn contact(invalidation: &Invalidation, org: &ExternalOrg) -> (SeatLookup, Option<FenceToken>) {
    let before = fence_before(invalidation, org).await;
    let mut answer = seat("org");
    invalidation.apply_tenant_facts(org, &mut answer).await.unwrap();
    let token = invalidation.token_for(org, &before, &answer).await.unwrap();
    (answer, token)
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_kept_unless_a_raise_began_in_between() {
    let world = World::new(1);
    let invalidation = invalidation(&world);
    // First contact, nothing in between; then the organisation is known.
    for _ in 0..2 {
        let (_, token) = contact(&invalidation, &external_org("a")).await;
        assert!(invalidation.fences.is_current(&token.unwrap()).await.unwrap());
    }
    // First contact by another name, with a raise in between.
    let before = fence_before(&invalidation, &external_org("b")).await;
    invalidation.invalidate("org").await.unwrap();
    assert_eq!(invalidation.token_for(&external_org("b"), &before, &seat("org")).await.unwrap(), None);
    // A known name, with a raise in between, by either name.
    for by_external_org in [false, true] {
        let before = fence_before(&invalidation, &external_org("a")).await;
        if by_external_org {
            invalidation.invalidate_external_org(&external_org("a")).await.unwrap();
        } else {
            invalidation.invalidate("org").await.unwrap();
        }
        let token = invalidation.token_for(&external_org("a"), &before, &seat("org")).await.unwrap().unwrap();
        assert!(!invalidation.fences.is_current(&token).await.unwrap());
    }
}

#[tokio::test(start_paused = true)]
async fn a_name_that_comes_to_mean_another_organisation_is_noted() {
    let world = World::new(1);
    let invalidation = invalidation(&world);
    contact(&invalidation, &external_org("a")).await;
    let before = fence_before(&invalidation, &external_org("a")).await;
    assert_eq!(invalidation.token_for(&external_org("a"), &before, &seat("other")).await.unwrap(), None);
    assert_eq!(invalidation.organization_of(&external_org("a")).await.unwrap().as_deref(), Some("other"));
}

#[tokio::test(start_paused = true)]
async fn an_external_id_is_invalidated_although_the_cache_has_lost_its_organisation() {
    let world = World::new(1);
    let invalidation = invalidation(&world);
    let (_, token) = contact(&invalidation, &external_org("a")).await;
    world.cache.lose(|key| key.starts_with("name:"));
    invalidation.invalidate_external_org(&external_org("a")).await.unwrap();
    assert!(!invalidation.fences.is_current(&token.unwrap()).await.unwrap());
}

fn status(answer: &SeatLookup) -> SubscriptionStatus {
    match answer {
        SeatLookup::Seat(seat) => seat.subscription_status,
        other => panic!("{other:?}"),
    }
}

/// What an answer of the ERP's about somebody of `org` amounts to.
async fn said(invalidation: &Invalidation, org: &ExternalOrg) -> SubscriptionStatus {
    status(&contact(invalidation, org).await.0)
}

#[tokio::test(start_paused = true)]
async fn a_payment_event_counts_until_the_next_one_whatever_is_invalidated() {
    let world = World::new(1);
    let invalidation = invalidation(&world);
    let org = TenantRow::new(&world, "org").await;
    let said = async || match contact(&invalidation, &external_org("a")).await.0 {
        SeatLookup::Seat(seat) => (seat.subscription_status, seat.period_end.unwrap().as_millis()),
        other => panic!("{other:?}"),
    };
    assert_eq!(said().await, (SubscriptionStatus::Active, 7));
    org.apply_payment("suspended", None).await;
    invalidation.payment_changed("org").await.unwrap();
    assert_eq!(said().await, (SubscriptionStatus::Suspended, 7));
    invalidation.invalidate_external_org(&external_org("a")).await.unwrap();
    invalidation.invalidate_external_org(&external_org("never met")).await.unwrap();
    invalidation.invalidate("org").await.unwrap();
    assert_eq!(said().await, (SubscriptionStatus::Suspended, 7));
    org.apply_payment("past_due", Some(9)).await;
    invalidation.payment_changed("org").await.unwrap();
    assert_eq!(said().await, (SubscriptionStatus::PastDue, 9));
    world.cache.lose_everything();
    invalidation.invalidate("org").await.unwrap();
    assert_eq!(said().await, (SubscriptionStatus::PastDue, 9));
}

#[tokio::test(start_paused = true)]
async fn what_was_dropped_does_not_count_until_the_next_event() {
    let world = World::new(1);
    let invalidation = invalidation(&world);
    let org = TenantRow::new(&world, "org").await;
    org.apply_payment("suspended", None).await;
    invalidation.payment_changed("org").await.unwrap();
    let (_, token) = contact(&invalidation, &external_org("a")).await;
    assert!(invalidation.drop_payments("org").await.unwrap().is_some());
    assert!(!invalidation.fences.is_current(&token.unwrap()).await.unwrap());
    assert_eq!(said(&invalidation, &external_org("a")).await, SubscriptionStatus::Active);
    invalidation.invalidate("org").await.unwrap();
    assert_eq!(said(&invalidation, &external_org("a")).await, SubscriptionStatus::Active);
    // The same again, said anew.
    invalidation.payment_changed("org").await.unwrap();
    assert_eq!(said(&invalidation, &external_org("a")).await, SubscriptionStatus::Suspended);
    assert_eq!(invalidation.drop_payments("nobody").await, Ok(None));
    // What was said before this build kept account of it is dropped, too.
    let old = TenantRow::new(&world, "old").await;
    old.apply_payment("suspended", None).await;
    invalidation.drop_payments("old").await.unwrap();
    let mut answer = seat("old");
    invalidation.apply_tenant_facts(&external_org("b"), &mut answer).await.unwrap();
    assert_eq!(status(&answer), SubscriptionStatus::Active);
}

#[tokio::test(start_paused = true)]
async fn a_tenant_that_is_not_active_is_tokened_whatever_was_said_and_dropped() {
    let world = World::new(1);
    let invalidation = invalidation(&world);
    let org = TenantRow::new(&world, "org").await;
    org.apply_payment("active", Some(9)).await;
    for told in [false, true] {
        org.set_active(false).await;
        invalidation.invalidate("org").await.unwrap();
        let (answer, _) = contact(&invalidation, &external_org("a")).await;
        let SeatLookup::Seat(seat) = answer else { panic!("no seat") };
        assert!(seat.tenant_is_inactive && seat.subscription_status == SubscriptionStatus::Suspended);
        org.set_active(true).await;
        invalidation.invalidate("org").await.unwrap();
        let (answer, _) = contact(&invalidation, &external_org("a")).await;
        let SeatLookup::Seat(seat) = answer else { panic!("no seat") };
        assert!(!seat.tenant_is_inactive && seat.subscription_status == SubscriptionStatus::Active);
        if !told {
            invalidation.drop_payments("org").await.unwrap();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_completed_before_a_raise_was_stored_is_not_kept() {
    for dropped in [false, true] {
        let world = World::new(1);
        let invalidation = invalidation(&world);
        let org = TenantRow::new(&world, "org").await;
        if dropped {
            org.apply_payment("suspended", None).await;
            invalidation.drop_payments("org").await.unwrap();
        }
        // A check reads what is known of the tenant at each moment of a raise in turn.
        for moments in 0..40 {
            let name = external_org(&format!("a{moments}"));
            if !dropped {
                org.apply_payment("active", None).await;
                invalidation.payment_changed("org").await.unwrap();
            }
            let before = std::sync::Mutex::new(None);
            let raise = async {
                if !dropped {
                    org.apply_payment("suspended", None).await;
                }
                invalidation.payment_changed("org").await.unwrap();
            };
            let check = async {
                for _ in 0..moments {
                    tokio::task::yield_now().await;
                }
                let at_first = fence_before(&invalidation, &name).await;
                let mut answer = seat("org");
                invalidation.apply_tenant_facts(&name, &mut answer).await.unwrap();
                *before.lock().unwrap() = Some((at_first, answer));
            };
            futures::future::join(raise, check).await;
            let (before, answer) = before.lock().unwrap().take().unwrap();
            let token = invalidation.token_for(&name, &before, &answer).await.unwrap();
            let is_kept = match &token {
                Some(token) => invalidation.fences.is_current(token).await.unwrap(),
                None => false,
            };
            assert!(!is_kept || status(&answer) == SubscriptionStatus::Suspended, "after {moments} steps, {dropped}");
            if dropped {
                invalidation.drop_payments("org").await.unwrap();
            }
        }
    }
}

async fn bind(world: &World, org: &ExternalOrg, tenant: &str) {
    let db = Db::new(world.db.clone());
    let statement = "INSERT INTO tenant_external_ids (application, external_org, tenant_id, set_by, set_at)
        VALUES ($1, $2, $3, 'test', 0)";
    let (application, external_org) = (org.application.as_str(), org.id.as_str());
    db.query(statement, &[application.into(), external_org.into(), tenant.into()]).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn payment_events_reach_the_external_ids_that_are_bound_to_their_tenant() {
    let world = World::new(1);
    let invalidation = invalidation(&world);
    let (tenant, org) = (TenantRow::new(&world, "tenant").await, TenantRow::new(&world, "org").await);
    tenant.apply_payment("suspended", None).await;
    invalidation.payment_changed("tenant").await.unwrap();
    let (answer, token) = contact(&invalidation, &external_org("a")).await;
    let token = token.unwrap();
    assert_eq!(status(&answer), SubscriptionStatus::Active);
    // Bound: what was kept is kept no longer, and what was said counts at once.
    let bound = invalidation.rebind::<StorageError>("tenant", async || {
        bind(&world, &external_org("a"), "tenant").await;
        Ok(vec![external_org("a")])
    });
    bound.await.unwrap();
    assert!(!invalidation.fences.is_current(&token).await.unwrap());
    let (answer, token) = contact(&invalidation, &external_org("a")).await;
    let token = token.unwrap();
    assert_eq!(status(&answer), SubscriptionStatus::Suspended);
    assert!(invalidation.fences.is_current(&token).await.unwrap());
    // The next event raises the fence that the verdict stands under.
    tenant.apply_payment("past_due", None).await;
    invalidation.payment_changed("tenant").await.unwrap();
    assert!(!invalidation.fences.is_current(&token).await.unwrap());
    let (answer, token) = contact(&invalidation, &external_org("a")).await;
    assert_eq!(status(&answer), SubscriptionStatus::PastDue);
    // Of two, what was said last counts.
    org.apply_payment("suspended", None).await;
    invalidation.payment_changed("org").await.unwrap();
    assert!(!invalidation.fences.is_current(&token.unwrap()).await.unwrap());
    assert_eq!(said(&invalidation, &external_org("a")).await, SubscriptionStatus::Suspended);
    // One that is not active keeps everybody out.
    invalidation.payment_changed("tenant").await.unwrap();
    assert_eq!(said(&invalidation, &external_org("a")).await, SubscriptionStatus::PastDue);
    tenant.set_active(false).await;
    invalidation.invalidate("tenant").await.unwrap();
    assert_eq!(said(&invalidation, &external_org("a")).await, SubscriptionStatus::Suspended);
}

#[tokio::test(start_paused = true)]
async fn a_check_at_first_contact_does_not_keep_what_it_read_before_its_tenant_changed() {
    let world = World::new(1);
    let invalidation = invalidation(&world);
    let tenant = TenantRow::new(&world, "tenant").await;
    bind(&world, &external_org("a"), "tenant").await;
    let before = fence_before(&invalidation, &external_org("a")).await;
    let mut answer = seat("org");
    invalidation.apply_tenant_facts(&external_org("a"), &mut answer).await.unwrap();
    tenant.apply_payment("suspended", None).await;
    invalidation.payment_changed("tenant").await.unwrap();
    assert_eq!(invalidation.token_for(&external_org("a"), &before, &answer).await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn a_raise_that_the_record_cannot_take_down_is_not_answered() {
    let world = World::new(1);
    let invalidation = invalidation(&world);
    contact(&invalidation, &external_org("a")).await;
    world.db.set_down(true);
    assert!(invalidation.invalidate("org").await.is_err());
    assert!(invalidation.invalidate_external_org(&external_org("a")).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_raise_from_before_an_external_id_was_known_is_listed_for_it_afterwards() {
    let world = World::new(1);
    let invalidation = invalidation(&world);
    let listed = async |after: i64| {
        let latest = invalidation.raises.progress("").await.unwrap().latest;
        let concerned = invalidation.raises.concerned(after, latest).await.unwrap();
        (latest, concerned.into_iter().map(|concerned| concerned.external_org).collect::<Vec<_>>())
    };
    for (number, known) in [(0, false), (1, true)] {
        let org = external_org(&format!("first met {number}"));
        if known {
            contact(&invalidation, &org).await;
        }
        // A check reads the seat, which is then revoked; a follower hears of that before the check has its answer.
        let before = fence_before(&invalidation, &org).await;
        invalidation.invalidate("now").await.unwrap();
        let (told, at_once) = listed(0).await;
        assert!(!at_once.contains(&org.id.as_str().to_owned()));
        assert_eq!(invalidation.token_for(&org, &before, &seat("now")).await.unwrap(), None);
        assert_eq!(listed(told).await.1, [org.id.as_str()]);
    }
    // Nothing was raised in between: there is nothing to tell.
    let (told, _) = listed(0).await;
    contact(&invalidation, &external_org("quiet")).await;
    assert_eq!(listed(told).await, (told, Vec::new()));
}
