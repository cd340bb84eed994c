//! Credentials in the `Authorization` header.

use http::HeaderMap;
use http::header::AUTHORIZATION;

/// The token after `Bearer` or `Token`; None: there is no token, or more than one `Authorization` header.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut sent = headers.get_all(AUTHORIZATION).iter();
    let (header, another) = (sent.next()?, sent.next());
    if another.is_some() {
        return None;
    }
    let (scheme, token) = header.to_str().ok()?.split_once(' ')?;
    let known = scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("token");
    known.then(|| token.trim_matches(' ')).filter(|token| !token.is_empty())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_token_is_found_after_either_scheme_and_nowhere_else() {
        for (header, token) in [
            ("Bearer abc", Some("abc")),
            ("bearer  abc ", Some("abc")),
            ("Token abc", Some("abc")),
            ("TOKEN a b", Some("a b")),
            ("Basic abc", None),
            ("Bearer", None),
            ("Bearer ", None),
            ("abc", None),
            ("", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(AUTHORIZATION, HeaderValue::from_static(header));
            assert_eq!(bearer(&headers), token, "{header}");
            headers.append(AUTHORIZATION, HeaderValue::from_static(header));
            assert_eq!(bearer(&headers), None, "{header} twice");
        }
        assert_eq!(bearer(&HeaderMap::new()), None);
    }
}
