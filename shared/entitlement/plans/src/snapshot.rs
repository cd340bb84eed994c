//! Snapshots of the ERP's plans: response bodies that are ready to be sent, without parsing.

use bytes::Bytes;
use edge_capabilities::Timestamp;
use http::HeaderValue;
use sha2::{Digest as _, Sha256};

/// The version of the layout: snapshots of another one are ignored.
const LAYOUT: &[u8; 2] = b"p2";
const INSTANT: usize = size_of::<i64>();
/// Hex digits of the SHA-256 that name a body.
const NAME: usize = 32;
const LENGTH: usize = size_of::<u32>();

/// The response body of a plan, or of the list.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    /// When the ERP was asked: the content is no newer.
    pub(crate) asked_at: Timestamp,
    /// The `ETag`: a hash of the body.
    pub(crate) etag: HeaderValue,
    /// The body, JSON.
    pub(crate) body: Bytes,
    /// The ids and codes of the plans of a list that cannot be parsed: a JSON list.
    pub(crate) left_out: Bytes,
}

impl Snapshot {
    pub(crate) fn new(asked_at: Timestamp, body: Vec<u8>) -> Self {
        let mut name = hex::encode(Sha256::digest(&body));
        name.truncate(NAME);
        Self { asked_at, etag: etag(name.as_bytes()), body: body.into(), left_out: Bytes::from_static(b"[]") }
    }

    /// Its encoding in the cache.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let name = self.etag.as_bytes().iter().filter(|byte| **byte != b'"').copied();
        let left_out = u32::try_from(self.left_out.len()).unwrap_or(u32::MAX);
        let mut bytes =
            Vec::with_capacity(LAYOUT.len() + INSTANT + NAME + LENGTH + self.left_out.len() + self.body.len());
        bytes.extend_from_slice(LAYOUT);
        bytes.extend_from_slice(&self.asked_at.as_millis().to_le_bytes());
        bytes.extend(name);
        bytes.extend_from_slice(&left_out.to_le_bytes());
        bytes.extend_from_slice(&self.left_out);
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// Decodes what [`Self::to_bytes`] encoded; None: it is something else.
    pub(crate) fn from_bytes(bytes: Vec<u8>) -> Option<Self> {
        let rest = bytes.strip_prefix(LAYOUT)?;
        let (asked_at, rest) = rest.split_at_checked(INSTANT)?;
        let (name, rest) = rest.split_at_checked(NAME)?;
        let (left_out, rest) = rest.split_at_checked(LENGTH)?;
        let left_out = usize::try_from(u32::from_le_bytes(left_out.try_into().ok()?)).ok()?;
        rest.get(..left_out)?;
        if !name.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        let asked_at = Timestamp::from_millis(i64::from_le_bytes(asked_at.try_into().ok()?));
        let etag = etag(name);
        let mut body = Bytes::from(bytes).split_off(LAYOUT.len() + INSTANT + NAME + LENGTH);
        let left_out = body.split_to(left_out);
        Some(Self { asked_at, etag, body, left_out })
    }
}

fn etag(name: &[u8]) -> HeaderValue {
    let quoted = [b"\"", name, b"\""].concat();
    // INVARIANT: hex digits between quotes.
    HeaderValue::from_maybe_shared(Bytes::from(quoted)).unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_read_as_it_was_written_and_nothing_else_is_one() {
        let mut snapshot = Snapshot::new(Timestamp::from_millis(1_768_000_000_123), br#"{"plans":[]}"#.to_vec());
        snapshot.left_out = Bytes::from_static(br#"["odd"]"#);
        let read = Snapshot::from_bytes(snapshot.to_bytes()).unwrap();
        assert_eq!((read.asked_at, &read.etag, &read.body), (snapshot.asked_at, &snapshot.etag, &snapshot.body));
        assert_eq!(read.left_out, snapshot.left_out);
        assert!((0..50).all(|length| Snapshot::from_bytes(snapshot.to_bytes()[..length].to_vec()).is_none()));
        assert_eq!(snapshot.etag.len(), NAME + 2);
        for other in [b"".to_vec(), b"p1".to_vec(), b"p2aaaaaaaa".to_vec(), vec![b'p'; 100], br#"{"a":1}"#.to_vec()] {
            assert!(Snapshot::from_bytes(other).is_none());
        }
        assert_ne!(Snapshot::new(snapshot.asked_at, b"other".to_vec()).etag, snapshot.etag);
    }
}
