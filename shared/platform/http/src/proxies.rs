//! Proxies in front of the edge. The client address that a proxy reports (`X-Forwarded-For`, or `Forwarded` of RFC 7239) is
//! trusted only from the proxies in the variable `trusted_proxies`, because anybody can send such a header.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};

use edge_capabilities::Config;
use http::header::FORWARDED;
use http::{HeaderMap, HeaderName};

static X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The maximum number of addresses to check: no request passes more proxies than this.
const MAX_ADDRESSES: usize = 32;

/// The trusted proxies.
pub(crate) struct Proxies {
    config: Arc<dyn Config>,
    trusted: OnceLock<Vec<Network>>,
}

impl std::fmt::Debug for Proxies {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Proxies").field("trusted", &self.trusted).finish_non_exhaustive()
    }
}

/// A range of addresses with the same prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    prefix: u32,
}

impl Network {
    /// Reads `10.0.0.0/8`, `2001:db8::/32`, or one address.
    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse().ok()?)),
            None => (text, None),
        };
        let address = address.parse::<IpAddr>().ok()?.to_canonical();
        let max_prefix = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.unwrap_or(max_prefix);
        (prefix <= max_prefix).then_some(Self { address, prefix })
    }

    fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                (network.to_bits() ^ address.to_bits()).leading_zeros() >= self.prefix
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                (network.to_bits() ^ address.to_bits()).leading_zeros() >= self.prefix
            }
            _ => false,
        }
    }
}

impl Proxies {
    pub(crate) fn new(config: Arc<dyn Config>) -> Self {
        Self { config, trusted: OnceLock::new() }
    }

    /// The client address of a request that came from `peer`: `peer` itself, unless it is a trusted proxy.
    pub(crate) async fn caller(&self, peer: &str, headers: &HeaderMap) -> String {
        if !headers.contains_key(&X_FORWARDED_FOR) && !headers.contains_key(FORWARDED) {
            return peer.to_owned();
        }
        let trusted = match self.trusted.get() {
            Some(trusted) => trusted,
            None => {
                let written = edge_capabilities::config::text(&*self.config, "trusted_proxies").await;
                let written = written.unwrap_or_default();
                // Malformed entries are ignored: they make no address trusted.
                let networks = written.split([',', ' ']).filter_map(Network::parse).collect();
                self.trusted.get_or_init(|| networks)
            }
        };
        caller(trusted, peer, headers).unwrap_or_else(|| peer.to_owned())
    }
}

/// The client address that trusted proxies report; None: there is none that can be trusted.
fn caller(trusted: &[Network], peer: &str, headers: &HeaderMap) -> Option<String> {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    if !is_trusted(address(peer)?) {
        return None;
    }
    let written = |name| headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    let listed: Vec<&str> = written(&X_FORWARDED_FOR).flat_map(|value| value.split(',')).collect();
    let elements: Vec<&str> = written(&FORWARDED).flat_map(|value| value.split(',')).collect();
    let first = nearest(listed.iter().rev().map(|entry| Some(entry.trim())), is_trusted);
    let second = nearest(elements.iter().rev().map(|element| forwarded_for(element)), is_trusted);
    match (first, second) {
        // A proxy writes one of the two headers and passes on the other, which anybody may have written.
        (Some(first), Some(second)) if address(&first) != address(&second) => None,
        (first, second) => first.or(second),
    }
}

/// The first of `entries`, beginning with the nearest proxy's, that is not a trusted proxy. Entries beyond an unreadable
/// one are not trusted.
fn nearest<'a>(entries: impl Iterator<Item = Option<&'a str>>, is_trusted: impl Fn(IpAddr) -> bool) -> Option<String> {
    let mut last = None;
    for entry in entries.take(MAX_ADDRESSES) {
        let Some((entry, address)) = entry.and_then(|entry| Some((entry, address(entry)?))) else { break };
        last = Some(entry.to_owned());
        if !is_trusted(address) {
            break;
        }
    }
    last
}

/// The address in the `for` parameter of an element of `Forwarded`.
fn forwarded_for(element: &str) -> Option<&str> {
    element.split(';').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then(|| value.trim().trim_matches('"'))
    })
}

/// The IP address in `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:80`.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let parsed = bare.parse().or_else(|_| text.parse().map(|socket: SocketAddr| socket.ip()));
    parsed.ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn networks(written: &str) -> Vec<Network> {
        written.split(',').filter_map(Network::parse).collect()
    }

    fn found(trusted: &str, peer: &str, headers: &[(&'static str, &str)]) -> Option<String> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_str(value).unwrap());
        }
        caller(&networks(trusted), peer, &map)
    }

    #[test]
    fn a_header_is_believed_of_trusted_proxies_alone_and_from_the_right() {
        let xff = "x-forwarded-for";
        for (trusted, peer, headers, expected) in [
            ("", "10.0.0.1:80", &[(xff, "192.0.2.1")][..], None),
            ("10.0.0.0/8", "11.0.0.1:80", &[(xff, "192.0.2.1")], None),
            ("10.0.0.0/8", "10.0.0.1:80", &[(xff, "192.0.2.1")], Some("192.0.2.1")),
            // What the client wrote itself stands further to the left.
            ("10.0.0.0/8", "10.0.0.1:80", &[(xff, "1.1.1.1, 192.0.2.1")], Some("192.0.2.1")),
            ("10.0.0.0/8", "10.0.0.1:80", &[(xff, "1.1.1.1"), (xff, "192.0.2.1")], Some("192.0.2.1")),
            ("10.0.0.0/8", "10.0.0.1:80", &[(xff, "192.0.2.1, 10.1.2.3")], Some("192.0.2.1")),
            ("10.0.0.0/8", "10.0.0.1:80", &[(xff, "1.1.1.1, unknown, 10.1.2.3")], Some("10.1.2.3")),
            ("10.0.0.0/8", "10.0.0.1:80", &[(xff, "10.9.9.9, 10.1.2.3")], Some("10.9.9.9")),
            ("10.0.0.0/8", "10.0.0.1:80", &[(xff, "nonsense")], None),
            ("10.0.0.0/8", "10.0.0.1:80", &[(xff, "")], None),
            ("10.0.0.0/8", "10.0.0.1:80", &[(xff, "192.0.2.1:4711")], Some("192.0.2.1:4711")),
            ("10.0.0.0/8", "[::ffff:10.0.0.1]:80", &[(xff, "2001:db8::1")], Some("2001:db8::1")),
            ("2001:db8::/32", "[2001:db8::5]:80", &[(xff, "192.0.2.1")], Some("192.0.2.1")),
            ("2001:db8::/32", "[2001:db9::5]:80", &[(xff, "192.0.2.1")], None),
            ("127.0.0.1", "127.0.0.1:1", &[(xff, "192.0.2.1")], Some("192.0.2.1")),
            ("127.0.0.1", "127.0.0.2:1", &[(xff, "192.0.2.1")], None),
            ("10.0.0.0/33,10.0.0/8,x/8", "10.0.0.1:80", &[(xff, "192.0.2.1")], None),
            ("0.0.0.0/0", "10.0.0.1:80", &[(xff, "9.9.9.9, 192.0.2.1")], Some("9.9.9.9")),
        ] {
            assert_eq!(found(trusted, peer, headers).as_deref(), expected, "{trusted} {peer} {headers:?}");
        }
    }

    #[test]
    fn rfc_7239_is_read_too_and_where_the_two_differ_neither_is_believed() {
        let (xff, forwarded) = ("x-forwarded-for", "forwarded");
        for (headers, expected) in [
            (&[(forwarded, "for=192.0.2.1;proto=https")][..], Some("192.0.2.1")),
            (&[(forwarded, "For=\"[2001:db8::1]:4711\"")], Some("[2001:db8::1]:4711")),
            (&[(forwarded, "for=1.1.1.1, proto=http;for=192.0.2.1")], Some("192.0.2.1")),
            (&[(forwarded, "for=1.1.1.1, for=_hidden")], None),
            (&[(forwarded, "for=192.0.2.1"), (xff, "192.0.2.1")], Some("192.0.2.1")),
            (&[(forwarded, "for=192.0.2.1"), (xff, "1.1.1.1")], None),
        ] {
            assert_eq!(found("10.0.0.0/8", "10.0.0.1:80", headers).as_deref(), expected, "{headers:?}");
        }
    }
}
