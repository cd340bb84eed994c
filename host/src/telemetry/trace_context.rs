//! W3C Trace Context: what a caller says of the trace that its request belongs to, and what is said to upstreams.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::random;

/// The header that carries it.
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// A trace and a span of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceContext {
    /// The trace; never zero.
    pub trace: u128,
    /// The span; never zero.
    pub span: u64,
    /// Whether the trace is recorded.
    pub is_sampled: bool,
}

impl TraceContext {
    /// What `headers` say; None: nothing, more than one thing, or nonsense.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let mut all = headers.get_all(TRACEPARENT).iter();
        let (Some(only), None) = (all.next(), all.next()) else { return None };
        Self::parse(only.to_str().ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let is_hex = |part: &str, length| {
            part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
        };
        // Later versions may have more parts; version 0 has none, and ff is no version.
        let has_more = parts.next().is_some();
        if !is_hex(version, 2) || version == "ff" || (version == "00" && has_more) {
            return None;
        }
        if !is_hex(trace, 32) || !is_hex(span, 16) || !is_hex(flags, 2) {
            return None;
        }
        let trace = u128::from_str_radix(trace, 16).ok().filter(|trace| *trace != 0)?;
        let span = u64::from_str_radix(span, 16).ok().filter(|span| *span != 0)?;
        let flags = u8::from_str_radix(flags, 16).ok()?;
        Some(Self { trace, span, is_sampled: flags & 1 == 1 })
    }

    /// Another span of the same trace.
    pub fn child(self) -> Self {
        Self { span: new_id(), ..self }
    }

    /// A new trace, recorded where its number is among the part `ratio` (from 0 to 1) of all numbers.
    pub fn new(ratio: f64) -> Self {
        let (high, low) = (new_id(), new_id());
        let trace = (u128::from(high) << 64) | u128::from(low);
        Self { trace, span: new_id(), is_sampled: random::fraction(low) < ratio }
    }

    /// As a header.
    pub fn header(self) -> Option<HeaderValue> {
        let Self { trace, span, is_sampled } = self;
        HeaderValue::try_from(format!("00-{trace:032x}-{span:016x}-{:02x}", u8::from(is_sampled))).ok()
    }
}

/// Not zero.
fn new_id() -> u64 {
    random::number().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn what_is_written_is_read() {
        let context = TraceContext::parse(GOOD).unwrap();
        assert_eq!(context.trace, 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c);
        assert!(context.is_sampled);
        assert_eq!(context.header().unwrap(), GOOD);
        let child = context.child();
        assert!(child.trace == context.trace && child.span != context.span && child.is_sampled);
        assert!(!TraceContext::parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-02").unwrap().is_sampled);
        assert!(TraceContext::parse("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more").is_some());
    }

    #[test]
    fn nonsense_is_no_trace() {
        for text in [
            "",
            "00",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1",
            "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01",
        ] {
            assert_eq!(TraceContext::parse(text), None, "{text}");
        }
        let mut twice = HeaderMap::new();
        twice.append(TRACEPARENT, HeaderValue::from_static(GOOD));
        assert!(TraceContext::of(&twice).is_some());
        twice.append(TRACEPARENT, HeaderValue::from_static(GOOD));
        assert_eq!(TraceContext::of(&twice), None);
    }

    #[test]
    fn a_part_of_new_traces_is_recorded() {
        assert!((0..100).all(|_| TraceContext::new(1.0).is_sampled));
        assert!((0..100).all(|_| !TraceContext::new(0.0).is_sampled));
        let sampled = (0..10_000).filter(|_| TraceContext::new(0.25).is_sampled).count();
        assert!((2_000..3_000).contains(&sampled), "{sampled}");
    }
}
