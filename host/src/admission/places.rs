//! Places: how many requests may be in progress at once. Half of all places are kept for the components in equal parts; the
//! rest goes to whoever comes first, of the more important classes the last ones. So no component, however many of its
//! requests wait, takes the places of all others. And where half of all places are taken, no caller has more than a quarter
//! of them, unless it is the only one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::callers::Caller;
use super::class::Class;
use super::{Applicant, Shed};

/// All places.
pub struct Places {
    all: usize,
    /// Kept for each component.
    kept: usize,
    shared: usize,
    /// One caller's share while others have places too.
    share: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    all: usize,
    shared: usize,
    /// Of those that are kept, by the components' ids.
    kept: HashMap<String, usize>,
    callers: HashMap<Caller, usize>,
}

/// The right to have a request in progress.
pub struct Place {
    places: Arc<Places>,
    /// Whose kept place it is. None: a shared one.
    component: Option<String>,
    caller: Caller,
}

impl Places {
    /// `all` places for these components, of which one caller may have the part `share` (percents) while others have some.
    pub fn new<'a>(all: usize, share: u8, components: impl ExactSizeIterator<Item = &'a str>) -> Arc<Self> {
        let all = all.max(1);
        let count = components.len();
        let kept = (all / 2).checked_div(count).unwrap_or(0);
        let taken = Taken { kept: components.map(|id| (id.to_owned(), 0)).collect(), ..Taken::default() };
        let shared = all.saturating_sub(kept.saturating_mul(count));
        let share = (all.saturating_mul(usize::from(share)) / 100).max(1);
        Arc::new(Self { all, kept, shared, share, taken: Mutex::new(taken) })
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many of the shared places a class may take: the last sixteenth is left to events, the last quarter to events and
    /// checks.
    const fn bound(&self, class: Class) -> usize {
        match class {
            Class::Events => self.shared,
            Class::Checks => self.shared.saturating_sub(self.shared / 16),
            Class::Other => self.shared.saturating_sub(self.shared / 4),
        }
    }

    /// Whether there are so few places left that somebody may get none.
    pub fn is_crowded(&self) -> bool {
        self.lock().all >= self.all / 4
    }

    /// Whether a request would get a place now, and why not.
    pub fn would_take(&self, component: &str, applicant: Applicant) -> Result<(), Shed> {
        self.find(&self.lock(), component, applicant).map(drop)
    }

    /// Whether the place is a kept one.
    fn find(&self, taken: &Taken, component: &str, applicant: Applicant) -> Result<bool, Shed> {
        let own = taken.callers.get(&applicant.caller).copied().unwrap_or(0);
        if own >= self.share && taken.all >= self.all.div_ceil(2) && taken.all > own {
            return Err(Shed::Share);
        }
        let kept = taken.kept.get(component).ok_or(Shed::Places)?;
        match *kept < self.kept {
            true => Ok(true),
            false if taken.shared < self.bound(applicant.class) => Ok(false),
            false => Err(Shed::Places),
        }
    }

    /// A place for a request to `component`, if there is one.
    pub fn take(self: &Arc<Self>, component: &str, applicant: Applicant) -> Result<Place, Shed> {
        let mut taken = self.lock();
        let is_kept = self.find(&taken, component, applicant)?;
        taken.all = taken.all.saturating_add(1);
        let own = taken.callers.entry(applicant.caller).or_default();
        *own = own.saturating_add(1);
        match taken.kept.get_mut(component) {
            Some(kept) if is_kept => *kept = kept.saturating_add(1),
            _ => taken.shared = taken.shared.saturating_add(1),
        }
        drop(taken);
        let component = is_kept.then(|| component.to_owned());
        Ok(Place { places: self.clone(), component, caller: applicant.caller })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.lock();
        taken.all = taken.all.saturating_sub(1);
        match self.component.as_ref().and_then(|id| taken.kept.get_mut(id)) {
            Some(kept) => *kept = kept.saturating_sub(1),
            None => taken.shared = taken.shared.saturating_sub(1),
        }
        if let Some(own) = taken.callers.get_mut(&self.caller) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                taken.callers.remove(&self.caller);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn applicant(class: Class, caller: u64) -> Applicant {
        Applicant { class, caller: Caller::number(caller) }
    }

    /// As many as there are, for one caller after the other.
    fn all(places: &Arc<Places>, component: &str, class: Class) -> Vec<Place> {
        let mut callers = 0_u64..;
        std::iter::from_fn(|| places.take(component, applicant(class, callers.next()?)).ok()).collect()
    }

    #[test]
    fn one_component_never_takes_the_places_of_another() {
        let places = Places::new(16, 25, ["seats", "plans", "webhooks", "rules"].into_iter());
        let taken = all(&places, "plans", Class::Events);
        assert_eq!(taken.len(), 2 + 8, "its own, and all that are shared");
        for other in ["seats", "webhooks", "rules"] {
            assert_eq!(all(&places, other, Class::Events).len(), 2, "{other}");
        }
        drop(taken);
        assert!(places.take("plans", applicant(Class::Other, 1)).is_ok());
        assert_eq!(places.take("nobody", applicant(Class::Events, 1)).err(), Some(Shed::Places));
    }

    #[test]
    fn few_places_are_all_shared() {
        let places = Places::new(1, 25, ["a", "b"].into_iter());
        let place = places.take("a", applicant(Class::Other, 1)).unwrap();
        assert_eq!(places.take("b", applicant(Class::Events, 1)).err(), Some(Shed::Places));
        drop(place);
        assert!(places.take("b", applicant(Class::Other, 1)).is_ok());
    }

    #[test]
    fn the_last_places_are_left_to_checks_and_the_very_last_to_events() {
        // 32 are kept, 32 shared.
        let places = Places::new(64, 25, ["a"].into_iter());
        let other = all(&places, "a", Class::Other);
        assert_eq!(other.len(), 32 + 24);
        let checks = all(&places, "a", Class::Checks);
        assert_eq!(checks.len(), 6);
        assert_eq!(places.would_take("a", applicant(Class::Checks, 99)), Err(Shed::Places));
        assert_eq!(all(&places, "a", Class::Events).len(), 2);
    }

    #[test]
    fn a_caller_has_a_quarter_at_most_while_others_have_places_too() {
        let places = Places::new(64, 25, ["a"].into_iter());
        let checks = |caller| applicant(Class::Checks, caller);
        let one = || places.take("a", checks(1));
        let mut alone: Vec<_> = std::iter::from_fn(|| one().ok()).collect();
        assert_eq!(alone.len(), 62, "nobody else is there");
        // Somebody comes: what it has it keeps, and it gets no more until it is down to its share.
        alone.truncate(40);
        let other = places.take("a", checks(2)).unwrap();
        assert_eq!(one().err(), Some(Shed::Share));
        alone.truncate(31);
        assert_eq!(one().err(), Some(Shed::Share), "half of the places are taken");
        alone.truncate(30);
        alone.push(one().expect("less than half are taken"));
        alone.truncate(15);
        let others: Vec<_> = (10..60).map_while(|caller| places.take("a", checks(caller)).ok()).collect();
        assert!(others.len() > 40);
        drop(others);
        drop(other);
        alone.clear();
        assert_eq!(places.lock().callers.len(), 0, "whoever has gone is forgotten");
    }
}
