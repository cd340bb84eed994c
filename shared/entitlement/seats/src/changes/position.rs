//! A follower's position, as it is written in `next` and `since`. Callers are told nothing of what it holds.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::reconciliation::Position;

/// The first byte of a position that is written like this.
const FORMAT: u8 = 1;
/// The bytes of a hash that tell a position from one that was cut off or made up.
const CHECK: usize = 4;

impl Position {
    pub(crate) fn to_text(self) -> String {
        let mut bytes = vec![FORMAT];
        for number in [self.sequence, self.fence, self.resets] {
            bytes.extend(number.to_be_bytes());
        }
        let check = Sha256::digest(&bytes);
        bytes.extend(check.iter().take(CHECK));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// None: it was not written by [`Position::to_text`].
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (written, check) = bytes.split_at_checked(bytes.len().checked_sub(CHECK)?)?;
        let (format, numbers) = written.split_first()?;
        if *format != FORMAT || !Sha256::digest(written).starts_with(check) {
            return None;
        }
        let [sequence, fence, resets] = *numbers.as_chunks::<8>().0 else { return None };
        if numbers.len() != 24 {
            return None;
        }
        let [sequence, fence, resets] = [sequence, fence, resets].map(i64::from_be_bytes);
        Some(Self { sequence, fence, purged: 0, resets })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_read_as_it_was_written_and_nothing_else_is_read() {
        let position = Position { sequence: 7, fence: 59_570_761_953_000, purged: 0, resets: 2 };
        let text = position.to_text();
        assert_eq!(Position::parse(&text), Some(position));
        let mut garbled =
            vec![String::new(), "x".into(), "7".into(), "AAAA".into(), format!("{text}A"), text.repeat(2)];
        let letters: Vec<char> = text.chars().collect();
        garbled.extend((0..letters.len()).map(|end| letters.iter().take(end).collect()));
        garbled.extend((0..letters.len()).map(|place| {
            let mut letters = letters.clone();
            letters[place] = if letters[place] == 'B' { 'C' } else { 'B' };
            letters.into_iter().collect()
        }));
        for garbled in garbled {
            assert_eq!(Position::parse(&garbled), None, "{garbled}");
        }
    }
}
