use edge_tenants::MemberRecords as _;

use super::*;

#[tokio::test(start_paused = true)]
async fn who_leaves_has_no_seat_and_no_invitation_and_others_keep_theirs() {
    let world = World::new(1);
    let subscriptions = service(&world);
    subscriptions.begin("sub", 4).await;
    let end = subscriptions.now().plus(std::time::Duration::from_secs(60));
    subscriptions.assign("ana").await.unwrap();
    subscriptions.assign("ben").await.unwrap();
    for email in ["ana@x", "cid@x"] {
        subscriptions.one(invite(email, end)).await.unwrap();
    }
    assert_eq!(subscriptions.assign("eve").await, Err(SeatError::LimitReached));
    let fences = async || {
        let rows = Db::new(world.db.clone()).query("SELECT MAX(sequence) FROM seat_fences", &[]).await.unwrap();
        rows[0].integer(0).unwrap()
    };
    let before = fences().await;
    subscriptions.release("org", "ana", Some("Ana@X"), &actor()).await.unwrap();
    assert!(fences().await > before);
    let live = async || {
        let live = subscriptions.movements.live(&account(), "sub", subscriptions.now(), 10).await.unwrap();
        let mut live: Vec<String> = live.into_iter().filter_map(|seat| seat.user.or(seat.email)).collect();
        live.sort();
        live
    };
    assert_eq!(live().await, ["ben", "cid@x"]);
    // Again, it does nothing; and whoever was offered nothing, and in another organization, loses nothing.
    subscriptions.release("org", "ana", Some("ana@x"), &actor()).await.unwrap();
    subscriptions.release("other", "ben", None, &actor()).await.unwrap();
    assert_eq!(live().await, ["ben", "cid@x"]);
    assert!(subscriptions.assign("eve").await.is_ok());
    // Who accepted an invitation keeps the seat where somebody else with the same address leaves.
    subscriptions.one(claim("cid@x", "cid")).await.unwrap();
    subscriptions.release("org", "other", Some("cid@x"), &actor()).await.unwrap();
    assert_eq!(live().await, ["ben", "cid", "eve"]);
    subscriptions.erase("org", "cid", Some("cid@x")).await.unwrap();
    let db = Db::new(world.db.clone());
    let rows = db.query("SELECT email FROM subscription_movements WHERE email = 'cid@x'", &[]).await.unwrap();
    assert_eq!(rows, []);
}

#[tokio::test(start_paused = true)]
async fn the_seats_of_a_subscription_that_another_followed_stand_in_nobodys_way() {
    let world = World::new(1);
    let subscriptions = service(&world);
    subscriptions.begin("sub", 1).await;
    subscriptions.assign("ana").await.unwrap();
    subscriptions.begin("next", 1).await;
    assert_eq!(subscriptions.release("org", "ana", None, &actor()).await, Ok(()));
}
