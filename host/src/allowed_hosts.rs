//! `allowed_outbound_hosts`: where a component may connect to. `scheme://host[:port]`, each part `*` for any, the
//! host also `*.domain`; `self` stands for the application, `<component>.spin.internal` for one of its components.

use anyhow::{Context as _, bail, ensure};
use url::Host;

/// The domain under which components reach one another.
pub const INTERNAL_DOMAIN: &str = "spin.internal";

/// All entries of one component.
#[derive(Debug, Default)]
pub struct AllowedHosts(Vec<AllowedHost>);

#[derive(Debug, PartialEq)]
struct AllowedHost {
    scheme: Option<String>,
    host: HostPattern,
    port: PortPattern,
}

#[derive(Debug, PartialEq)]
enum HostPattern {
    Any,
    Itself,
    Subdomains(String),
    Exactly(Host),
}

#[derive(Debug, PartialEq)]
enum PortPattern {
    Any,
    Between(u16, u16),
}

impl AllowedHosts {
    /// Reads the entries, whose templates `fill` fills in. One that comes to nothing, because its variable is empty, allows
    /// nothing, as on Spin: there is nowhere to go. An entry that cannot be read is an error that quotes it as it is in
    /// the manifest, and so names the variable.
    pub fn parse(entries: &[String], fill: impl Fn(&String) -> anyhow::Result<String>) -> anyhow::Result<Self> {
        let mut allowed = Vec::new();
        for entry in entries {
            let filled = fill(entry)?;
            let filled = filled.trim();
            let is_template = entry.contains("{{");
            if is_template && matches!(filled, "" | "http://" | "https://") {
                continue;
            }
            let came_to = if is_template { format!(", which comes to {filled:?}") } else { String::new() };
            let parsed = parse_entry(filled).with_context(|| format!("allowed_outbound_hosts: {entry:?}{came_to}"))?;
            allowed.push(parsed);
        }
        Ok(Self(allowed))
    }

    /// Whether a connection to `host:port` under `scheme` is allowed.
    pub fn allow(&self, scheme: &str, host: &str, port: u16) -> bool {
        let Ok(host) = parse_host(host) else { return false };
        self.0.iter().any(|entry| entry.allows_scheme(scheme) && entry.allows_host(&host) && entry.allows_port(port))
    }

    /// Whether a request without an authority, to the application itself, is allowed.
    pub fn allow_self(&self, scheme: &str) -> bool {
        self.0
            .iter()
            .any(|entry| entry.allows_scheme(scheme) && matches!(entry.host, HostPattern::Itself | HostPattern::Any))
    }
}

impl AllowedHost {
    fn allows_scheme(&self, scheme: &str) -> bool {
        self.scheme.as_deref().is_none_or(|allowed| allowed == scheme)
    }

    fn allows_host(&self, host: &Host) -> bool {
        match &self.host {
            HostPattern::Any => true,
            HostPattern::Itself => false,
            HostPattern::Subdomains(suffix) => matches!(host, Host::Domain(domain) if domain.ends_with(suffix)),
            HostPattern::Exactly(exactly) => exactly == host,
        }
    }

    fn allows_port(&self, port: u16) -> bool {
        match self.port {
            PortPattern::Any => true,
            PortPattern::Between(from, to) => (from..=to).contains(&port),
        }
    }
}

/// The port that a scheme means when none is written.
pub fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        "mysql" => Some(3306),
        "postgres" | "postgresql" => Some(5432),
        "redis" => Some(6379),
        _ => None,
    }
}

fn parse_entry(entry: &str) -> anyhow::Result<AllowedHost> {
    let (scheme, rest) = entry.split_once("://").context("write it as scheme://host[:port]")?;
    ensure!(
        scheme == "*" || (!scheme.is_empty() && scheme.chars().all(|c| c.is_ascii_alphabetic())),
        "the scheme is a word or *"
    );
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    ensure!(!rest.contains('/'), "no path belongs here");
    let (host, port) = match rest.rsplit_once(':') {
        // In a bracketed IPv6 address the last colon belongs to the address.
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (rest, None),
    };
    let port = match port {
        Some("*") => PortPattern::Any,
        Some(written) => parse_ports(written)?,
        None if host == "self" || scheme == "*" => PortPattern::Any,
        None => {
            let port = default_port(scheme).with_context(|| format!("{scheme} has no default port: write one"))?;
            PortPattern::Between(port, port)
        }
    };
    let host = if host == "*" {
        HostPattern::Any
    } else if host == "self" {
        HostPattern::Itself
    } else if let Some(domain) = host.strip_prefix("*.") {
        match parse_host(domain)? {
            Host::Domain(domain) => HostPattern::Subdomains(format!(".{domain}")),
            _ => bail!("*. stands before a domain name"),
        }
    } else {
        HostPattern::Exactly(parse_host(host)?)
    };
    let scheme = (scheme != "*").then(|| scheme.to_owned());
    Ok(AllowedHost { scheme, host, port })
}

fn parse_ports(written: &str) -> anyhow::Result<PortPattern> {
    let (from, to) = written.split_once("..").unwrap_or((written, ""));
    let from: u16 = from.parse().with_context(|| format!("{written:?} is not a port"))?;
    if to.is_empty() {
        return Ok(PortPattern::Between(from, from));
    }
    // Spin reads 8000..9000 as a range whose end is excluded.
    let end: u16 = to.parse().with_context(|| format!("{written:?} is not a range of ports"))?;
    ensure!(from < end, "{written:?} holds no port");
    Ok(PortPattern::Between(from, end.saturating_sub(1)))
}

fn parse_host(host: &str) -> anyhow::Result<Host> {
    Host::parse(host).with_context(|| format!("{host:?} is not a host"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(entry: &str) -> anyhow::Result<AllowedHosts> {
        AllowedHosts::parse(&[entry.to_owned()], |entry| Ok(entry.clone()))
    }

    #[test]
    fn an_entry_allows_what_it_says_and_nothing_beside() {
        for (entry, allowed, refused) in [
            ("http://127.0.0.1:8000", ("http", "127.0.0.1", 8000), ("http", "127.0.0.1", 8001)),
            ("http://127.0.0.1:8000", ("http", "127.0.0.1", 8000), ("https", "127.0.0.1", 8000)),
            ("https://erp.example.com", ("https", "erp.example.com", 443), ("https", "example.com", 443)),
            ("https://ERP.example.com", ("https", "erp.example.com", 443), ("https", "erp.example.com", 8443)),
            ("https://*.example.com", ("https", "a.b.example.com", 443), ("https", "notexample.com", 443)),
            ("*://db:*", ("postgres", "db", 1), ("postgres", "db2", 1)),
            ("http://h:8000..8002", ("http", "h", 8001), ("http", "h", 8002)),
            ("http://[::1]:80", ("http", "[::1]", 80), ("http", "[::2]", 80)),
            ("http://[::1]", ("http", "[::1]", 80), ("http", "[::1]", 81)),
            ("postgres://h", ("postgres", "h", 5432), ("postgres", "h", 5433)),
        ] {
            let hosts = parse(entry).unwrap();
            let ask = |(scheme, host, port): (&str, &str, u16)| hosts.allow(scheme, host, port);
            assert!(ask(allowed), "{entry} must allow {allowed:?}");
            assert!(!ask(refused), "{entry} must refuse {refused:?}");
        }
    }

    #[test]
    fn nothing_is_allowed_by_default() {
        assert!(!AllowedHosts::default().allow("http", "127.0.0.1", 80));
        assert!(!AllowedHosts::default().allow_self("http"));
    }

    #[test]
    fn self_allows_the_application_and_no_host() {
        let hosts = parse("http://self").unwrap();
        assert!(hosts.allow_self("http"));
        assert!(!hosts.allow("http", "self", 80));
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for entry in
            ["*", "", "erp.example.com", "http://h/path", "foo://h", "http://h:x", "http://h:9..9", "http://*.1.2.3.4"]
        {
            assert!(parse(entry).is_err(), "{entry:?} was accepted");
        }
    }

    #[test]
    fn an_entry_whose_variable_is_empty_allows_nothing_and_one_that_is_wrong_is_named() {
        let with = |entry: &str, value: &'static str| {
            AllowedHosts::parse(&[entry.to_owned()], |entry| Ok(entry.replace("{{ notify_url }}", value)))
        };
        for (entry, value) in [("{{ notify_url }}", ""), ("{{ notify_url }}", " "), ("http://{{ notify_url }}", "")] {
            assert!(with(entry, value).unwrap().0.is_empty(), "{entry}");
        }
        let refused = format!("{:#}", with("{{ notify_url }}", "notify.example.com").unwrap_err());
        assert!(refused.contains("notify_url") && refused.contains("scheme://"), "{refused}");
    }
}
