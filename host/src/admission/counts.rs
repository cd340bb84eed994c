//! What became of requests, by class, since the node started.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::Shed;
use super::class::Class;

/// What became of the requests of all classes.
#[derive(Debug, Default)]
pub struct Counts([OfClass; Class::ALL.len()]);

#[derive(Debug, Default)]
struct OfClass {
    admitted: AtomicU64,
    ended: AtomicU64,
    shed: [AtomicU64; Shed::ALL.len()],
    waited_micros: AtomicU64,
}

/// What operators see of a class.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClassCounts {
    /// Requests that were let in.
    pub admitted: u64,
    /// Those of them that are in progress.
    pub in_progress: u64,
    /// Requests that were turned away, in the order of [`Shed::ALL`].
    pub shed: [u64; Shed::ALL.len()],
    /// How long requests waited for the processor, together.
    pub waited: Duration,
}

impl Counts {
    fn of(&self, class: Class) -> Option<&OfClass> {
        self.0.get(class as usize)
    }

    /// A request was let in, and is in progress until this is dropped.
    pub fn admit(&self, class: Class) -> InProgress<'_> {
        let of_class = self.of(class);
        if let Some(of_class) = of_class {
            of_class.admitted.fetch_add(1, Ordering::Relaxed);
        }
        InProgress(of_class)
    }

    /// A request was turned away.
    pub fn shed(&self, class: Class, reason: Shed) {
        if let Some(count) = self.of(class).and_then(|of_class| of_class.shed.get(reason as usize)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A request waited for the processor.
    pub fn waited(&self, class: Class, wait: Duration) {
        if let Some(of_class) = self.of(class) {
            let micros = u64::try_from(wait.as_micros()).unwrap_or(u64::MAX);
            of_class.waited_micros.fetch_add(micros, Ordering::Relaxed);
        }
    }

    /// The counts of `class`.
    pub fn read(&self, class: Class) -> ClassCounts {
        let Some(of_class) = self.of(class) else { return ClassCounts::default() };
        let ended = of_class.ended.load(Ordering::Relaxed);
        let admitted = of_class.admitted.load(Ordering::Relaxed);
        ClassCounts {
            admitted,
            in_progress: admitted.saturating_sub(ended),
            shed: of_class.shed.each_ref().map(|count| count.load(Ordering::Relaxed)),
            waited: Duration::from_micros(of_class.waited_micros.load(Ordering::Relaxed)),
        }
    }
}

/// A request in progress.
#[must_use]
pub struct InProgress<'c>(Option<&'c OfClass>);

impl Drop for InProgress<'_> {
    fn drop(&mut self) {
        if let Some(of_class) = self.0 {
            of_class.ended.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_becomes_of_requests_is_counted_by_class() {
        let counts = Counts::default();
        let first = counts.admit(Class::Checks);
        drop(counts.admit(Class::Checks));
        counts.shed(Class::Checks, Shed::Share);
        counts.shed(Class::Other, Shed::Queue);
        counts.waited(Class::Checks, Duration::from_millis(3));
        let checks = counts.read(Class::Checks);
        assert_eq!((checks.admitted, checks.in_progress, checks.shed), (2, 1, [0, 1, 0]));
        assert_eq!(checks.waited, Duration::from_millis(3));
        assert_eq!(counts.read(Class::Other).shed, [0, 0, 1]);
        assert_eq!(counts.read(Class::Events), ClassCounts::default());
        drop(first);
        assert_eq!(counts.read(Class::Checks).in_progress, 0);
    }
}
