//! The records that a run has seen: a bit for each record's ordinal. 50,000 records take 6 KiB, saved with each page.

/// A set of ordinals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen(Vec<u8>);

fn place(ordinal: i64) -> Option<(usize, u8)> {
    let ordinal = usize::try_from(ordinal).ok()?;
    Some((ordinal / 8, 1_u8 << (ordinal % 8)))
}

impl Seen {
    /// Parses hexadecimal; an invalid text gives the empty set.
    pub(crate) fn parse(hexadecimal: &str) -> Self {
        Self(hex::decode(hexadecimal).unwrap_or_default())
    }

    /// In hexadecimal.
    pub(crate) fn to_hex(&self) -> String {
        hex::encode(&self.0)
    }

    pub(crate) fn contains(&self, ordinal: i64) -> bool {
        place(ordinal).is_some_and(|(byte, bit)| self.0.get(byte).is_some_and(|bits| bits & bit != 0))
    }

    pub(crate) fn insert(&mut self, ordinal: i64) {
        let Some((byte, bit)) = place(ordinal) else { return };
        if self.0.len() <= byte {
            self.0.resize(byte.saturating_add(1), 0);
        }
        if let Some(bits) = self.0.get_mut(byte) {
            *bits |= bit;
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(|bits| *bits == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_set_contains_what_was_inserted_and_nothing_else() {
        let mut seen = Seen::default();
        assert!(seen.is_empty());
        for ordinal in [1, 8, 9, 4_000, 50_000] {
            seen.insert(ordinal);
        }
        let read = Seen::parse(&seen.to_hex());
        let inside: Vec<i64> = (-5..60_000).filter(|ordinal| read.contains(*ordinal)).collect();
        assert_eq!(inside, [1, 8, 9, 4_000, 50_000]);
        assert!(Seen::parse("not hexadecimal").is_empty());
    }
}
