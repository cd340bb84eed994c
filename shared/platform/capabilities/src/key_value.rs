//! The shared cache: state that may be lost at any time without harm.

use async_trait::async_trait;

/// The store does not answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key-value store is unavailable: {0}")]
pub struct StoreError(pub String);

/// A key-value store. Entries do not expire: a value contains its own times if it needs them.
///
/// A key is either a value (get, set, delete) or a counter (increment, counter, delete), never both.
#[async_trait]
pub trait KeyValue: Send + Sync {
    /// The value of `key`.
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// Sets `key` to `value`.
    async fn set(&self, key: &str, value: &[u8]) -> Result<(), StoreError>;

    /// Deletes `key`, if it exists.
    async fn delete(&self, key: &str) -> Result<(), StoreError>;

    /// Adds `delta` to the counter `key` (zero if absent), atomically among all clients of the store; returns the sum.
    async fn increment(&self, key: &str, delta: i64) -> Result<i64, StoreError>;

    /// The counter `key`; None if it is absent.
    async fn counter(&self, key: &str) -> Result<Option<i64>, StoreError> {
        self.get(key).await?.map(|bytes| read_counter(&bytes)).transpose()
    }
}

/// Reads a counter in the encoding of either backend: SQLite has eight little-endian bytes, Redis decimal digits.
///
/// Eight bytes that are digits could be either. Read as a little-endian number, eight ASCII digits are above 3·10¹⁸, which no
/// counter reaches, so they are digits.
pub fn read_counter(bytes: &[u8]) -> Result<i64, StoreError> {
    let digits = std::str::from_utf8(bytes).ok().and_then(|text| text.parse().ok());
    let binary = || <[u8; 8]>::try_from(bytes).ok().map(i64::from_le_bytes);
    digits.or_else(binary).ok_or_else(|| StoreError("a counter holds something else".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_is_read_in_either_encoding() {
        for number in [0, 1, -1, 255, 12_345_678, 1_767_225_600_000, i64::MIN, 1 << 53] {
            assert_eq!(read_counter(number.to_string().as_bytes()), Ok(number));
            assert_eq!(read_counter(&i64::to_le_bytes(number)), Ok(number));
        }
        assert!(read_counter(b"").is_err());
        assert!(read_counter(b"twelve").is_err());
    }
}
