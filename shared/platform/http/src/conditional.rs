//! Conditional requests (RFC 9110, section 13).

use http::HeaderMap;
use http::header::IF_NONE_MATCH;

/// Whether `If-None-Match` names `etag`, quotes included: the caller has this version already, so the response is 304. The
/// comparison is weak, as the RFC requires for this header.
pub fn if_none_match(headers: &HeaderMap, etag: &[u8]) -> bool {
    headers.get_all(IF_NONE_MATCH).iter().flat_map(|value| value.as_bytes().split(|byte| *byte == b',')).any(|known| {
        let known = known.trim_ascii();
        known == b"*" || known.strip_prefix(b"W/").unwrap_or(known) == etag
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_has_a_version_that_it_names_among_others_or_by_a_star() {
        for (value, has_it) in
            [("\"a\"", true), ("W/\"a\"", true), ("\"b\", \"a\"", true), ("*", true), ("\"b\"", false), ("a", false)]
        {
            let mut headers = HeaderMap::new();
            headers.insert(IF_NONE_MATCH, value.parse().unwrap());
            assert_eq!(if_none_match(&headers, b"\"a\""), has_it, "{value}");
        }
        assert!(!if_none_match(&HeaderMap::new(), b"\"a\""));
    }
}
