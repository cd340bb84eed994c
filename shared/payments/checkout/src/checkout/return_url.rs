//! Where a customer may be sent after paying: a URL at a public host, and at one of the tenant's own hosts where it lists
//! them.
//!
//! Browsers parse URLs leniently (`https:\\host`, `https:///host`, `0x7f.1`, full-width digits), each differently. So only
//! one spelling is accepted, which all of them parse alike: `https://`, a name of ASCII letters, digits, hyphens and dots,
//! an optional port, and the rest.

use edge_tenants::Tenant;
use serde_json::Value;

const MAX_LEN: usize = 2048;
const MAX_HOST_LEN: usize = 253;
const MAX_LABEL_LEN: usize = 63;

/// The setting of a tenant that names the hosts.
const SETTING: &str = "checkout_return_hosts";

/// Endings of names that no public host has: RFC 6761, RFC 6762, RFC 8375, ICANN's `internal`, and what networks use by
/// habit.
const PRIVATE: [&str; 14] = [
    "localhost",
    "localdomain",
    "local",
    "internal",
    "intranet",
    "private",
    "lan",
    "home",
    "corp",
    "onion",
    "invalid",
    "alt",
    "arpa",
    "consul",
];

/// The hosts that a tenant lets its customers be sent to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ReturnHosts(Option<Vec<String>>);

impl ReturnHosts {
    /// Those of `tenant`: a list of texts in its settings, each a host, or `*.` and the name of which all subdomains may be.
    /// Without the setting, or where the list is empty, all public hosts; where it is something else, none.
    pub(crate) fn of(tenant: &Tenant) -> Self {
        let settings: Option<Value> = serde_json::from_str(&tenant.settings).ok();
        match settings.as_ref().and_then(|settings| settings.get(SETTING)) {
            None | Some(Value::Null) => Self(None),
            Some(Value::Array(hosts)) if hosts.is_empty() => Self(None),
            Some(Value::Array(hosts)) => {
                let hosts = hosts.iter().filter_map(Value::as_str);
                Self(Some(hosts.map(|host| host.trim_end_matches('.').to_ascii_lowercase()).collect()))
            }
            Some(_) => Self(Some(Vec::new())),
        }
    }

    /// Whether a customer may be sent to `url`; an error says what it must be.
    pub(crate) fn check(&self, url: &str) -> Result<(), &'static str> {
        let host = host_of(url)?;
        let Some(hosts) = &self.0 else { return Ok(()) };
        let is_named = |named: &String| match named.strip_prefix("*.") {
            Some(parent) => host.strip_suffix(parent).is_some_and(|sub| sub.len() > 1 && sub.ends_with('.')),
            None => host == *named,
        };
        if hosts.iter().any(is_named) {
            Ok(())
        } else {
            Err("must be at one of the hosts that the tenant's setting checkout_return_hosts names")
        }
    }
}

const URL: &str = "must be an https address of at most 2,048 bytes: https://, a host's name in ASCII, and a path";
const PUBLIC: &str = "must be at a public host, by its name";

/// The host of `url` in small letters, where it is a public one.
fn host_of(url: &str) -> Result<String, &'static str> {
    let (scheme, rest) = url.split_at_checked("https://".len()).ok_or(URL)?;
    let is_plain = url.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if url.len() > MAX_LEN || !is_plain || !scheme.eq_ignore_ascii_case("https://") {
        return Err(URL);
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err("must not hold a user's name");
    }
    let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
    let is_port = |port: &str| {
        let is_digits = (1..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit());
        is_digits && port.parse::<u16>().is_ok_and(|port| port > 0)
    };
    // Of an address in brackets the part before its first colon is left, which is no name.
    if port.is_some_and(|port| !is_port(port)) && !host.starts_with('[') {
        return Err(URL);
    }
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    let labels: Vec<&str> = host.split('.').collect();
    let is_label = |label: &&str| {
        let is_text = label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        (1..=MAX_LABEL_LEN).contains(&label.len()) && is_text && !label.starts_with('-') && !label.ends_with('-')
    };
    if host.len() > MAX_HOST_LEN || !labels.iter().all(is_label) {
        return Err(if host.starts_with('[') { PUBLIC } else { URL });
    }
    // A name whose last label begins with a digit is an IPv4 address in one of its spellings, or nothing.
    let last = labels.last().copied().unwrap_or_default();
    let is_address = last.starts_with(|first: char| first.is_ascii_digit());
    if is_address || labels.len() < 2 || PRIVATE.contains(&last) {
        return Err(PUBLIC);
    }
    Ok(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_hosts_are_accepted_as_everybody_reads_them() {
        for (url, host) in [
            ("https://clinic.example", "clinic.example"),
            ("https://clinic.example/", "clinic.example"),
            ("HTTPS://App.Clinic.Example:8443/paid?order={id}#top", "app.clinic.example"),
            ("https://clinic.example?paid=1", "clinic.example"),
            ("https://clinic.example#@evil.example", "clinic.example"),
            ("https://clinic.example/@evil.example:80", "clinic.example"),
            ("https://xn--bcher-kva.example/", "xn--bcher-kva.example"),
            ("https://clinic.example./paid", "clinic.example"),
            ("https://127.0.0.1.clinic.example/", "127.0.0.1.clinic.example"),
        ] {
            assert_eq!(host_of(url).as_deref(), Ok(host), "{url}");
        }
    }

    #[test]
    fn urls_that_lead_elsewhere_or_to_private_hosts_are_refused() {
        for url in [
            "",
            "/paid",
            "//clinic.example",
            "http://clinic.example",
            "javascript:alert(1)",
            "data:text/html,x",
            "https:",
            "https:/clinic.example",
            "https:clinic.example",
            "https://",
            "https:///clinic.example",
            "https:\\\\clinic.example",
            "https://clinic.example\\@evil.example",
            "https://clinic.example\\.evil.example",
            "https://evil.example%2f@clinic.example",
            "https://clinic.example%00.evil.example",
            "https://user@clinic.example",
            "https://user:password@clinic.example",
            "https://@clinic.example",
            "https://clinic.example@evil.example/",
            "https://clinic.example:0/",
            "https://clinic.example:/",
            "https://clinic.example:99999/",
            "https://clinic.example:443@evil.example/",
            "https://clinic.example:8x/",
            " https://clinic.example",
            "https://clinic.example/a b",
            "https://clinic.example/\n",
            "https://clinic\t.example/",
            "https://clinic..example/",
            "https://.clinic.example/",
            "https://-clinic.example/",
            "https://clinic_.example/",
            "https://bücher.example/",
            // Inside, in every spelling.
            "https://localhost/",
            "https://localhost./",
            "https://LOCALHOST:3000/",
            "https://app.localhost/",
            "https://intranet/",
            "https://printer.local/",
            "https://metadata.google.internal/",
            "https://router.lan/",
            "https://nas.home.arpa/",
            "https://127.0.0.1/",
            "https://127.0.0.1./",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0x7f.1/",
            "https://0x7F.0.0.0x1/",
            "https://0177.0.0.1/",
            "https://017700000001/",
            "https://127.0.0.1:8443/",
            "https://10.0.0.8/",
            "https://172.16.0.1/",
            "https://192.168.1.1/",
            "https://169.254.169.254/latest",
            "https://100.64.0.1/",
            "https://0.0.0.0/",
            "https://0/",
            "https://[::1]/",
            "https://[::1]:8443/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:7f00:1]/",
            "https://[0:0:0:0:0:ffff:0a00:1]/",
            "https://[fe80::1%25eth0]/",
            "https://[fd00::1]/",
            "https://①②⑦.⓪.⓪.①/",
            "https://１２７.０.０.１/",
            "https://127。0。0。1/",
            "https://%31%32%37.0.0.1/",
        ] {
            assert!(host_of(url).is_err(), "{url}");
        }
        assert!(host_of(&format!("https://clinic.example/{}", "a".repeat(2048))).is_err());
        assert!(host_of(&format!("https://{}.example/", "a".repeat(64))).is_err());
    }

    #[test]
    fn a_tenant_that_names_its_hosts_has_no_others() {
        let hosts = |names: &[&str]| ReturnHosts(Some(names.iter().map(|name| (*name).to_owned()).collect()));
        let own = hosts(&["clinic.example", "*.shop.example"]);
        for (url, is_allowed) in [
            ("https://clinic.example/paid", true),
            ("https://CLINIC.example:8443/", true),
            ("https://app.clinic.example/", false),
            ("https://evilclinic.example/", false),
            ("https://clinic.example.evil.example/", false),
            ("https://a.shop.example/", true),
            ("https://a.b.shop.example/", true),
            ("https://shop.example/", false),
            ("https://evilshop.example/", false),
            ("https://localhost/", false),
        ] {
            assert_eq!(own.check(url).is_ok(), is_allowed, "{url}");
        }
        // What is inside stays inside, whatever is named.
        assert!(hosts(&["localhost", "127.0.0.1"]).check("https://localhost/").is_err());
        assert!(hosts(&[]).check("https://clinic.example/").is_err());
        assert!(ReturnHosts(None).check("https://anybody.example/").is_ok());
    }
}
