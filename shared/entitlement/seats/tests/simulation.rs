//! Random events against invariants, with a clock that the test turns: checks from several instances, an ERP that is
//! slow, hangs, fails or talks nonsense, revocations and payments, tenants that are shut out, instances that die, a
//! cache that loses keys, is gone, or comes back as it was some time ago.
//!
//! A grant is checked against the whole history of the ERP: it must be of a state that was still the ERP's when the
//! last raise of the fence that was answered before the check began; access must not have ended; what was said must
//! not be older than it may be. A denial must be one the ERP has given reason for.
//!
//! The seed is printed. `SEED=… cargo test -p edge-seats --test simulation` repeats a run; `STEPS=…` makes it longer.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by a panic"
)]

#[path = "../src/testing.rs"]
mod testing;

mod simulation {
    pub(crate) mod erp;
    pub(crate) mod model;
}

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use edge_capabilities::testing::{SeededRandom, Tasks, World};
use edge_database::Db;
use edge_seats::{Invalidation, ShippedSeatAccess, Source, Verification, VerificationError};
use tokio::task::JoinHandle;

use simulation::erp;
use simulation::model::{Change, Model, Payment, SubjectId, statuses};
use testing::TenantRow;

const STEPS: u64 = 100_000;
const INSTANCES: u64 = 4;
const FRESH: u64 = 10_000;
const STALE: u64 = 60_000;
const NEGATIVE: u64 = 5_000;
const TIMEOUT: u64 = 2_000;

struct Instance {
    verification: Verification,
    background: Tasks,
    checks: Vec<JoinHandle<()>>,
}

/// How often each thing happened: a run in which something never did shows nothing.
#[derive(Debug, Default)]
struct Seen(HashMap<&'static str, u64>);

impl Seen {
    fn count(&mut self, what: &'static str) {
        *self.0.entry(what).or_default() += 1;
    }
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().map_or(otherwise, |text| text.parse().expect("a number"))
}

fn instance(world: &World) -> Instance {
    let (capabilities, background) = world.instance();
    Instance {
        verification: Verification::new(capabilities.clone(), &Db::new(capabilities.db), Arc::new(ShippedSeatAccess)),
        background,
        checks: Vec::new(),
    }
}

#[tokio::test(start_paused = true)]
async fn no_verdict_ever_breaks_the_promises() {
    let by_time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let (seed, steps) = (number("SEED", by_time), number("STEPS", STEPS));
    println!("SEED={seed} STEPS={steps}");
    let random = SeededRandom::new(seed);
    let world = World::new(seed);
    for (name, value) in [
        ("seat_fresh_ms", FRESH),
        ("seat_stale_ms", STALE),
        ("seat_negative_ms", NEGATIVE),
        ("upstream_timeout_ms", TIMEOUT),
    ] {
        world.config.set(name, value);
    }
    world.config.set("erp_url", "http://erp");
    let model = Model::new(world.clock.clone());
    erp::listen(&world, &model, seed);
    let (capabilities, _) = world.instance();
    let db = Db::new(capabilities.db.clone());
    let invalidation = Invalidation::new(&capabilities, &db);
    let mut tenants = HashMap::new();
    for organization in SubjectId::organizations() {
        tenants.insert(organization.clone(), Arc::new(TenantRow::new(&world, &organization).await));
    }
    let raiser = Raiser { model: model.clone(), invalidation, tenants };
    // The cache as it was lately, at several moments: verdicts that have ended by themselves prove nothing.
    let mut snapshots = vec![world.cache.snapshot()];
    let seen = Arc::new(std::sync::Mutex::new(Seen::default()));
    let mut instances: Vec<Instance> = (0..INSTANCES).map(|_| instance(&world)).collect();

    for step in 0..steps {
        if step % 25 == 0 {
            snapshots.push(world.cache.snapshot());
            snapshots.drain(..snapshots.len().saturating_sub(8));
        }
        let chosen = usize::try_from(random.below(INSTANCES)).unwrap();
        match random.below(1000) {
            0..880 => check(&mut instances[chosen], &model, &random, &seen),
            880..920 => {
                model.change(SubjectId::any(&random), &random);
                seen.lock().unwrap().count("change without word");
            }
            920..945 => {
                // As an ERP does it: first the change, then word of it.
                let subject = SubjectId::any(&random);
                model.change(subject, &random);
                raiser.raise(subject, Change::Facts, random.below(3) == 0);
                seen.lock().unwrap().count("change with word");
            }
            945..960 => {
                let subject = SubjectId::any(&random);
                let period_end = (random.below(2) == 0).then(|| model.a_period_end(&random));
                let (change, what) = match random.below(8) {
                    0 => (Change::Dropped, "payments dropped"),
                    1 => (Change::Active(false), "tenant shut out"),
                    2 | 3 => (Change::Active(true), "tenant let in"),
                    _ => (Change::Payment(Payment { status: statuses(&random).1, period_end }), "payment event"),
                };
                raiser.raise(subject, change, false);
                seen.lock().unwrap().count(what);
            }
            960..970 => {
                let dead = std::mem::replace(&mut instances[chosen], instance(&world));
                dead.background.kill();
                dead.checks.iter().for_each(JoinHandle::abort);
                seen.lock().unwrap().count("instance died");
            }
            970..975 => {
                if random.below(20) == 0 {
                    world.cache.lose_everything();
                } else {
                    let lot = SeededRandom::new(random.next());
                    world.cache.lose(|_| lot.below(4) == 0);
                }
                seen.lock().unwrap().count("cache lost keys");
            }
            975..978 => {
                let down = random.below(4) == 0;
                world.db.set_down(down);
                model.database_is(down);
                seen.lock().unwrap().count("database went or came back");
            }
            978..980 => {
                let down = random.below(4) == 0;
                world.cache.set_down(down);
                model.cache_is(down);
                seen.lock().unwrap().count("cache went or came back");
            }
            980..982 => {
                let earlier = usize::try_from(random.below(snapshots.len() as u64)).unwrap();
                world.cache.restore(&snapshots[earlier]);
                // Nothing newer is there any more, either.
                snapshots.truncate(earlier + 1);
                model.cache_was_rolled_back();
                seen.lock().unwrap().count("cache was rolled back");
            }
            982..985 => {
                model.erp_mood(&random);
                seen.lock().unwrap().count("ERP changed its mood");
            }
            _ => world.clock.advance(Duration::from_millis(random.below(15_000))).await,
        }
        if random.below(3) == 0 {
            world.clock.advance(Duration::from_millis(random.below(200))).await;
        }
        // Those who have been answered are forgotten; a check that failed its test ends the run.
        for instance in &mut instances {
            for done in instance.checks.extract_if(.., |check| check.is_finished()) {
                if let Err(error) = done.await
                    && error.is_panic()
                {
                    std::panic::resume_unwind(error.into_panic());
                }
            }
        }
    }
    println!("{:#?}", seen.lock().unwrap());
    let seen = seen.lock().unwrap();
    for expected in
        ["granted erp", "granted cache", "granted stale", "denied erp", "denied cache", "denied stale", "503"]
    {
        assert!(seen.0.contains_key(expected), "in {steps} steps there was no {expected:?}");
    }
}

/// Starts a check from `instance`; its answer is held against the model whenever it comes.
fn check(instance: &mut Instance, model: &Model, random: &SeededRandom, seen: &Arc<std::sync::Mutex<Seen>>) {
    let (subject, verification, model, seen) =
        (SubjectId::any(random), instance.verification.clone(), model.clone(), seen.clone());
    let min_version = (random.below(20) == 0).then(|| model.version(subject)).flatten();
    instance.checks.push(tokio::spawn(async move {
        let began = model.begin(subject);
        let answer = verification.verify(&subject.subject(), min_version).await;
        let now = model.now();
        let what = match &answer {
            Err(VerificationError::Misconfigured(reason)) => panic!("{reason}"),
            Err(_) => "503",
            Ok(verdict) => {
                let limit = match verdict.source {
                    Source::Erp | Source::Record => TIMEOUT,
                    Source::Cache => FRESH,
                    Source::Stale => STALE,
                };
                let age = now.millis_since(verdict.as_of);
                assert!((0..=i64::try_from(limit).unwrap()).contains(&age), "{age} ms old: {verdict:?}");
                model.judge(subject, &began, verdict, now, TIMEOUT);
                match (verdict.access.has_access, verdict.source) {
                    (true, Source::Erp | Source::Record) => "granted erp",
                    (true, Source::Cache) => "granted cache",
                    (true, Source::Stale) => "granted stale",
                    (false, Source::Erp | Source::Record) => "denied erp",
                    (false, Source::Cache) => "denied cache",
                    (false, Source::Stale) => "denied stale",
                }
            }
        };
        seen.lock().unwrap().count(what);
    }));
}

/// What changes beside everything else that goes on.
struct Raiser {
    model: Model,
    invalidation: Invalidation,
    tenants: HashMap<String, Arc<TenantRow>>,
}

impl Raiser {
    /// Makes a change that concerns the subject's organisation, and raises its fence.
    fn raise(&self, subject: SubjectId, change: Change, by_external_org: bool) {
        let (model, invalidation) = (self.model.clone(), self.invalidation.clone());
        let tenant = self.tenants[&subject.organization()].clone();
        tokio::spawn(async move {
            // Two raises of one organisation at once leave open which is the later one.
            let _turn = model.turn(subject).lock_owned().await;
            let raising = model.begin_raise(subject, change.clone());
            let organization = subject.organization();
            let written = match &change {
                Change::Facts | Change::Dropped => true,
                Change::Payment(Payment { status, period_end }) => {
                    tenant.apply_payment(status.as_str(), period_end.map(edge_capabilities::Timestamp::as_millis)).await
                }
                Change::Active(active) => tenant.set_active(*active).await,
            };
            if !written {
                return;
            }
            let raised = match &change {
                Change::Facts if by_external_org => {
                    invalidation.invalidate_external_org(&subject.subject().org).await.is_ok()
                }
                Change::Facts | Change::Active(_) => invalidation.invalidate(&organization).await.is_ok(),
                Change::Payment(_) => invalidation.payment_changed(&organization).await.is_ok(),
                Change::Dropped => invalidation.drop_payments(&organization).await.is_ok(),
            };
            model.end_raise(subject, raising, raised);
        });
    }
}
