//! Short bodies in heads: what a host and its components agree on. The host says why (`host/src/short_body.rs`).

/// The environment variable of a component by which a host says that it hands over short bodies in heads, and takes them
/// there. Under another host a header named [`HEADER`] may be anybody's.
pub const HOST_BODIES: &str = "EDGE_HOST_BODIES";

/// The header with the body of a request or of an answer.
pub const HEADER: &str = "edge-body";

/// The most that goes into a head, bytes.
pub const MAX_BYTES: usize = 8 << 10;
