//! Places: how many requests may be in the works at once. Half of all places are kept for the components in equal parts;
//! the rest goes to whoever comes first. So no component, however many of its requests wait, takes the places of all
//! others.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// All places.
pub struct Places {
    kept: HashMap<String, Arc<Semaphore>>,
    shared: Arc<Semaphore>,
}

/// The right to have a request in the works.
pub struct Place {
    _permit: OwnedSemaphorePermit,
}

impl Places {
    /// `all` places for these components.
    pub fn new<'a>(all: usize, components: impl ExactSizeIterator<Item = &'a str>) -> Self {
        let all = all.clamp(1, Semaphore::MAX_PERMITS);
        let count = components.len();
        let each = (all / 2).checked_div(count).unwrap_or(0);
        let kept = components.map(|id| (id.to_owned(), Arc::new(Semaphore::new(each)))).collect();
        let shared = all.saturating_sub(each.saturating_mul(count));
        Self { kept, shared: Arc::new(Semaphore::new(shared)) }
    }

    /// A place for a request to `component`, if there is one.
    pub fn take(&self, component: &str) -> Option<Place> {
        let kept = self.kept.get(component)?;
        let permit = kept.clone().try_acquire_owned().or_else(|_| self.shared.clone().try_acquire_owned());
        permit.ok().map(|permit| Place { _permit: permit })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_component_never_takes_the_places_of_another() {
        let places = Places::new(16, ["seats", "plans", "webhooks", "rules"].into_iter());
        let taken: Vec<_> = std::iter::from_fn(|| places.take("plans")).collect();
        assert_eq!(taken.len(), 2 + 8, "its own, and all that are shared");
        for other in ["seats", "webhooks", "rules"] {
            let others: Vec<_> = std::iter::from_fn(|| places.take(other)).collect();
            assert_eq!(others.len(), 2, "{other}");
        }
        drop(taken);
        assert!(places.take("plans").is_some());
        assert!(places.take("nobody").is_none());
    }

    #[test]
    fn few_places_are_all_shared() {
        let places = Places::new(1, ["a", "b"].into_iter());
        let place = places.take("a");
        assert!(place.is_some() && places.take("b").is_none());
        drop(place);
        assert!(places.take("b").is_some());
    }
}
