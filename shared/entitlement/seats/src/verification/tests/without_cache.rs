//! A cache that gives no answer: the instance goes by what it remembers and by the raises in the database.

use super::*;

/// An instance that has asked the ERP since the cache went down.
async fn without_cache(erp: &Erp) -> (Verification, Tasks) {
    let (verification, tasks) = erp.instance();
    ask(&verification).await;
    erp.world.cache.set_down(true);
    assert_eq!(ask(&verification).await, granted(Source::Erp));
    (verification, tasks)
}

#[tokio::test(start_paused = true)]
async fn while_the_cache_is_down_the_erp_is_asked_once_for_as_long_as_its_answer_is_fresh() {
    let erp = Erp::new();
    let (verification, _tasks) = without_cache(&erp).await;
    let calls = erp.calls();
    for _ in 0..5 {
        assert_eq!(ask(&verification).await, granted(Source::Cache));
    }
    assert_eq!(erp.calls(), calls);
    erp.pass(FRESH).await;
    assert_eq!(ask(&verification).await, granted(Source::Erp));
    assert_eq!(erp.calls(), calls + 1);
    // During an outage of both, as with the cache: until it is too old.
    erp.is_down();
    erp.pass(FRESH).await;
    assert_eq!(ask(&verification).await, granted(Source::Stale));
    erp.pass(STALE).await;
    assert_eq!(ask(&verification).await, None);
}

#[tokio::test(start_paused = true)]
async fn five_hundred_who_come_cold_while_the_cache_is_down_cost_the_erp_two_calls() {
    let erp = Erp::new();
    let (verification, _tasks) = erp.instance();
    erp.world.cache.set_down(true);
    erp.takes_millis.store(300, Ordering::SeqCst);
    let answers = join_all((0..500).map(|_| ask(&verification))).await;
    assert!(answers.iter().all(|answer| *answer == granted(Source::Erp)), "{answers:?}");
    // Who comes after the first call was sent may know of a change that its answer has not.
    assert!(erp.calls() <= 2, "{}", erp.calls());
}

#[tokio::test(start_paused = true)]
async fn without_the_cache_nobody_is_given_an_answer_that_was_on_its_way_when_they_came() {
    let erp = Erp::new();
    let (verification, _tasks) = erp.instance();
    erp.world.cache.set_down(true);
    erp.takes_millis.store(300, Ordering::SeqCst);
    let late = async {
        erp.pass(Duration::from_millis(100)).await;
        erp.says_seat(&json!({"seat_status": "REVOKED", "version": 2}));
        ask(&verification).await
    };
    let (early, late) = join(ask(&verification), late).await;
    assert_eq!(early, granted(Source::Erp));
    assert_eq!(late, Some((false, Reason::SeatRevoked, Source::Erp)));
}

#[tokio::test(start_paused = true)]
async fn a_raise_reaches_what_is_remembered_wherever_it_was_made() {
    // A raise that this node could not answer, by the organisation or by the external id; and one of another node, whose
    // cache works.
    for way in 0..3 {
        let erp = Erp::new();
        let (verification, _tasks) = without_cache(&erp).await;
        assert_eq!(ask(&verification).await, granted(Source::Cache));
        erp.says_seat(&json!({"seat_status": "REVOKED", "version": 2}));
        let own = verification.invalidation();
        match way {
            0 => assert!(own.invalidate("org_1").await.is_err()),
            1 => assert!(own.invalidate_external_org(&subject("u").org).await.is_err()),
            _ => {
                let elsewhere = World::new(2);
                let (capabilities, _) = elsewhere.instance();
                let db = Db::new(erp.world.instance().0.db);
                Invalidation::new(&capabilities, &db).invalidate("org_1").await.unwrap();
            }
        }
        assert_eq!(ask(&verification).await, Some((false, Reason::SeatRevoked, Source::Erp)), "{way}");
        assert_eq!(ask(&verification).await, Some((false, Reason::SeatRevoked, Source::Cache)), "{way}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_raise_of_others_does_not_send_everybody_to_the_erp() {
    let erp = Erp::new();
    let (verification, _tasks) = without_cache(&erp).await;
    assert!(verification.invalidation().invalidate("another").await.is_err());
    assert_eq!(ask(&verification).await, granted(Source::Cache));
    // So many that it is cheaper to ask again.
    for number in 0..600 {
        assert!(verification.invalidation().invalidate(&format!("another_{number}")).await.is_err());
    }
    assert_eq!(ask(&verification).await, granted(Source::Erp));
}

#[tokio::test(start_paused = true)]
async fn what_is_remembered_counts_only_while_the_database_can_be_read() {
    let erp = Erp::new();
    let (verification, _tasks) = without_cache(&erp).await;
    erp.world.db.set_down(true);
    assert_eq!(ask(&verification).await, None);
    erp.world.db.set_down(false);
    assert_eq!(ask(&verification).await, granted(Source::Cache));
    // An older answer than the caller accepts is asked for again.
    let verdict = verification.verify(&subject("u"), Some(2)).await;
    assert_eq!(verdict.map(|verdict| verdict.source).ok(), Some(Source::Erp));
}

#[tokio::test(start_paused = true)]
async fn once_the_cache_works_again_it_counts() {
    let erp = Erp::new();
    let (verification, _tasks) = without_cache(&erp).await;
    erp.says_seat(&json!({"seat_status": "REVOKED", "version": 2}));
    erp.world.cache.set_down(false);
    verification.invalidation().invalidate("org_1").await.unwrap();
    assert_eq!(ask(&verification).await, Some((false, Reason::SeatRevoked, Source::Erp)));
    erp.world.cache.set_down(true);
    assert_eq!(ask(&verification).await, Some((false, Reason::SeatRevoked, Source::Erp)));
}

#[tokio::test(start_paused = true)]
async fn who_has_no_seat_is_not_remembered() {
    let erp = Erp::new();
    erp.says(404, r#"{"code":"SEAT_NOT_FOUND"}"#);
    let (verification, _tasks) = erp.instance();
    erp.world.cache.set_down(true);
    for calls in 1..4 {
        assert_eq!(ask(&verification).await, Some((false, Reason::SeatNotFound, Source::Erp)));
        assert_eq!(erp.calls(), calls);
    }
}
