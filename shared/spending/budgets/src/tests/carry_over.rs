use super::*;

const DAY: Duration = Duration::from_hours(24);

#[tokio::test(start_paused = true)]
async fn what_is_left_of_a_period_is_carried_over_or_not() {
    for (carry_over, february, april) in [(false, LIMIT, LIMIT), (true, LIMIT + 400_000, 3 * LIMIT + 300_000)] {
        let test = test();
        let budget = Budget { carry_over, ..budget() };
        test.with(&budget).await;
        test.reserve(&budget, "a", 600_000).await.unwrap();
        test.service.settlement().commit(key("a"), None, "k").await.unwrap();
        assert_eq!(test.balance(&budget).await.allowance, LIMIT);
        test.world.clock.advance(DAY * 31).await;
        let balance = test.balance(&budget).await;
        assert_eq!((balance.period.as_str(), balance.allowance, balance.sums), ("2026-02", february, Sums::default()));
        test.reserve(&budget, "b", 100_000).await.unwrap();
        // Nothing happens in March: what it allowed is left over too.
        test.world.clock.advance(DAY * (28 + 31)).await;
        let balance = test.balance(&budget).await;
        assert_eq!((balance.period.as_str(), balance.allowance), ("2026-04", april), "carry-over {carry_over}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_amount_released_from_an_earlier_period_is_carried_over() {
    let test = test();
    let budget = Budget { carry_over: true, ..budget() };
    test.with(&budget).await;
    test.reserve(&budget, "a", LIMIT).await.unwrap();
    test.world.clock.advance(DAY * 31).await;
    assert_eq!(test.balance(&budget).await.carried, 0);
    test.service.settlement().release(key("a"), "k").await.unwrap();
    let balance = test.balance(&budget).await;
    assert_eq!((balance.carried, balance.sums), (LIMIT, Sums::default()));
    test.reserve(&budget, "b", 2 * LIMIT).await.unwrap();
    assert!(test.reserve(&budget, "c", 1).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn what_is_committed_late_stays_in_the_period_that_it_was_reserved_in() {
    let test = test();
    let budget = budget();
    test.with(&budget).await;
    test.reserve(&budget, "a", LIMIT).await.unwrap();
    test.world.clock.advance(DAY * 31).await;
    let spent = test.service.settlement().commit(key("a"), None, "k").await.unwrap();
    assert_eq!(spent.period, "2026-01");
    assert_eq!(test.balance(&budget).await.sums, Sums::default());
    let january = test.service.ledger().sums("bud_1", "2026-01").await.unwrap();
    assert_eq!(january, Sums { spent: LIMIT, reserved: 0 });
}

#[tokio::test(start_paused = true)]
async fn a_limit_holds_from_the_period_on_that_it_was_set_in() {
    let test = test();
    let mut budget = Budget { carry_over: true, ..budget() };
    test.with(&budget).await;
    test.world.clock.advance(DAY * 31).await;
    budget.set_limit(budget.period(test.capabilities.clock.now()).unwrap(), 5);
    let balance = test.balance(&budget).await;
    assert_eq!((balance.limit, balance.carried), (5, LIMIT));
    // Lowered below what is used, nothing is carried over; and it is not owed either.
    budget.carry_over = false;
    assert_eq!(test.balance(&budget).await.allowance, 5);
}
