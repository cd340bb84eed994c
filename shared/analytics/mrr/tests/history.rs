//! Any history of subscriptions: sold, resized, paused, cancelled, on trial, in several currencies; told of late, recorded
//! in another order than it is committed; rolled up by instances that die at any call. Whatever happened, the roll-ups say
//! what the movements say, to the smallest unit, and what was known at a time is still answered as it was then.
//!
//! `EPISODES` says how many histories, `SEED` which.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "history/books.rs"]
mod books;
#[path = "history/oracle.rs"]
mod oracle;

use std::collections::BTreeMap;
use std::time::Duration;

use edge_capabilities::testing::{SeededRandom, World};
use edge_capabilities::{Clock as _, Timestamp};
use edge_database::Db;
use edge_mrr::{Calendar, Cell, Granularity, MrrLedger, MrrQuery, RollUp, Sums, Zone};
use edge_subscriptions::Status;

use books::Books;

const DAY: Duration = Duration::from_secs(86_400);
const STEPS: u32 = 60;
const APPLICATIONS: [&str; 2] = ["healos", "openmic"];

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().map_or(otherwise, |text| text.parse().expect("a number"))
}

struct Dice(SeededRandom);

impl Dice {
    fn below(&self, limit: u64) -> u64 {
        self.0.below(limit)
    }

    fn of<T: Copy>(&self, several: &[T]) -> T {
        several[usize::try_from(self.below(several.len() as u64)).unwrap()]
    }
}

fn query(granularity: Granularity, zone: &str, from: Timestamp, to: Timestamp) -> MrrQuery {
    let calendar = Calendar { zone: Zone::parse(zone).unwrap(), granularity };
    let (from, to) = (calendar.start(from), calendar.end(to).unwrap());
    MrrQuery {
        boundaries: calendar.boundaries(from, to),
        calendar,
        organization: None,
        application: None,
        currency: None,
        as_of: None,
    }
}

/// The sums by currency and period; None: before the first.
fn by_period(query: &MrrQuery, cells: &BTreeMap<Cell, Sums>) -> BTreeMap<(String, Option<usize>), Sums> {
    let mut sums: BTreeMap<_, Sums> = BTreeMap::new();
    for (cell, of_cell) in cells {
        let place = query.boundaries.partition_point(|at| *at <= cell.period).checked_sub(1);
        let mut of_cell = *of_cell;
        if place.is_none() {
            // Of what was before, only the sum has a meaning.
            of_cell =
                Sums { new: of_cell.annual(), started: of_cell.customers(), seats: of_cell.seats, ..Sums::default() };
        }
        sums.entry((cell.currency.as_str().to_owned(), place)).or_default().add(&of_cell);
    }
    sums.retain(|_, sums| !sums.is_nothing());
    sums
}

async fn advance(world: &World, dice: &Dice) {
    let hours = dice.of(&[0, 1, 5, 24, 24, 200, 700]);
    world.clock.advance(Duration::from_secs(hours * 3_600 + dice.below(3_600))).await;
}

#[tokio::test(start_paused = true)]
async fn the_roll_ups_say_what_the_movements_say_after_any_history() {
    let (seed, episodes) = (number("SEED", 20_261_128), number("EPISODES", 12));
    println!("seed {seed}: SEED={seed} EPISODES={episodes} runs it again");
    for episode in 0..episodes {
        let dice = Dice(SeededRandom::new(seed.wrapping_add(episode.wrapping_mul(7_919))));
        let world = World::new(seed ^ episode);
        // Every other history is rolled up by two calendars.
        let zone = if episode.is_multiple_of(2) { "America/New_York" } else { "" };
        world.config.set("analytics_timezone", zone);
        let mut books = Books::new(&world);
        let begun = world.clock.now();
        let mut snapshots = Vec::new();
        for step in 0..STEPS {
            books.change(&dice, world.clock.now());
            // What is recorded first may be committed last.
            if dice.below(3) > 0 {
                books.commit(&dice).await;
            }
            match dice.below(4) {
                0 => roll_up_and_die(&world, dice.below(14)).await,
                1 => drop(RollUp::new(&world.instance().0, &Db::new(world.db.clone())).run().await.unwrap()),
                _ => {}
            }
            if !books.has_uncommitted() {
                advance(&world, &dice).await;
            }
            if step % 10 == 9 {
                books.commit(&dice).await;
                let context = format!("SEED={seed} episode {episode} step {step}");
                compare(&world, &books, begun, &context).await;
                snapshots.push(snapshot(&world, begun).await);
                world.clock.advance(Duration::from_secs(1)).await;
            }
        }
        for (query, cells) in snapshots {
            let ledger = MrrLedger::new(&world.instance().0, &Db::new(world.db.clone()));
            assert_eq!(ledger.cells(&query).await.unwrap(), cells, "SEED={seed} episode {episode}: as of then");
        }
    }
}

/// Rolls up on an instance that dies after so many calls.
async fn roll_up_and_die(world: &World, calls: u64) {
    let (capabilities, lifetime) = world.mortal(i64::try_from(calls).unwrap(), calls.is_multiple_of(2));
    let roll_up = RollUp::new(&capabilities, &Db::new(capabilities.db.clone()));
    let death = lifetime.death();
    tokio::select! {
        _ = roll_up.run() => {}
        () = death => {}
    }
}

async fn compare(world: &World, books: &Books, begun: Timestamp, context: &str) {
    let now = world.clock.now();
    let ledger = MrrLedger::new(&world.instance().0, &Db::new(world.db.clone()));
    for granularity in [Granularity::Month, Granularity::Day] {
        for application in [None, Some(APPLICATIONS[0]), Some(APPLICATIONS[1])] {
            let query =
                MrrQuery { application: application.map(ToOwned::to_owned), ..query(granularity, "UTC", begun, now) };
            let rolled_up = by_period(&query, &ledger.cells(&query).await.unwrap());
            let reckoned = by_period(&query, &ledger.reckon(&query, now).await.unwrap());
            assert_eq!(rolled_up, reckoned, "{context}: {granularity:?} of {application:?}");
            assert_eq!(rolled_up, oracle::sums(books, &query, now), "{context}: {granularity:?} of {application:?}");
        }
    }
    // Later than the first change, and in another time zone.
    let later = query(Granularity::Month, "UTC", begun.plus(DAY * 60), now.plus(DAY * 60));
    assert_eq!(by_period(&later, &ledger.cells(&later).await.unwrap()), oracle::sums(books, &later, now), "{context}");
    let elsewhere = query(Granularity::Day, "America/New_York", begun, now);
    let cells = ledger.cells(&elsewhere).await.unwrap();
    assert_eq!(by_period(&elsewhere, &cells), oracle::sums(books, &elsewhere, now), "{context}: New York");
}

async fn snapshot(world: &World, begun: Timestamp) -> (MrrQuery, BTreeMap<Cell, Sums>) {
    let now = world.clock.now();
    let ledger = MrrLedger::new(&world.instance().0, &Db::new(world.db.clone()));
    let query = query(Granularity::Month, "Asia/Kolkata", begun, now);
    let cells = ledger.cells(&query).await.unwrap();
    (MrrQuery { as_of: Some(now), ..query }, cells)
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_dies_at_any_call_adds_nothing_twice() {
    for calls in 0..16 {
        let world = World::new(1);
        let mut books = Books::new(&world);
        let now = world.clock.now();
        books.sell("acme", "healos", 1_000, 5, now, now);
        books.sell("acme", "openmic", 500, 2, now, now);
        books.commit_all().await;
        roll_up_and_die(&world, calls).await;
        roll_up_and_die(&world, calls.saturating_sub(3)).await;
        let ledger = MrrLedger::new(&world.instance().0, &Db::new(world.db.clone()));
        let query = query(Granularity::Month, "UTC", now, now);
        let sums = by_period(&query, &ledger.cells(&query).await.unwrap());
        let sums = sums[&("USD".to_owned(), Some(0))];
        assert_eq!((sums.new, sums.started, sums.seats), (12 * (5_000 + 1_000), 1, 7), "after {calls} calls");
    }
}

#[tokio::test(start_paused = true)]
async fn a_late_event_restates_a_closed_month_and_the_old_figure_is_kept() {
    let world = World::new(1);
    let mut books = Books::new(&world);
    let begun = world.clock.now();
    let account = books.sell("acme", "healos", 1_000, 5, begun, begun);
    books.commit_all().await;
    world.clock.advance(DAY * 100).await;
    let ledger = MrrLedger::new(&world.instance().0, &Db::new(world.db.clone()));
    let closed = query(Granularity::Month, "UTC", begun, begun.plus(DAY * 60));
    let annual =
        async |query: &MrrQuery| ledger.cells(query).await.unwrap().values().fold(0, |sum, sums| sum + sums.annual());
    let before = world.clock.now();
    assert_eq!(annual(&closed).await, 60_000);
    world.clock.advance(DAY).await;
    // It ended long ago, and nobody said so.
    books.set_status(account, Status::Cancelled, begun.plus(DAY * 40), world.clock.now());
    books.commit_all().await;
    assert_eq!(annual(&closed).await, 0);
    assert_eq!(annual(&MrrQuery { as_of: Some(before), ..closed }).await, 60_000);
}

#[tokio::test(start_paused = true)]
async fn what_becomes_due_by_itself_counts_from_when_it_was_due() {
    let world = World::new(1);
    let mut books = Books::new(&world);
    let begun = world.clock.now();
    books.trial("acme", "healos", 1_000, 5, begun, 14);
    let account = books.sell("beta", "healos", 1_000, 1, begun, begun);
    books.cancel_at_period_end(account, begun);
    books.commit_all().await;
    let ledger = MrrLedger::new(&world.instance().0, &Db::new(world.db.clone()));
    let day = |days: u32| query(Granularity::Day, "UTC", begun.plus(DAY * days), begun.plus(DAY * days));
    let sums = async |days: u32| {
        let query = day(days);
        by_period(&query, &ledger.cells(&query).await.unwrap()).remove(&("USD".to_owned(), Some(0))).unwrap_or_default()
    };
    // Rolled up while nothing is due.
    assert_eq!(sums(0).await.new, 12_000);
    world.clock.advance(DAY * 90).await;
    assert_eq!((sums(14).await.new, sums(14).await.started), (60_000, 1));
    let ends: Vec<u32> = {
        let mut ends = Vec::new();
        for days in 27..33 {
            if sums(days).await.departed == 1 {
                ends.push(days);
            }
        }
        ends
    };
    assert_eq!(ends.len(), 1, "its period ends once");
    // And it is the same once a movement says so.
    let before = ledger.cells(&day(20)).await.unwrap();
    books.write_due(world.clock.now());
    books.commit_all().await;
    world.clock.advance(Duration::from_secs(1)).await;
    assert_eq!(ledger.cells(&day(20)).await.unwrap(), before);
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_ahead_has_nothing_passed_over() {
    let world = World::new(1);
    let mut books = Books::new(&world);
    let now = world.clock.now();
    let ledger = MrrLedger::new(&world.instance().0, &Db::new(world.db.clone()));
    let query = query(Granularity::Month, "UTC", now, now);
    let started = async |ledger: &MrrLedger| {
        let sums = by_period(&query, &ledger.cells(&query).await.unwrap());
        sums[&("USD".to_owned(), Some(0))].started
    };
    books.sell("ahead", "healos", 1_000, 1, now, now.plus(Duration::from_secs(3_600)));
    books.commit_all().await;
    assert_eq!(started(&ledger).await, 1);
    world.clock.advance(Duration::from_secs(1_200)).await;
    let later = world.clock.now();
    books.sell("other", "healos", 1_000, 1, later, later);
    books.commit_all().await;
    assert_eq!(started(&ledger).await, 2);
}

#[tokio::test(start_paused = true)]
async fn three_currencies_are_three_sums() {
    let world = World::new(1);
    let mut books = Books::new(&world);
    let now = world.clock.now();
    for (organization, currency, price) in [("a", "JPY", 1_500), ("b", "KWD", 12_345), ("c", "INR", 99_900)] {
        books.sell_in(organization, "healos", currency, price, 2, now, now);
    }
    books.commit_all().await;
    let ledger = MrrLedger::new(&world.instance().0, &Db::new(world.db.clone()));
    let query = query(Granularity::Month, "UTC", now, now);
    let sums = by_period(&query, &ledger.cells(&query).await.unwrap());
    let new: Vec<(&str, i64)> = sums.iter().map(|((currency, _), sums)| (currency.as_str(), sums.new / 12)).collect();
    assert_eq!(new, [("INR", 199_800), ("JPY", 3_000), ("KWD", 24_690)]);
}
