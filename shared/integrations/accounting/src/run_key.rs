//! Idempotency keys.

use edge_capabilities::Random;

/// Makes the idempotency keys of one run. A provider answers a key that it knows with its first answer, also where that was
/// a refusal: what was refused in one run and mended since must be asked for by another key in the next. That the first run
/// wrote nothing is known by then, for whoever begins another looks for the document first.
pub(crate) struct RunKey(String);

impl RunKey {
    /// For a new run.
    pub fn new(random: &dyn Random) -> Self {
        let mut bytes = [0; 6];
        random.fill(&mut bytes);
        Self(hex::encode(bytes))
    }

    /// The key of a document in this run: 13 characters more than `key`.
    pub fn of(&self, key: &str) -> String {
        format!("{key}-{}", self.0)
    }
}
