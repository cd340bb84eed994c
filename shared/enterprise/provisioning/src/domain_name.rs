//! Names of domains that can have mailboxes: in ASCII and lower case, so that one domain has one name.

use serde::Serialize;

/// The longest name, bytes.
const MAX_LEN: usize = 253;

/// Suffixes of two labels under which the public registers domains: nobody owns one. Suffixes of one label are refused by
/// their form.
const PUBLIC_SUFFIXES: &[&str] = &[
    "ac.in",
    "ac.uk",
    "co.id",
    "co.il",
    "co.in",
    "co.jp",
    "co.ke",
    "co.kr",
    "co.nz",
    "co.th",
    "co.tz",
    "co.ug",
    "co.uk",
    "co.za",
    "co.zw",
    "com.ar",
    "com.au",
    "com.bd",
    "com.br",
    "com.cn",
    "com.co",
    "com.eg",
    "com.gh",
    "com.hk",
    "com.mx",
    "com.my",
    "com.ng",
    "com.np",
    "com.pe",
    "com.ph",
    "com.pk",
    "com.pl",
    "com.sa",
    "com.sg",
    "com.tr",
    "com.tw",
    "com.ua",
    "com.vn",
    "edu.au",
    "edu.in",
    "firm.in",
    "gen.in",
    "github.io",
    "go.ke",
    "gov.in",
    "gov.uk",
    "herokuapp.com",
    "ind.in",
    "ltd.uk",
    "me.uk",
    "ne.jp",
    "net.au",
    "net.in",
    "net.nz",
    "net.uk",
    "netlify.app",
    "nic.in",
    "or.jp",
    "or.ke",
    "org.au",
    "org.in",
    "org.nz",
    "org.uk",
    "pages.dev",
    "plc.uk",
    "res.in",
    "sch.uk",
    "vercel.app",
    "web.app",
    "workers.dev",
];

/// Top-level names that are reserved and lead to no mail server (RFC 6761, RFC 7686, ICANN).
const RESERVED: &[&str] = &["arpa", "internal", "invalid", "local", "localhost", "onion"];

/// The name of a domain: `acme.com`, `xn--bcher-kva.example`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct DomainName(String);

impl DomainName {
    /// Reads a name as people write it: in capitals, or with letters of any script. The error says what is wrong.
    pub(crate) fn parse(written: &str) -> Result<Self, &'static str> {
        let name = idna::domain_to_ascii_strict(written).map_err(|_| "must be a domain, such as acme.com")?;
        if name.len() > MAX_LEN {
            return Err("must be at most 253 bytes");
        }
        let Some((owner, top)) = name.rsplit_once('.') else {
            return Err("must have at least two labels, such as acme.com");
        };
        if is_number(top) {
            return Err("must be a domain, not an IP address");
        }
        if RESERVED.contains(&top) {
            return Err("is under a reserved top-level name");
        }
        if owner.is_empty() || PUBLIC_SUFFIXES.contains(&name.as_str()) {
            return Err("is a public suffix, under which others register domains");
        }
        Ok(Self(name))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a name that ends in `label` is read as an IPv4 address: `127.1`, `0x7f.0x1`.
fn is_number(label: &str) -> bool {
    let hexadecimal = label.strip_prefix("0x").is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_hexdigit()));
    hexadecimal || label.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_domain_has_one_name() {
        let label = "a".repeat(63);
        let longest = format!("{label}.{label}.{label}.{}.com", "a".repeat(57));
        for (written, name) in [
            ("acme.com", "acme.com"),
            ("ACME.Com", "acme.com"),
            ("mail.acme.co.uk", "mail.acme.co.uk"),
            ("Bücher.example", "xn--bcher-kva.example"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("XN--BCHER-KVA.example", "xn--bcher-kva.example"),
            ("bu\u{308}cher.example", "xn--bcher-kva.example"),
            ("acme。com", "acme.com"),
            ("अकमे.भारत", "xn--l1b6axeue.xn--h2brj9c"),
            ("3com.com", "3com.com"),
            (longest.as_str(), longest.as_str()),
        ] {
            assert_eq!(DomainName::parse(written).as_ref().map(DomainName::as_str), Ok(name), "{written}");
        }
    }

    #[test]
    fn what_is_no_domain_is_refused() {
        let label = "a".repeat(64);
        let too_long = format!("{}com", "aaaaaaaaa.".repeat(26));
        for written in [
            "",
            ".",
            "acme",
            "acme.",
            ".acme.com",
            "acme..com",
            "acme.com.",
            "acme com.example",
            "acme_corp.com",
            "-acme.com",
            "acme-.com",
            "http://acme.com",
            "acme.com/",
            "ana@acme.com",
            "acme.com:25",
            "*.acme.com",
            "127.0.0.1",
            "10.1",
            "1.2.3.0x7f",
            "[::1]",
            "::1",
            "localhost",
            "mail.localhost",
            "acme.local",
            "co.uk",
            "Co.UK",
            "github.io",
            "com",
            "a\u{0}b.com",
            "a\u{200b}.com\u{0}",
            "xn--a.example",
            "xn--acme-.example",
            "xn--.com",
            &format!("{label}.com"),
            &too_long,
        ] {
            assert!(DomainName::parse(written).is_err(), "{written:?}: {:?}", DomainName::parse(written));
        }
    }
}
