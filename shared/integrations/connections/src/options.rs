//! What each provider needs to be told of a tenant's books, beside the accounts of documents. No secrets.

use edge_accounting::Provider;

/// What may stand in an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A text of up to 256 bytes.
    Text,
    /// A name that becomes a segment of a path.
    Name,
    /// A path at the provider, whose host it does not change.
    Path,
}

const QUICKBOOKS: &[(&str, Kind)] = &[("tax_code", Kind::Text)];
const XERO: &[(&str, Kind)] = &[("scopes", Kind::Text)];
const SAGE: &[(&str, Kind)] = &[("tax_rate_id", Kind::Text)];
const NETSUITE: &[(&str, Kind)] =
    &[("item_type", Kind::Name), ("multi_currency", Kind::Text), ("subsidiary", Kind::Text)];
const DYNAMICS365: &[(&str, Kind)] = &[("environment_name", Kind::Name)];
const SAP: &[(&str, Kind)] = &[
    ("company_code", Kind::Text),
    ("journal_path", Kind::Path),
    ("partner_grouping", Kind::Text),
    ("payment_terms", Kind::Text),
    ("receivable_account", Kind::Text),
    ("scope", Kind::Text),
    ("tax_number_type", Kind::Text),
    ("token_path", Kind::Path),
    ("user", Kind::Text),
];

const fn options_of(provider: Provider) -> &'static [(&'static str, Kind)] {
    match provider {
        Provider::QuickBooks => QUICKBOOKS,
        Provider::Xero => XERO,
        Provider::Sage => SAGE,
        Provider::NetSuite => NETSUITE,
        Provider::Dynamics365 => DYNAMICS365,
        Provider::Sap => SAP,
    }
}

/// Whether `value` may be the option `name` of `provider`; the error says what it must be. None: there is no such option.
pub(crate) fn check(provider: Provider, name: &str, value: &str) -> Option<Result<(), &'static str>> {
    let (_, kind) = options_of(provider).iter().find(|(known, _)| *known == name)?;
    let is_plain = |more: &[u8]| value.bytes().all(|byte| byte.is_ascii_alphanumeric() || more.contains(&byte));
    let is_valid = match kind {
        Kind::Text => true,
        Kind::Name => is_plain(b"-_"),
        Kind::Path => value.starts_with('/') && is_plain(b"/-_.~") && !value.contains("..") && !value.contains("//"),
    };
    Some(if is_valid {
        Ok(())
    } else if *kind == Kind::Path {
        Err("must be a path, such as /sap/bc/sec/oauth2/token")
    } else {
        Err("must consist of letters, digits, hyphens and underscores")
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    /// The names in `option("…")` below `folder`.
    fn asked_for(path: &Path, names: &mut Vec<String>) {
        if path.is_dir() {
            for entry in fs::read_dir(path).unwrap() {
                asked_for(&entry.unwrap().path(), names);
            }
        } else if let Ok(source) = fs::read_to_string(path) {
            let found = source.split("option(\"").skip(1).filter_map(|rest| rest.split('"').next());
            names.extend(found.map(str::to_owned));
        }
    }

    #[test]
    fn whatever_a_client_asks_for_can_be_set_and_nothing_else() {
        for provider in Provider::ALL {
            let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../accounting/src");
            let mut names = Vec::new();
            asked_for(&source.join(provider.as_str()), &mut names);
            asked_for(&source.join(format!("{}.rs", provider.as_str())), &mut names);
            names.sort();
            names.dedup();
            let known: Vec<&str> = options_of(provider).iter().map(|(name, _)| *name).collect();
            assert_eq!(names, known, "{provider:?}");
        }
    }

    #[test]
    fn an_option_leads_to_no_other_host() {
        let check = |value| check(Provider::Sap, "token_path", value);
        assert_eq!(check("/oauth/token"), Some(Ok(())));
        for wrong in ["@evil.example/", ".evil.example/", "//evil.example", "/a/../b", "/a?b", ":8080/"] {
            assert!(matches!(check(wrong), Some(Err(_))), "{wrong}");
        }
        assert!(matches!(super::check(Provider::Dynamics365, "environment_name", "../x"), Some(Err(_))));
        assert_eq!(super::check(Provider::Xero, "token_path", "/a"), None);
    }
}
