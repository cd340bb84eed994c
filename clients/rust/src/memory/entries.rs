//! Answers by user, organisation and application, in the order of their use.

use std::collections::HashMap;

use crate::seat::SeatCheck;

type ByName<T> = HashMap<Box<str>, T>;

/// At most `capacity` values; of more, the one that was not used for longest goes. Each operation takes the same time
/// however many there are, but for an organisation's removal, which takes the time of its users.
pub(super) struct Entries<T> {
    capacity: usize,
    /// Applications, their organisations, and the users of each with their places in `slots`.
    places: ByName<ByName<ByName<usize>>>,
    slots: Vec<Slot<T>>,
    free: Vec<usize>,
    /// The ends of the list of slots in use.
    newest: Option<usize>,
    oldest: Option<usize>,
}

struct Slot<T> {
    /// None: the slot is free.
    entry: Option<Entry<T>>,
    newer: Option<usize>,
    older: Option<usize>,
}

struct Entry<T> {
    application: Box<str>,
    organization: Box<str>,
    user: Box<str>,
    value: T,
}

impl<T> Entries<T> {
    pub(super) fn new(capacity: usize) -> Self {
        Self { capacity, places: HashMap::new(), slots: Vec::new(), free: Vec::new(), newest: None, oldest: None }
    }

    fn place(&self, check: &SeatCheck<'_>) -> Option<usize> {
        self.places.get(check.application_slug)?.get(check.external_org_id)?.get(check.user_id).copied()
    }

    /// The value for the user of `check`, which is not used by this.
    pub(super) fn peek(&self, check: &SeatCheck<'_>) -> Option<&T> {
        Some(&self.slots.get(self.place(check)?)?.entry.as_ref()?.value)
    }

    /// The value for the user of `check` if it `is_wanted`: then it is used.
    pub(super) fn get(&mut self, check: &SeatCheck<'_>, is_wanted: impl FnOnce(&T) -> bool) -> Option<&T> {
        let place = self.place(check)?;
        is_wanted(&self.slots.get(place)?.entry.as_ref()?.value).then_some(())?;
        if self.newest != Some(place) {
            self.unlink(place);
            self.link(place);
        }
        Some(&self.slots.get(place)?.entry.as_ref()?.value)
    }

    pub(super) fn insert(&mut self, check: &SeatCheck<'_>, value: T) {
        self.remove(check);
        if self.capacity == 0 {
            return;
        }
        if self.len() >= self.capacity
            && let Some(oldest) = self.oldest
        {
            self.take(oldest);
        }
        let (application, organization, user) = (check.application_slug, check.external_org_id, check.user_id);
        let entry =
            Entry { application: application.into(), organization: organization.into(), user: user.into(), value };
        let slot = Slot { entry: Some(entry), newer: None, older: None };
        let place = match self.free.pop() {
            Some(place) => {
                if let Some(free) = self.slots.get_mut(place) {
                    *free = slot;
                }
                place
            }
            None => {
                self.slots.push(slot);
                self.slots.len() - 1
            }
        };
        let organizations = self.places.entry(application.into()).or_default();
        organizations.entry(organization.into()).or_default().insert(user.into(), place);
        self.link(place);
    }

    pub(super) fn remove(&mut self, check: &SeatCheck<'_>) {
        if let Some(place) = self.place(check) {
            self.take(place);
        }
    }

    /// Removes all users of an organisation.
    pub(super) fn remove_organization(&mut self, application: &str, organization: &str) {
        let Some(organizations) = self.places.get_mut(application) else { return };
        let users = organizations.remove(organization);
        if organizations.is_empty() {
            self.places.remove(application);
        }
        for place in users.into_iter().flat_map(HashMap::into_values) {
            self.unlink(place);
            self.clear(place);
        }
    }

    pub(super) fn remove_all(&mut self) {
        *self = Self::new(self.capacity);
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Frees a slot in use, and forgets its name.
    fn take(&mut self, place: usize) {
        self.unlink(place);
        let Some(entry) = self.clear(place) else { return };
        let Some(organizations) = self.places.get_mut(&entry.application) else { return };
        let Some(users) = organizations.get_mut(&entry.organization) else { return };
        users.remove(&entry.user);
        if users.is_empty() {
            organizations.remove(&entry.organization);
        }
        if organizations.is_empty() {
            self.places.remove(&entry.application);
        }
    }

    fn clear(&mut self, place: usize) -> Option<Entry<T>> {
        let entry = self.slots.get_mut(place)?.entry.take()?;
        self.free.push(place);
        Some(entry)
    }

    /// Makes a slot, which is in no list, the newest.
    fn link(&mut self, place: usize) {
        let older = self.newest;
        if let Some(slot) = self.slots.get_mut(place) {
            (slot.newer, slot.older) = (None, older);
        }
        match older.and_then(|older| self.slots.get_mut(older)) {
            Some(slot) => slot.newer = Some(place),
            None => self.oldest = Some(place),
        }
        self.newest = Some(place);
    }

    fn unlink(&mut self, place: usize) {
        let Some(slot) = self.slots.get_mut(place) else { return };
        let (newer, older) = (slot.newer.take(), slot.older.take());
        match newer.and_then(|newer| self.slots.get_mut(newer)) {
            Some(slot) => slot.older = older,
            None => self.newest = older,
        }
        match older.and_then(|older| self.slots.get_mut(older)) {
            Some(slot) => slot.newer = newer,
            None => self.oldest = newer,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same by a list that is searched: the newest first.
    struct Model(Vec<((u64, u64), u64)>);

    #[test]
    fn entries_are_those_of_a_plain_list() {
        let seed = 7;
        let mut random = crate::tests::Random::new(seed);
        let (mut entries, mut model) = (Entries::new(8), Model(Vec::new()));
        for value in 0..20_000 {
            let (user, organization) = (random.below(6), random.below(4));
            let names = (format!("user {user}"), format!("organization {organization}"));
            let check = SeatCheck::new(&names.0, "healos", &names.1);
            let key = (user, organization);
            match random.below(10) {
                0..4 => {
                    entries.insert(&check, value);
                    model.0.retain(|(it, _)| *it != key);
                    model.0.insert(0, (key, value));
                    model.0.truncate(8);
                }
                4..8 => {
                    let found = entries.get(&check, |_| true).copied();
                    let place = model.0.iter().position(|(it, _)| *it == key);
                    let expected = place.map(|place| model.0.remove(place));
                    assert_eq!(found, expected.map(|(_, value)| value), "seed {seed}");
                    model.0.splice(0..0, expected);
                }
                8 => {
                    entries.remove(&check);
                    model.0.retain(|(it, _)| *it != key);
                }
                _ if random.below(4) == 0 => {
                    entries.remove_organization("healos", &names.1);
                    model.0.retain(|((_, it), _)| *it != organization);
                }
                _ => assert_eq!(entries.peek(&check).is_some(), model.0.iter().any(|(it, _)| *it == key)),
            }
            assert_eq!(entries.len(), model.0.len(), "seed {seed}");
        }
        entries.remove_all();
        assert_eq!(entries.len(), 0);
    }
}
