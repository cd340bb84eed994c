//! Random events against invariants, with a clock that the test turns: callers in several instances whose clocks differ, a
//! source whose values change and that is slow, fails or hangs, deletions, instances that die, a store that loses keys or
//! is gone.
//!
//! What is served was the source's state since the source was asked, and is no older than its times allow; a caller who
//! is given no value had a fetch fail; one fetch of a key runs at a time in an instance; what was deleted is gone within a
//! second, also while the source gives no answer.
//!
//! The seed is printed. `SEED=… cargo test -p edge-cache --test simulation` repeats a run; `STEPS=…` makes it longer.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by a panic")]

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use edge_cache::{Cache, Decision, Entry, Memory, Origin, Pause, Source, Times};
use edge_capabilities::testing::{SeededRandom, Tasks, TestClock, World};
use edge_capabilities::{Clock, Timestamp};
use tokio::task::JoinHandle;

const STEPS: u64 = 8_000;
const INSTANCES: u64 = 3;
const KEYS: u64 = 2;
const TIMEOUT: Duration = Duration::from_millis(300);
/// How far the instances' clocks are ahead or behind.
const SKEW: i64 = 80;
const TIMES: Times = Times { fresh: 300, stale: 600, outage: 5_000, skew: 2 * SKEW, ahead: Decision::Discard };
const ABSENT: Times = Times { fresh: 100, stale: 200, outage: 5_000, skew: 2 * SKEW, ahead: Decision::Discard };
const PAUSE: Pause = Pause { behind: 100, before: 900 };
/// How long after a deletion the value may still be served: until the next attempt, at the latest, after one that failed
/// just before the deletion.
const GONE_AFTER: i64 = 1_000;

#[derive(Clone, Copy, PartialEq)]
enum Mood {
    Answers,
    IsSlow,
    Fails,
    Hangs,
    /// It takes a question, and whoever asked is never heard of again.
    Swallows,
}

/// The source, what it ever held, and how the fetches from it went.
struct Model {
    clock: Arc<TestClock>,
    random: SeededRandom,
    mood: Mood,
    /// By key: since when it has held which value.
    history: HashMap<u64, Vec<(Timestamp, Option<u64>)>>,
    /// By instance and key: whether a running fetch may be answered.
    running: HashMap<(u64, u64), bool>,
    failed_at: HashMap<(u64, u64), Timestamp>,
    answered_at: HashMap<u64, Timestamp>,
    /// When the word of the deletion was spread. It holds until the key has a value again or the store loses the word.
    gone_since: HashMap<u64, Timestamp>,
    store_is_up: bool,
    seen: BTreeMap<&'static str, u64>,
}

type Shared = Arc<Mutex<Model>>;

impl Model {
    fn new(world: &World, seed: u64) -> Shared {
        Arc::new(Mutex::new(Self {
            clock: world.clock.clone(),
            random: SeededRandom::new(seed + 1),
            mood: Mood::Answers,
            history: HashMap::new(),
            running: HashMap::new(),
            failed_at: HashMap::new(),
            answered_at: HashMap::new(),
            gone_since: HashMap::new(),
            store_is_up: true,
            seen: BTreeMap::new(),
        }))
    }

    fn set(&mut self, key: u64, value: Option<u64>) {
        let now = self.clock.now();
        self.history.entry(key).or_default().push((now, value));
        self.gone_since.remove(&key);
    }

    fn value(&self, key: u64) -> Option<u64> {
        self.history.get(&key).and_then(|history| history.last()?.1)
    }

    /// Whether the key had this value at some time from `since` on.
    fn had(&self, key: u64, value: Option<u64>, since: Timestamp) -> bool {
        let history = self.history.get(&key).map_or(&[][..], Vec::as_slice);
        let before = history.iter().rfind(|(at, _)| *at < since).and_then(|(_, value)| *value);
        before == value || history.iter().any(|(at, had)| *at >= since && *had == value)
    }

    fn count(&mut self, what: &'static str) {
        *self.seen.entry(what).or_default() += 1;
    }
}

/// A running fetch.
struct Running(Shared, (u64, u64));

impl Drop for Running {
    fn drop(&mut self) {
        self.0.lock().unwrap().running.remove(&self.1);
    }
}

/// The clock of an instance.
struct SkewedClock(Arc<TestClock>, i64);

#[async_trait]
impl Clock for SkewedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.now().as_millis() + self.1)
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    async fn sleep(&self, duration: Duration) {
        self.0.sleep(duration).await;
    }
}

/// The source as an instance sees it.
struct Values<const MEMORY: usize> {
    instance: u64,
    model: Shared,
}

impl<const MEMORY: usize> Source for Values<MEMORY> {
    type Key = u64;
    type Value = u64;
    type Error = &'static str;

    const MEMORY: Memory = [Memory::Counts, Memory::CountsWhileFresh, Memory::IsFallback][MEMORY];
    const PAUSE: Pause = PAUSE;

    fn times(&self, value: Option<&u64>) -> &Times {
        if value.is_some() { &TIMES } else { &ABSENT }
    }

    fn copy_key(&self, key: &u64) -> String {
        format!("value:{key}")
    }

    fn encode(&self, _key: &u64, entry: &Entry<u64>) -> Option<Vec<u8>> {
        let value = entry.value.map_or_else(String::new, |value| value.to_string());
        Some(format!("{} {value}", entry.read_at.as_millis()).into_bytes())
    }

    fn decode(&self, _key: &u64, copy: Vec<u8>) -> Option<Entry<u64>> {
        let (read_at, value) = std::str::from_utf8(&copy).ok()?.split_once(' ')?;
        Some(Entry { value: value.parse().ok(), read_at: Timestamp::from_millis(read_at.parse().ok()?) })
    }

    async fn fetch(&self, key: &u64, _now: Timestamp, is_known: bool) -> Result<Option<u64>, &'static str> {
        let id = (self.instance, *key);
        if self.model.lock().unwrap().mood == Mood::Swallows {
            std::future::pending::<()>().await;
        }
        let (clock, takes, before) = {
            let mut model = self.model.lock().unwrap();
            let millis = match model.mood {
                Mood::Answers | Mood::Fails => model.random.below(40),
                Mood::IsSlow => model.random.below(2_000),
                Mood::Hangs | Mood::Swallows => 10_000,
            };
            let takes = Duration::from_millis(millis);
            let may_be_answered = model.mood != Mood::Fails && !(is_known && takes > TIMEOUT);
            let other = model.running.insert(id, may_be_answered);
            assert_eq!(other, None, "two fetches of one key run in one instance");
            (model.clock.clone(), may_be_answered.then_some(takes), model.value(*key))
        };
        let running = Running(self.model.clone(), id);
        clock.sleep(takes.unwrap_or(TIMEOUT)).await;
        drop(running);
        let mut model = self.model.lock().unwrap();
        let now = model.clock.now();
        if takes.is_none() {
            model.failed_at.insert(id, now);
            return Err("no answer");
        }
        model.answered_at.insert(*key, now);
        // As it was when the question came, or as it is when the answer goes.
        Ok(if model.random.below(2) == 0 { before } else { model.value(*key) })
    }
}

struct Instance<const MEMORY: usize> {
    number: u64,
    cache: Cache<Values<MEMORY>>,
    background: Tasks,
    callers: Vec<JoinHandle<()>>,
}

impl<const MEMORY: usize> Instance<MEMORY> {
    fn new(world: &World, model: &Shared, number: u64) -> Self {
        let skew = i64::try_from(model.lock().unwrap().random.below(2 * SKEW.unsigned_abs() + 1)).unwrap() - SKEW;
        Self::with_clock(world, model, number, skew)
    }

    fn with_clock(world: &World, model: &Shared, number: u64, skew: i64) -> Self {
        let (mut capabilities, background) = world.instance();
        capabilities.clock = Arc::new(SkewedClock(world.clock.clone(), skew));
        let cache = Cache::new(&capabilities, Values { instance: number, model: model.clone() });
        Self { number, cache, background, callers: Vec::new() }
    }

    fn call(&mut self, model: &Shared, key: u64, accepts_stale: bool) {
        let (cache, model, id) = (self.cache.clone(), model.clone(), (self.number, key));
        self.callers.push(tokio::spawn(async move {
            let began = model.lock().unwrap().clock.now();
            let served = cache.get(&key, accepts_stale).await;
            let mut model = model.lock().unwrap();
            // A failure counts for as long as the source is spared because of it.
            let has_failed = |since: i64| model.failed_at.get(&id).is_some_and(|at| began.millis_since(*at) < since);
            let Ok((Entry { value, read_at }, origin)) = served else {
                assert!(has_failed(1), "no answer, and no fetch failed");
                return model.count("no answer");
            };
            // `read_at` is by the clock of some instance, and what is fresh by that of this one.
            let since = Timestamp::from_millis(read_at.as_millis() - SKEW);
            assert!(model.had(key, value, since), "{value:?} of {key} was never so since {since}");
            let times = if value.is_some() { TIMES } else { ABSENT };
            let age = began.millis_since(read_at) - SKEW;
            let is_young = match origin {
                // Another caller's fetch may have begun before this caller came.
                Origin::Fresh | Origin::Source => age < times.fresh,
                Origin::Stale if accepts_stale && age < times.stale => true,
                Origin::Stale => age < times.outage && has_failed(PAUSE.before),
            };
            assert!(is_young, "{value:?} from {origin:?} was {age} ms old");
            if let Some(gone) = model.gone_since.get(&key).map(|since| began.millis_since(*since)) {
                assert!(value.is_none() || gone < GONE_AFTER, "{value:?} is served {gone} ms after it was deleted");
                if value.is_none() && origin == Origin::Stale {
                    model.count("deleted, and the source gives no answer");
                }
            }
            model.count(match (origin, value) {
                (Origin::Fresh, Some(_)) => "fresh",
                (Origin::Stale, Some(_)) => "stale",
                (Origin::Source, Some(_)) => "source",
                (_, None) => "absent",
            });
        }));
    }

    async fn delete(&self, model: &Shared, key: u64) {
        model.lock().unwrap().set(key, None);
        self.cache.forget(&key).await;
        let mut model = model.lock().unwrap();
        let now = model.clock.now();
        // A fetch that began before may leave its copy just now.
        let is_quiet = model.answered_at.get(&key).is_none_or(|at| now.millis_since(*at) > 20)
            && !model.running.iter().any(|((_, running), may_be_answered)| *running == key && *may_be_answered);
        if is_quiet && model.store_is_up && model.value(key).is_none() {
            model.gone_since.insert(key, now);
        }
    }
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().map_or(otherwise, |text| text.parse().expect("a number"))
}

async fn run<const MEMORY: usize>() {
    let by_time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let (seed, steps) = (number("SEED", by_time), number("STEPS", STEPS));
    println!("SEED={seed} STEPS={steps} {:?}", Values::<MEMORY>::MEMORY);
    let (world, random) = (World::new(seed), SeededRandom::new(seed));
    let model = Model::new(&world, seed);
    let mut next = INSTANCES;
    let mut instances: Vec<_> = (0..INSTANCES).map(|number| Instance::<MEMORY>::new(&world, &model, number)).collect();
    for step in 0..steps {
        let (key, chosen) = (random.below(KEYS), usize::try_from(random.below(INSTANCES)).unwrap());
        match random.below(1000) {
            0..850 => instances[chosen].call(&model, key, random.below(4) != 0),
            850..915 => {
                let mut model = model.lock().unwrap();
                // What was deleted stays so for a while, or nobody would see that it is.
                if model.gone_since.get(&key).is_none_or(|at| world.clock.now().millis_since(*at) > 2 * GONE_AFTER) {
                    model.set(key, Some(step));
                }
            }
            915..930 => {
                instances[chosen].delete(&model, key).await;
                if random.below(2) == 0 {
                    model.lock().unwrap().mood = Mood::Fails;
                }
            }
            930..940 => {
                let dead = std::mem::replace(&mut instances[chosen], Instance::new(&world, &model, next));
                next += 1;
                dead.background.kill();
                dead.callers.iter().for_each(JoinHandle::abort);
            }
            940..945 => {
                world.cache.lose(|_| random.below(3) == 0);
                model.lock().unwrap().gone_since.clear();
            }
            945..950 => {
                let is_up = random.below(4) != 0;
                world.cache.set_down(!is_up);
                let mut model = model.lock().unwrap();
                model.store_is_up = is_up;
                model.gone_since.clear();
            }
            950..960 => {
                let moods = [Mood::Answers, Mood::IsSlow, Mood::Fails, Mood::Hangs];
                model.lock().unwrap().mood = moods[usize::try_from(random.below(4)).unwrap()];
            }
            960..985 => world.clock.advance(Duration::from_millis(random.below(1_500))).await,
            985..990 => world.clock.advance(Duration::from_millis(random.below(8_000))).await,
            _ => {}
        }
        if random.below(3) == 0 {
            world.clock.advance(Duration::from_millis(random.below(60))).await;
        }
        for instance in &mut instances {
            for done in instance.callers.extract_if(.., |caller| caller.is_finished()) {
                done.await.unwrap();
            }
        }
    }
    let seen = &model.lock().unwrap().seen;
    println!("{seen:#?}");
    for expected in ["fresh", "stale", "source", "absent", "no answer", "deleted, and the source gives no answer"] {
        assert!(seen.contains_key(expected), "in {steps} steps there was no {expected:?}");
    }
}

async fn forget_during_outage<const MEMORY: usize>() {
    for (ahead, mood) in [(SKEW, Mood::Fails), (-SKEW, Mood::Hangs)] {
        let world = World::new(1);
        let model = Model::new(&world, 1);
        let here = Instance::<MEMORY>::with_clock(&world, &model, 0, ahead);
        let there = Instance::<MEMORY>::with_clock(&world, &model, 1, -ahead);
        model.lock().unwrap().set(1, Some(7));
        assert_eq!(here.cache.get(&1, true).await.unwrap().0.value, Some(7));
        model.lock().unwrap().mood = mood;
        // By then the source has been asked in vain.
        let deleted_after = 700;
        for passed in (0..deleted_after + 2 * GONE_AFTER).step_by(50) {
            if passed == deleted_after {
                there.delete(&model, 1).await;
            }
            let served = here.cache.get(&1, true).await.map(|(entry, _)| entry.value);
            let may_be_there = passed < deleted_after + GONE_AFTER;
            assert!(served == Ok(Some(7)) && may_be_there || served == Ok(None), "{served:?} after {passed} ms");
            world.clock.advance(Duration::from_millis(50)).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_deleted_is_gone_within_a_second_while_the_source_gives_no_answer() {
    forget_during_outage::<0>().await;
    forget_during_outage::<1>().await;
    forget_during_outage::<2>().await;
}

async fn answer_here_and_fail_there<const MEMORY: usize>() {
    let world = World::new(1);
    let model = Model::new(&world, 1);
    let here = Instance::<MEMORY>::with_clock(&world, &model, 0, 0);
    let there = Instance::<MEMORY>::with_clock(&world, &model, 1, 0);
    model.lock().unwrap().set(1, Some(7));
    for instance in [&here, &there] {
        assert_eq!(instance.cache.get(&1, true).await.unwrap().0.value, Some(7));
    }
    // Too old to be served by anybody.
    world.clock.advance(Duration::from_millis(TIMES.outage.unsigned_abs() + 1)).await;
    model.lock().unwrap().set(1, Some(8));
    assert_eq!(here.cache.get(&1, true).await.unwrap().0.value, Some(8));
    // Nothing of this instance runs after its answer.
    here.background.kill();
    model.lock().unwrap().mood = Mood::Fails;
    assert_eq!(there.cache.get(&1, true).await.unwrap().0.value, Some(8));
}

#[tokio::test(start_paused = true)]
async fn what_a_caller_was_answered_bridges_an_outage_in_every_instance() {
    answer_here_and_fail_there::<0>().await;
    answer_here_and_fail_there::<1>().await;
    answer_here_and_fail_there::<2>().await;
}

#[tokio::test(start_paused = true)]
async fn a_fetch_whose_leader_is_never_heard_of_again_is_taken_over() {
    let world = World::new(1);
    let model = Model::new(&world, 1);
    model.lock().unwrap().set(1, Some(7));
    model.lock().unwrap().mood = Mood::Swallows;
    let instance = Instance::<0>::new(&world, &model, 0);
    let mut lost = Box::pin(instance.cache.get(&1, true));
    assert!(tokio::time::timeout(Duration::from_millis(1), &mut lost).await.is_err());
    model.lock().unwrap().mood = Mood::Answers;
    for expected_millis in [29_999, 0, 0] {
        let asked_at = world.clock.now();
        assert_eq!(instance.cache.get(&1, true).await.unwrap().0.value, Some(7));
        let took = world.clock.now().millis_since(asked_at);
        assert!((expected_millis..expected_millis + 100).contains(&took), "{took} ms");
        world.clock.advance(Duration::from_secs(10)).await;
    }
    drop(lost);
}

#[tokio::test(start_paused = true)]
async fn a_cache_whose_memory_counts_keeps_its_promises() {
    run::<0>().await;
}

#[tokio::test(start_paused = true)]
async fn a_cache_whose_memory_counts_while_fresh_keeps_its_promises() {
    run::<1>().await;
}

#[tokio::test(start_paused = true)]
async fn a_cache_whose_copy_counts_keeps_its_promises() {
    run::<2>().await;
}
