//! A list with a maximum number of entries. A longer list is refused at the first entry too many, before more are read.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// The maximum capacity that is reserved before entries are read.
const MAX_INITIAL_CAPACITY: usize = 64;

/// A list of at most `MAX_COUNT` entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtMost<T, const MAX_COUNT: usize>(Vec<T>);

impl<T, const MAX_COUNT: usize> AtMost<T, MAX_COUNT> {
    /// The entries.
    pub fn into_vec(self) -> Vec<T> {
        self.0
    }
}

impl<T, const MAX_COUNT: usize> std::ops::Deref for AtMost<T, MAX_COUNT> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

struct Entries<T, const MAX_COUNT: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const MAX_COUNT: usize> Visitor<'de> for Entries<T, MAX_COUNT> {
    type Value = AtMost<T, MAX_COUNT>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a list of at most {MAX_COUNT} entries")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::with_capacity(list.size_hint().unwrap_or(0).min(MAX_INITIAL_CAPACITY));
        while let Some(entry) = list.next_element()? {
            if entries.len() >= MAX_COUNT {
                return Err(A::Error::invalid_length(entries.len().saturating_add(1), &self));
            }
            entries.push(entry);
        }
        Ok(AtMost(entries))
    }
}

impl<'de, T: Deserialize<'de>, const MAX_COUNT: usize> Deserialize<'de> for AtMost<T, MAX_COUNT> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Entries(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::from_str;

    #[test]
    fn a_list_is_read_up_to_its_bound_and_refused_at_the_first_too_many() {
        let read = |json: &str| from_str::<AtMost<i64, 3>>(json).map(AtMost::into_vec);
        assert_eq!(read("[]").unwrap(), Vec::<i64>::new());
        assert_eq!(read("[1,2,3]").unwrap(), [1, 2, 3]);
        let message = "invalid length 4, expected a list of at most 3 entries at line 1 column 10";
        // What comes behind it is not looked at.
        assert_eq!(read("[1,2,3,4, nothing").unwrap_err().to_string(), message);
        assert!(read("{}").is_err() && read("7").is_err());
    }
}
