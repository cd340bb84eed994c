//! The state of a running script: operations, limits, log and visited places. An evaluation never awaits, so this state
//! is in thread-local storage, and neither the engine nor a compiled script holds any of it.
//!
//! INVARIANT: a limit that was hit stays hit until the run ends, whatever the script does.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use rhai::{Dynamic, EvalAltResult, Position, Scope};

use crate::failure::Limit;

/// The maximum number of operations of a script.
pub const MAX_OPERATIONS: u64 = 50_000;
/// The maximum duration of a script.
pub const MAX_DURATION: Duration = Duration::from_millis(50);
/// The clock is read once in so many operations: a read may be a call to the host.
const OPERATIONS_PER_CLOCK_READ: u64 = 64;
/// The clock is not read before: a cheap rule must not fail because the machine is busy.
const OPERATIONS_BEFORE_FIRST_CLOCK_READ: u64 = 1_024;
/// The memory of variables is checked once in so many operations.
const OPERATIONS_PER_MEMORY_CHECK: u64 = 128;
/// The maximum number of values that a function's variables may hold.
const MAX_VALUES: usize = 20_000;
/// The maximum number of lines that a script may log.
const MAX_LOG_LINES: usize = 100;
/// The maximum length of a logged line, in characters.
const MAX_LOG_LINE_LEN: usize = 300;

/// The constants of a script.
pub type Constants = BTreeMap<String, Dynamic>;

/// A place in a script: line, column, and whether a statement starts there.
pub type Place = (usize, usize, bool);

#[derive(Default)]
struct Run {
    operations: Cell<u64>,
    deadline: Cell<Duration>,
    next_clock_read: Cell<u64>,
    next_memory_check: Cell<u64>,
    limit_hit: Cell<Option<Limit>>,
    constants: RefCell<Option<Arc<Constants>>>,
    log: RefCell<Vec<String>>,
    visited: RefCell<BTreeMap<Place, u32>>,
}

thread_local! {
    static RUN: Run = Run::default();
}

/// The state at the end of a run.
pub struct RunStats {
    pub operations: u64,
    pub limit_hit: Option<Limit>,
    pub log: Vec<String>,
    pub visited: BTreeMap<Place, u32>,
}

/// Begins a run.
pub fn begin(now: Duration, constants: Arc<Constants>) {
    RUN.with(|run| {
        run.operations.set(0);
        run.deadline.set(now.saturating_add(MAX_DURATION));
        run.next_clock_read.set(OPERATIONS_BEFORE_FIRST_CLOCK_READ);
        run.next_memory_check.set(OPERATIONS_PER_MEMORY_CHECK);
        run.limit_hit.set(None);
        run.constants.replace(Some(constants));
        run.log.take();
        run.visited.take();
    });
}

/// Ends the run.
pub fn end() -> RunStats {
    RUN.with(|run| {
        run.constants.take();
        RunStats {
            operations: run.operations.get(),
            limit_hit: run.limit_hit.get(),
            log: run.log.take(),
            visited: run.visited.take(),
        }
    })
}

/// Counts one operation. Some: a limit was hit, and the run must end.
pub fn step(now: impl FnOnce() -> Duration) -> Option<Limit> {
    RUN.with(|run| {
        let operations = run.operations.get().saturating_add(1);
        run.operations.set(operations);
        if operations > MAX_OPERATIONS {
            record_limit(run, Limit::Operations);
        } else if operations >= run.next_clock_read.get() {
            run.next_clock_read.set(operations.saturating_add(OPERATIONS_PER_CLOCK_READ));
            if now() > run.deadline.get() {
                record_limit(run, Limit::Time);
            }
        }
        run.limit_hit.get()
    })
}

/// Charges the operations of a native function, such as comparing so many values.
pub fn charge(work: usize) -> Result<(), Box<EvalAltResult>> {
    RUN.with(|run| {
        let operations = run.operations.get().saturating_add(u64::try_from(work).unwrap_or(u64::MAX));
        run.operations.set(operations);
        if operations > MAX_OPERATIONS {
            record_limit(run, Limit::Operations);
        }
        match run.limit_hit.get() {
            None => Ok(()),
            Some(limit) => Err(terminated(limit)),
        }
    })
}

/// Ends the run at `limit`.
pub fn stop(limit: Limit) -> Box<EvalAltResult> {
    RUN.with(|run| record_limit(run, limit));
    terminated(limit)
}

fn record_limit(run: &Run, limit: Limit) {
    if run.limit_hit.get().is_none() {
        run.limit_hit.set(Some(limit));
    }
}

fn terminated(limit: Limit) -> Box<EvalAltResult> {
    EvalAltResult::ErrorTerminated(limit.to_string().into(), Position::NONE).into()
}

/// The value of the constant `name`.
pub fn constant(name: &str) -> Option<Dynamic> {
    RUN.with(|run| run.constants.borrow().as_ref().and_then(|constants| constants.get(name).cloned()))
}

/// Checks, once in a while, how many values a function's variables hold: no other limit covers a map that grows entry
/// by entry.
pub fn check_memory(scope: &Scope<'_>, this: Option<&Dynamic>) -> Result<(), Box<EvalAltResult>> {
    let due = RUN.with(|run| {
        let operations = run.operations.get();
        let due = operations >= run.next_memory_check.get();
        if due {
            run.next_memory_check.set(operations.saturating_add(OPERATIONS_PER_MEMORY_CHECK));
        }
        due
    });
    if !due {
        return Ok(());
    }
    let mut remaining = MAX_VALUES;
    let fits = scope.iter_raw().map(|(_, _, value)| value).chain(this).all(|value| count_values(value, &mut remaining));
    if fits { Ok(()) } else { Err(stop(Limit::Memory)) }
}

/// Subtracts the values within `value` from `remaining`. False: it does not fit.
fn count_values(value: &Dynamic, remaining: &mut usize) -> bool {
    let Some(left) = remaining.checked_sub(1) else { return false };
    *remaining = left;
    if let Ok(items) = value.as_array_ref() {
        return items.iter().all(|item| count_values(item, remaining));
    }
    if let Ok(map) = value.as_map_ref() {
        return map.values().all(|item| count_values(item, remaining));
    }
    if let Ok(text) = value.as_immutable_string_ref() {
        // Sixteen bytes count as one value.
        let Some(left) = remaining.checked_sub(text.len() / 16) else { return false };
        *remaining = left;
    }
    true
}

/// Logs a line of the script.
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

/// Records a visited place.
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
