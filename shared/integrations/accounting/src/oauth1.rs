//! OAuth 1.0a: requests signed with HMAC-SHA256 (RFC 5849; HMAC-SHA256 is NetSuite's, in place of the RFC's HMAC-SHA1).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::Sha256;

/// RFC 5849, section 3.6: everything but `A-Za-z0-9-._~` is encoded.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Who signs.
pub struct Signer<'s> {
    /// Of whom: NetSuite's account. It is in the header, and not in what is signed.
    pub realm: &'s str,
    /// The application.
    pub consumer_key: &'s str,
    /// Its secret.
    pub consumer_secret: &'s str,
    /// The token: a user with a role who uses the application.
    pub token: &'s str,
    /// Its secret.
    pub token_secret: &'s str,
}

/// Encodes `text` as section 3.6 says.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

fn decode(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// The URI without query and fragment, scheme and host in lower case, without the scheme's own port (section 3.4.1.2).
fn base_uri(url: &str) -> String {
    let uri = url.split(['?', '#']).next().unwrap_or_default();
    let (scheme, rest) = uri.split_once("://").unwrap_or(("", uri));
    let (authority, path) = rest.find('/').map_or((rest, "/"), |at| rest.split_at(at));
    let (scheme, authority) = (scheme.to_ascii_lowercase(), authority.to_ascii_lowercase());
    let own_port = if scheme == "https" { ":443" } else { ":80" };
    let authority = authority.strip_suffix(own_port).unwrap_or(&authority);
    format!("{scheme}://{authority}{path}")
}

/// The signature base string of a request (section 3.4.1). `parameters` are those that do not stand in the URL's query:
/// those of the header without realm and signature, and those of a form.
pub fn base_string(method: &str, url: &str, parameters: &[(&str, &str)]) -> String {
    let query = url.split_once('?').map_or("", |(_, query)| query).split('#').next().unwrap_or_default();
    let of_query = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (encode(&decode(name)), encode(&decode(value)))
    });
    let others = parameters.iter().map(|(name, value)| (encode(name), encode(value)));
    let mut all: Vec<(String, String)> = of_query.chain(others).collect();
    all.sort();
    let all: Vec<String> = all.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{}&{}&{}", encode(&method.to_ascii_uppercase()), encode(&base_uri(url)), encode(&all.join("&")))
}

/// The signature of a base string: HMAC-SHA256 under both secrets, base64.
pub fn signature(base_string: &str, consumer_secret: &str, token_secret: &str) -> String {
    let key = format!("{}&{}", encode(consumer_secret), encode(token_secret));
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_bytes()) else { return String::new() };
    mac.update(base_string.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

impl Signer<'_> {
    /// The `Authorization` header of a request. `seconds`: since 1970; `nonce`: another for each request of that second.
    pub fn authorization(&self, method: &str, url: &str, seconds: i64, nonce: &str) -> String {
        let seconds = seconds.to_string();
        let parameters = [
            ("oauth_consumer_key", self.consumer_key),
            ("oauth_token", self.token),
            ("oauth_signature_method", "HMAC-SHA256"),
            ("oauth_timestamp", &seconds),
            ("oauth_nonce", nonce),
            ("oauth_version", "1.0"),
        ];
        let signature = signature(&base_string(method, url, &parameters), self.consumer_secret, self.token_secret);
        let written = [("realm", self.realm)].into_iter().chain(parameters).chain([("oauth_signature", &*signature)]);
        let written: Vec<String> = written.map(|(name, value)| format!("{name}=\"{}\"", encode(value))).collect();
        format!("OAuth {}", written.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_string_is_that_of_the_rfc() {
        // RFC 5849, section 3.4.1.1. The form in the body is `c2&a3=2+q`.
        let parameters = [
            ("oauth_consumer_key", "9djdj82h48djs9d2"),
            ("oauth_token", "kkk9d7dh3k39sjv7"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "137131201"),
            ("oauth_nonce", "7d8f3e4a"),
            ("c2", ""),
            ("a3", "2 q"),
        ];
        assert_eq!(
            base_string("POST", "http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b", &parameters),
            "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D\
             %26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-\
             SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
        );
    }

    #[test]
    fn the_uri_of_the_base_string_is_normalized_as_the_rfc_has_it() {
        // RFC 5849, section 3.4.1.2.
        for (url, base) in [
            ("http://EXAMPLE.COM:80/r%20v/X?id=123", "http://example.com/r%20v/X"),
            ("https://www.example.net:8080/?q=1", "https://www.example.net:8080/"),
            ("https://www.example.net:443/a#b", "https://www.example.net/a"),
            ("https://www.example.net", "https://www.example.net/"),
        ] {
            assert_eq!(base_uri(url), base, "{url}");
        }
    }

    #[test]
    fn text_is_encoded_as_the_rfc_has_it() {
        // RFC 5849, section 3.6.
        for (text, encoded) in [
            ("aZ09-._~", "aZ09-._~"),
            ("!*'()", "%21%2A%27%28%29"),
            (" +%&=", "%20%2B%25%26%3D"),
            ("\u{3bb}/é", "%CE%BB%2F%C3%A9"),
        ] {
            assert_eq!(encode(text), encoded);
        }
    }

    /// The keys of the example in NetSuite's documentation, "The Signature for Web Services and RESTlets".
    const NETSUITE: Signer<'_> = Signer {
        realm: "123456",
        consumer_key: "ef40afdd8abaac111b13825dd5e5e2ddddb44f86d5a0dd6dcf38c20aae6b67e4",
        consumer_secret: "d26ad321a4b2f23b0741c8d38392ce01c3e23e109df6c96eac6d099e9ab9e8b5",
        token: "2b0ce516420110bcbd36b69e99196d1b7f6de3c6234c5afb799b73d87569f5cc",
        token_secret: "c29a677df7d5439a458c063654187e3d678d73aca8e3c9d8bea1478a3eb0d295",
    };

    #[test]
    fn the_signatures_are_those_of_netsuites_examples() {
        let (nonce, seconds) = ("fjaLirsIcCGVZWzBX0pg", 1_508_242_306);
        for (method, url, signature) in [
            // The header of the example for REST web services.
            (
                "GET",
                "https://123456.suitetalk.api.netsuite.com/services/rest/record/v1/employee/40",
                "B5OIWznZ2YP0OB7VrJrGkYsTh%2B8H%2B5T9Hag%2Bo92q0zY%3D",
            ),
            // And that for a RESTlet, whose parameters are signed too.
            (
                "POST",
                "https://123456.restlets.api.netsuite.com/app/site/hosting/restlet.nl?script=6&deploy=1&\
                 customParam=someValue&testParam=someOtherValue",
                "%2BKK4SKNgz4ZiILGLwOMtfYlgcXSy1eis8ldE9X90azQ%3D",
            ),
        ] {
            let header = NETSUITE.authorization(method, url, seconds, nonce);
            assert!(header.contains(&format!("oauth_signature=\"{signature}\"")), "{header}");
            assert!(header.starts_with("OAuth realm=\"123456\", oauth_consumer_key="), "{header}");
        }
    }

    #[test]
    fn another_method_url_nonce_time_or_secret_gives_another_signature() {
        let url = "https://a.suitetalk.api.netsuite.com/p?q=1";
        let own = NETSUITE.authorization("GET", url, 1, "n");
        let signed = |header: &str| header.split("oauth_signature=").nth(1).map(str::to_owned);
        let other = Signer { token_secret: "x", ..NETSUITE };
        for header in [
            NETSUITE.authorization("PUT", url, 1, "n"),
            NETSUITE.authorization("GET", "https://a.suitetalk.api.netsuite.com/p?q=2", 1, "n"),
            NETSUITE.authorization("GET", url, 2, "n"),
            NETSUITE.authorization("GET", url, 1, "m"),
            other.authorization("GET", url, 1, "n"),
        ] {
            assert_ne!(signed(&header), signed(&own));
        }
        let elsewhere = Signer { realm: "other", ..NETSUITE };
        assert_eq!(signed(&elsewhere.authorization("GET", url, 1, "n")), signed(&own), "the realm is not signed");
    }
}
