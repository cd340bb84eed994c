//! The cache: state that may be lost at any time without harm.

use async_trait::async_trait;

/// A store that could not be asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key-value store is unavailable: {0}")]
pub struct StoreError(pub String);

/// A key-value store. It has no time-outs of its own: each value carries its times.
///
/// A key is either a value (get, set, delete) or a counter (increment, counter, delete), never both.
#[async_trait]
pub trait KeyValue: Send + Sync {
    /// The value of `key`.
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// Sets `key` to `value`.
    async fn set(&self, key: &str, value: &[u8]) -> Result<(), StoreError>;

    /// Deletes `key`, if it is there.
    async fn delete(&self, key: &str) -> Result<(), StoreError>;

    /// Adds `delta` to the counter `key` (absent: zero), atomically among everybody who uses the store; gives the sum.
    async fn increment(&self, key: &str, delta: i64) -> Result<i64, StoreError>;

    /// The counter `key`; None where it is absent.
    async fn counter(&self, key: &str) -> Result<Option<i64>, StoreError> {
        self.get(key).await?.map(|bytes| read_counter(&bytes)).transpose()
    }
}

/// Reads a counter as backends keep it: SQLite as eight little-endian bytes, Redis as decimal digits.
///
/// Eight digits could be either. Eight ASCII digits read as little-endian bytes are above 3·10¹⁸, which no counter
/// here reaches, so they are digits.
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
