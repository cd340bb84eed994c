//! What was read or written lately, in bounded memory: two generations, of which the older goes when the younger is
//! full. What is used moves to the younger.

use std::collections::HashMap;
use std::sync::Arc;

/// How many bytes one generation may hold, keys, values and their keeping together.
const MAX_GENERATION_LEN: usize = 32 << 20;

/// About what an entry costs beside its key and value.
const ENTRY_OVERHEAD: usize = 96;

/// None: there is no such key.
type Value = Option<Arc<[u8]>>;

#[derive(Default)]
pub(super) struct Recent {
    young: HashMap<Box<str>, Value>,
    old: HashMap<Box<str>, Value>,
    young_bytes: usize,
}

impl Recent {
    /// What is known of `key`; None: nothing.
    pub(super) fn get(&mut self, key: &str) -> Option<Value> {
        if let Some(value) = self.young.get(key) {
            return Some(value.clone());
        }
        let (key, value) = self.old.remove_entry(key)?;
        self.insert(key, value.clone());
        Some(value)
    }

    /// Notes that `key` holds `value`.
    pub(super) fn keep(&mut self, key: &str, value: Option<&[u8]>) {
        // Without this the older entry would come back once the younger is gone.
        self.old.remove(key);
        self.insert(key.into(), value.map(Into::into));
    }

    fn insert(&mut self, key: Box<str>, value: Value) {
        self.young_bytes = self.young_bytes.saturating_add(size(&key, &value));
        self.young.insert(key, value);
        if self.young_bytes > MAX_GENERATION_LEN {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
    }
}

fn size(key: &str, value: &Value) -> usize {
    let value = value.as_ref().map_or(0, |value| value.len());
    ENTRY_OVERHEAD.saturating_add(key.len()).saturating_add(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(recent: &mut Recent, key: &str) -> Option<Option<Vec<u8>>> {
        recent.get(key).map(|value| value.map(|value| value.to_vec()))
    }

    #[test]
    fn the_last_that_was_kept_is_what_is_found() {
        let mut recent = Recent::default();
        assert_eq!(get(&mut recent, "a"), None);
        recent.keep("a", Some(b"1"));
        recent.keep("b", None);
        assert_eq!(get(&mut recent, "a"), Some(Some(b"1".to_vec())));
        assert_eq!(get(&mut recent, "b"), Some(None));
        let large = vec![0; MAX_GENERATION_LEN];
        recent.keep("large", Some(&large));
        recent.keep("a", Some(b"2"));
        recent.keep("large", Some(&large));
        assert_eq!(get(&mut recent, "a"), Some(Some(b"2".to_vec())));
    }

    #[test]
    fn memory_is_bounded_and_what_is_used_stays() {
        let mut recent = Recent::default();
        recent.keep("used", Some(b"1"));
        let value = vec![0; 1000];
        for number in 0..200_000 {
            recent.keep(&number.to_string(), Some(&value));
            if number % 1000 == 0 {
                assert!(get(&mut recent, "used").is_some(), "after {number}");
            }
        }
        assert!(recent.young.len() + recent.old.len() < 2 * MAX_GENERATION_LEN / 1000 + 2);
        assert_eq!(get(&mut recent, "0"), None);
    }
}
