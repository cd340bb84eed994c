//! The run of a script: what it used up, what it left behind. An evaluation never waits, so the run belongs to its
//! thread while it lasts, and neither the engine nor a compiled script carries any of it.
//!
//! INVARIANT: a limit that was hit stays hit until the run ends, whatever the script does about it.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use rhai::{Dynamic, EvalAltResult, Position, Scope};

use crate::failure::Limit;

/// Steps a script may take.
pub const MAX_OPERATIONS: u64 = 50_000;
/// Time a script may take.
pub const MAX_DURATION: Duration = Duration::from_millis(50);
/// The clock is read once in so many operations: it may cost a call out of the guest.
const OPERATIONS_PER_LOOK_AT_THE_CLOCK: u64 = 64;
/// The clock is not read before: a rule that is no burden is not to fail because the machine is busy with others.
const OPERATIONS_BEFORE_THE_CLOCK: u64 = 1_024;
/// What a function's variables hold is counted once in so many operations.
const OPERATIONS_PER_COUNT: u64 = 128;
/// Values that a function's variables may hold at once.
const MAX_VALUES: usize = 20_000;
/// Lines of its own that a script may log.
const MAX_LOG_LINES: usize = 100;
/// The longest line a script may log, in characters.
const MAX_LOG_LINE_LEN: usize = 300;

/// The values that stand at the top of a script.
pub type Constants = BTreeMap<String, Dynamic>;

/// A place in a script, and whether a statement starts there.
pub type Place = (usize, usize, bool);

#[derive(Default)]
struct Run {
    operations: Cell<u64>,
    deadline: Cell<Duration>,
    look_at_clock_at: Cell<u64>,
    count_at: Cell<u64>,
    hit: Cell<Option<Limit>>,
    constants: RefCell<Option<Arc<Constants>>>,
    log: RefCell<Vec<String>>,
    visited: RefCell<BTreeMap<Place, u32>>,
}

thread_local! {
    static RUN: Run = Run::default();
}

/// What a run left behind.
pub struct Spent {
    pub operations: u64,
    pub hit: Option<Limit>,
    pub log: Vec<String>,
    pub visited: BTreeMap<Place, u32>,
}

/// Begins a run.
pub fn begin(now: Duration, constants: Arc<Constants>) {
    RUN.with(|run| {
        run.operations.set(0);
        run.deadline.set(now.saturating_add(MAX_DURATION));
        run.look_at_clock_at.set(OPERATIONS_BEFORE_THE_CLOCK);
        run.count_at.set(OPERATIONS_PER_COUNT);
        run.hit.set(None);
        run.constants.replace(Some(constants));
        run.log.take();
        run.visited.take();
    });
}

/// Ends the run.
pub fn end() -> Spent {
    RUN.with(|run| {
        run.constants.take();
        Spent { operations: run.operations.get(), hit: run.hit.get(), log: run.log.take(), visited: run.visited.take() }
    })
}

/// Counts one operation. Some: the run is over.
pub fn step(now: impl FnOnce() -> Duration) -> Option<Limit> {
    RUN.with(|run| {
        let operations = run.operations.get().saturating_add(1);
        run.operations.set(operations);
        if operations > MAX_OPERATIONS {
            hit(run, Limit::Operations);
        } else if operations >= run.look_at_clock_at.get() {
            run.look_at_clock_at.set(operations.saturating_add(OPERATIONS_PER_LOOK_AT_THE_CLOCK));
            if now() > run.deadline.get() {
                hit(run, Limit::Time);
            }
        }
        run.hit.get()
    })
}

/// Counts work that a function does on the script's behalf, such as comparing so many values.
pub fn charge(work: usize) -> Result<(), Box<EvalAltResult>> {
    RUN.with(|run| {
        let operations = run.operations.get().saturating_add(u64::try_from(work).unwrap_or(u64::MAX));
        run.operations.set(operations);
        if operations > MAX_OPERATIONS {
            hit(run, Limit::Operations);
        }
        match run.hit.get() {
            None => Ok(()),
            Some(limit) => Err(over(limit)),
        }
    })
}

/// The run is over, and stays so.
pub fn stop(limit: Limit) -> Box<EvalAltResult> {
    RUN.with(|run| hit(run, limit));
    over(limit)
}

fn hit(run: &Run, limit: Limit) {
    if run.hit.get().is_none() {
        run.hit.set(Some(limit));
    }
}

fn over(limit: Limit) -> Box<EvalAltResult> {
    EvalAltResult::ErrorTerminated(limit.to_string().into(), Position::NONE).into()
}

/// The value that stands at the top of the script under `name`.
pub fn constant(name: &str) -> Option<Dynamic> {
    RUN.with(|run| run.constants.borrow().as_ref().and_then(|constants| constants.get(name).cloned()))
}

/// Looks, once in a while, at how much a function's variables hold: what is put into a map piece by piece passes every
/// other limit.
pub fn look_at_memory(scope: &Scope<'_>, this: Option<&Dynamic>) -> Result<(), Box<EvalAltResult>> {
    let due = RUN.with(|run| {
        let operations = run.operations.get();
        let due = operations >= run.count_at.get();
        if due {
            run.count_at.set(operations.saturating_add(OPERATIONS_PER_COUNT));
        }
        due
    });
    if !due {
        return Ok(());
    }
    let mut room = MAX_VALUES;
    let fits = scope.iter_raw().map(|(_, _, value)| value).chain(this).all(|value| count(value, &mut room));
    if fits { Ok(()) } else { Err(stop(Limit::Memory)) }
}

/// Takes what `value` holds from the `room` there is. False: it does not fit.
fn count(value: &Dynamic, room: &mut usize) -> bool {
    let Some(left) = room.checked_sub(1) else { return false };
    *room = left;
    if let Ok(items) = value.as_array_ref() {
        return items.iter().all(|item| count(item, room));
    }
    if let Ok(map) = value.as_map_ref() {
        return map.values().all(|item| count(item, room));
    }
    if let Ok(text) = value.as_immutable_string_ref() {
        // Sixteen bytes weigh as much as one value.
        let Some(left) = room.checked_sub(text.len() / 16) else { return false };
        *room = left;
    }
    true
}

/// Logs a line of the script's.
pub fn log(line: &str) {
    RUN.with(|run| {
        let mut log = run.log.borrow_mut();
        match log.len() {
            length if length < MAX_LOG_LINES => log.push(line.chars().take(MAX_LOG_LINE_LEN).collect()),
            MAX_LOG_LINES => log.push("…".to_owned()),
            _ => {}
        }
    });
}

/// Remembers that the script was here.
pub fn visit(place: Place) {
    RUN.with(|run| {
        let mut visited = run.visited.borrow_mut();
        let times = visited.entry(place).or_insert(0);
        *times = times.saturating_add(1);
    });
}

/// The lines among `places`.
pub fn lines(places: &BTreeMap<Place, u32>) -> BTreeSet<usize> {
    places.keys().map(|(line, ..)| *line).collect()
}
