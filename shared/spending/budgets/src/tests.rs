use std::time::Duration;

use edge_capabilities::database::Value;
use edge_capabilities::testing::{SeededRandom, World};
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::Db;
use edge_money::{Currency, Money};
use futures::future::join_all;

use crate::budget::Limit;
use crate::tracking::{burn_down, forecast};
use crate::{
    Budget, BudgetError, BudgetService, Budgets, PeriodBalance, PeriodLength, Refund, Reservation, ReservationKey,
    ReserveRequest, Reserved, Settled, Severity, Sums, Threshold, Zone,
};

mod alerts;
mod carry_over;
mod ledger;
mod refunds;

/// What each period of [`budget`] allows: ten thousand rupees.
const LIMIT: i64 = 1_000_000;

struct Test {
    world: World,
    capabilities: Capabilities,
    db: Db,
    service: BudgetService,
}

fn test() -> Test {
    let world = World::new(1);
    let (capabilities, _) = world.instance();
    let db = Db::new(capabilities.db.clone());
    let service = BudgetService::new(&capabilities, &db);
    Test { world, capabilities, db, service }
}

/// In use from 1 January 2026 on, when tests begin.
fn budget() -> Budget {
    let now = edge_capabilities::testing::START;
    Budget {
        id: "bud_1".into(),
        tenant: "t1".into(),
        entity: String::new(),
        department: String::new(),
        cost_centre: String::new(),
        name: "All".into(),
        currency: Currency::INR,
        period_length: PeriodLength::Monthly,
        zone: Zone::parse("UTC").unwrap(),
        carry_over: false,
        limits: vec![Limit { from: "2026-01".into(), minor: LIMIT }],
        thresholds: vec![
            Threshold { percent: 80, severity: Severity::Soft },
            Threshold { percent: 100, severity: Severity::Hard },
        ],
        is_active: true,
        created_at: now,
        updated_at: now,
        history: Vec::new(),
        revision: 1,
    }
}

impl Test {
    async fn with(&self, budget: &Budget) {
        Budgets::new(self.db.clone()).insert(budget).await.unwrap();
    }

    async fn reserve(&self, budget: &Budget, reference: &str, minor: i64) -> Result<Reserved, BudgetError> {
        self.service.reserve(budget, &request(reference, minor)).await
    }

    async fn balance(&self, budget: &Budget) -> PeriodBalance {
        self.service.balance(budget).await.unwrap()
    }

    async fn integers(&self, statement: &str) -> Vec<i64> {
        let rows = self.db.query(statement, &[]).await.unwrap();
        let integer = |value: &Value| match value {
            Value::Integer(integer) => *integer,
            other => panic!("{other:?}"),
        };
        rows.iter().flat_map(|row| row.0.iter().map(integer)).collect()
    }

    /// Checks what holds of every ledger: numbers without a gap, and sums that are the sums.
    async fn check_ledger(&self) {
        let statement = "SELECT number, period, spent_change, reserved_change, spent, reserved FROM budget_ledger
            ORDER BY budget_id, number";
        let mut sums = std::collections::BTreeMap::<String, Sums>::new();
        let kept = "SELECT COUNT(*) FROM (SELECT SUM(spent_change) AS kept FROM budget_ledger
            GROUP BY budget_id, reference) r WHERE kept < 0";
        assert_eq!(self.integers(kept).await, [0], "more was given back than was spent");
        for (index, row) in self.db.query(statement, &[]).await.unwrap().iter().enumerate() {
            assert_eq!(row.integer(0).unwrap(), i64::try_from(index).unwrap() + 1);
            let sums = sums.entry(row.text(1).unwrap().to_owned()).or_default();
            sums.spent += row.integer(2).unwrap();
            sums.reserved += row.integer(3).unwrap();
            let after = Sums { spent: row.integer(4).unwrap(), reserved: row.integer(5).unwrap() };
            assert_eq!(after, *sums, "entry {}", index + 1);
            assert!(sums.spent >= 0 && sums.reserved >= 0);
        }
    }
}

/// A refund in part of a payment of `t1`.
fn refund(payment: &str, name: &str, minor: i64) -> Refund {
    Refund {
        tenant: "t1".into(),
        payment: payment.into(),
        name: name.into(),
        amount: Some(Money { minor, currency: Currency::INR }),
        is_total: false,
    }
}

fn key(reference: &str) -> ReservationKey<'_> {
    ReservationKey { budget: "bud_1", reference }
}

fn request(reference: &str, minor: i64) -> ReserveRequest {
    ReserveRequest {
        reference: reference.into(),
        amount: Money { minor, currency: Currency::INR },
        expires_at: None,
        actor: "key:test".into(),
        request_id: String::new(),
        decision: None,
    }
}

#[tokio::test(start_paused = true)]
async fn the_burn_down_has_the_sums_of_each_day_and_the_forecast_follows_from_them() {
    let test = test();
    let budget = Budget { zone: Zone::parse("Asia/Kolkata").unwrap(), ..budget() };
    test.with(&budget).await;
    test.reserve(&budget, "a", 300_000).await.unwrap();
    test.world.clock.advance(Duration::from_hours(20)).await;
    test.service.settlement().commit(key("a"), Some(200_000), "key:test").await.unwrap();
    test.world.clock.advance(Duration::from_hours(24)).await;
    let balance = test.balance(&budget).await;
    let now = Timestamp::from_millis(balance.from.as_millis()).plus(Duration::from_hours(24) * 31 / 10);
    let sums_over_time = test.service.ledger().sums_over_time("bud_1", "2026-01").await.unwrap();
    let days: Vec<_> = burn_down(&budget, &balance, &sums_over_time, now)
        .into_iter()
        .map(|day| (day.date, day.sums.spent, day.sums.reserved))
        .collect();
    // The first entry is at half past five on the first, the second at half past one on the second.
    let day = |date: &str, spent, reserved| (date.to_owned(), spent, reserved);
    let expected = [
        day("2026-01-01", 0, 300_000),
        day("2026-01-02", 200_000, 0),
        day("2026-01-03", 200_000, 0),
        day("2026-01-04", 200_000, 0),
    ];
    assert_eq!(days, expected);
    // A fifth of what is allowed went in a tenth of the time: twice the allowance by the end.
    let forecast = forecast(&balance, now);
    assert_eq!(forecast.used, 2_000_000);
    assert_eq!(forecast.runs_out_at, Some(balance.from.plus(Duration::from_hours(24) * 31 / 2)));
}

#[tokio::test(start_paused = true)]
async fn each_threshold_raises_one_alert_in_a_period() {
    let test = test();
    let budget = budget();
    test.with(&budget).await;
    let told = async || {
        let statement = "SELECT threshold FROM budget_alerts ORDER BY period, LENGTH(threshold), threshold";
        let rows = test.db.query(statement, &[]).await.unwrap();
        rows.iter().map(|row| row.text(0).unwrap().to_owned()).collect::<Vec<_>>()
    };
    test.reserve(&budget, "a", 790_000).await.unwrap();
    assert!(told().await.is_empty());
    // The rule as shipped tells of 80 as well: it is told of once.
    assert!(test.reserve(&budget, "b", 20_000).await.unwrap().warned);
    assert_eq!(told().await, ["80"]);
    test.service.settlement().release(key("b"), "key:test").await.unwrap();
    test.reserve(&budget, "c", 20_000).await.unwrap();
    assert_eq!(told().await, ["80"]);
    // What was refused for want of room reaches what is hard. 90 is the rule's own.
    assert!(matches!(test.reserve(&budget, "d", 500_000).await, Err(BudgetError::Denied(_))));
    assert_eq!(told().await, ["80", "100"]);
    test.world.clock.advance(Duration::from_hours(24) * 31).await;
    test.reserve(&budget, "e", 800_000).await.unwrap();
    assert_eq!(told().await, ["80", "100", "80"]);
}
