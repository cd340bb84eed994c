//! What lets the edge in: from the tenant, or from the operator's variables.

use std::collections::BTreeMap;

use edge_accounting::Provider;
use edge_capabilities::config::{self, Config, ConfigError};
use edge_http::FieldError;
use serde_json::{Map, Value};

const MAX_LEN: usize = 8192;

/// Credentials by name.
pub(crate) type Credentials = BTreeMap<String, String>;

/// Credentials that belong together: they are all the tenant's, or all the operator's.
struct Group {
    names: &'static [&'static str],
    /// The variables with the operator's, in the order of the names.
    variables: &'static [&'static str],
    /// Whether they say no more than which app asks: each tenant has to let the app in. Those that let the edge into the
    /// operator's own books are for the group's own companies alone.
    is_app: bool,
}

impl Group {
    const fn app(names: &'static [&'static str], variables: &'static [&'static str]) -> Self {
        Self { names, variables, is_app: true }
    }

    const fn own(names: &'static [&'static str], variables: &'static [&'static str]) -> Self {
        Self { names, variables, is_app: false }
    }
}

/// The credentials of a provider, and the sets of them of which one must be complete.
struct Needed {
    groups: &'static [Group],
    ways: &'static [&'static [&'static str]],
}

const CLIENT: &[&str] = &["client_id", "client_secret"];

const QUICKBOOKS: Needed =
    Needed { groups: &[Group::app(CLIENT, &["quickbooks_client_id", "quickbooks_client_secret"])], ways: &[CLIENT] };
const XERO: Needed =
    Needed { groups: &[Group::app(CLIENT, &["xero_client_id", "xero_client_secret"])], ways: &[CLIENT] };
const SAGE: Needed =
    Needed { groups: &[Group::app(CLIENT, &["sage_client_id", "sage_client_secret"])], ways: &[CLIENT] };
const NETSUITE: Needed = Needed {
    groups: &[
        Group::own(
            &["account_id", "token_id", "token_secret"],
            &["netsuite_account_id", "netsuite_token_id", "netsuite_token_secret"],
        ),
        Group::app(&["consumer_key", "consumer_secret"], &["netsuite_consumer_key", "netsuite_consumer_secret"]),
        Group::own(&["client_id", "certificate_id", "private_key"], &[]),
    ],
    ways: &[
        &["account_id", "consumer_key", "consumer_secret", "token_id", "token_secret"],
        &["account_id", "client_id", "certificate_id", "private_key"],
    ],
};
const DYNAMICS365: Needed = Needed {
    groups: &[Group::own(
        &["tenant_id", "client_id", "client_secret"],
        &["dynamics365_tenant_id", "dynamics365_client_id", "dynamics365_client_secret"],
    )],
    ways: &[&["tenant_id", "client_id", "client_secret"]],
};
const SAP: Needed = Needed {
    groups: &[Group::own(
        &["api_endpoint", "username", "password", "client_id", "client_secret", "api_key"],
        &["sap_api_endpoint", "sap_username", "sap_password", "sap_client_id", "sap_client_secret", "sap_api_key"],
    )],
    ways: &[
        &["api_endpoint", "username", "password"],
        &["api_endpoint", "client_id", "client_secret"],
        &["api_endpoint", "api_key"],
    ],
};

const fn needed(provider: Provider) -> &'static Needed {
    match provider {
        Provider::QuickBooks => &QUICKBOOKS,
        Provider::Xero => &XERO,
        Provider::Sage => &SAGE,
        Provider::NetSuite => &NETSUITE,
        Provider::Dynamics365 => &DYNAMICS365,
        Provider::Sap => &SAP,
    }
}

/// `given`, with what is `written` in its place; null takes one away.
pub(crate) fn merge(
    provider: Provider,
    mut given: Credentials,
    written: &Map<String, Value>,
) -> Result<Credentials, Vec<FieldError>> {
    let is_known = |name: &str| needed(provider).groups.iter().any(|group| group.names.contains(&name));
    let is_text = |text: &str| {
        (1..=MAX_LEN).contains(&text.len()) && !text.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\r'))
    };
    let mut errors = Vec::new();
    for (name, value) in written {
        let mut wrong = |message: &str| errors.push(FieldError::new(format!("credentials.{name}"), message));
        match value {
            _ if !is_known(name) => wrong("is not known"),
            Value::Null => drop(given.remove(name)),
            Value::String(text) if is_text(text) => drop(given.insert(name.clone(), text.clone())),
            _ => wrong("must be a text of 1 to 8192 bytes"),
        }
    }
    if errors.is_empty() { Ok(given) } else { Err(errors) }
}

/// The credentials to sign in with: those that a tenant gave, and the operator's for the groups of which it gave none.
/// `is_own`: the tenant is one of the group's own companies.
pub(crate) async fn complete(
    config: &dyn Config,
    provider: Provider,
    given: &Credentials,
    is_own: bool,
) -> Result<Credentials, ConfigError> {
    let mut all = given.clone();
    for group in needed(provider).groups {
        let is_given = group.names.iter().any(|name| given.contains_key(*name));
        if is_given || !(group.is_app || is_own) {
            continue;
        }
        for (name, variable) in group.names.iter().zip(group.variables) {
            let text = config::text(config, variable).await?;
            if !text.is_empty() {
                all.insert((*name).to_owned(), text);
            }
        }
    }
    Ok(all)
}

/// What is missing in `all` to sign in.
pub(crate) fn missing(provider: Provider, all: &Credentials) -> Vec<FieldError> {
    let needed = needed(provider);
    let missing = |way: &&'static [&'static str]| -> Vec<&'static str> {
        way.iter().copied().filter(|name| !all.contains_key(*name)).collect()
    };
    let fewest = needed.ways.iter().map(missing).min_by_key(Vec::len).unwrap_or_default();
    fewest.into_iter().map(|name| FieldError::new(format!("credentials.{name}"), "is missing")).collect()
}

#[cfg(test)]
mod tests {
    use edge_capabilities::testing::World;

    use super::*;

    fn of(pairs: &[(&str, &str)]) -> Credentials {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn the_operators_app_is_for_all_and_the_operators_books_are_for_its_own_companies() {
        let world = World::new(1);
        for (name, value) in [
            ("xero_client_id", "app"),
            ("xero_client_secret", "hush"),
            ("netsuite_account_id", "1"),
            ("netsuite_consumer_key", "app"),
            ("netsuite_consumer_secret", "hush"),
            ("netsuite_token_id", "ours"),
            ("netsuite_token_secret", "hush"),
            ("sap_api_endpoint", "https://sap.example"),
            ("sap_username", "ours"),
            ("sap_password", "hush"),
        ] {
            world.config.set(name, value);
        }
        let with = async |provider, given: &[(&str, &str)], is_own| {
            let all = complete(&*world.config, provider, &of(given), is_own).await.unwrap();
            let missing = missing(provider, &all).into_iter().map(|error| error.field).collect::<Vec<_>>().join(" ");
            (all, missing)
        };
        let none: &[(&str, &str)] = &[];
        assert_eq!(with(Provider::Xero, none, false).await.1, "");
        assert_eq!(
            with(Provider::NetSuite, none, false).await.1,
            "credentials.account_id credentials.token_id credentials.token_secret"
        );
        assert_eq!(with(Provider::NetSuite, none, true).await.1, "");
        let theirs = [("account_id", "2"), ("token_id", "theirs"), ("token_secret", "theirs")];
        let (all, missing) = with(Provider::NetSuite, &theirs, false).await;
        assert_eq!((all["consumer_key"].as_str(), all["account_id"].as_str(), missing.as_str()), ("app", "2", ""));
        // The operator's password goes to no address that a tenant names.
        let (all, missing) = with(Provider::Sap, &[("api_endpoint", "https://evil.example")], true).await;
        assert!(!all.contains_key("password"));
        assert_eq!(missing, "credentials.api_key");
        assert_eq!(with(Provider::Sap, none, true).await.1, "");
        assert_ne!(with(Provider::Sap, none, false).await.1, "");
    }

    #[test]
    fn credentials_that_nobody_knows_are_named() {
        let written = serde_json::json!({"client_id": "a", "client_sceret": "b", "client_secret": 5});
        let errors = merge(Provider::Xero, Credentials::new(), written.as_object().unwrap()).unwrap_err();
        let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["credentials.client_sceret", "credentials.client_secret"]);
    }
}
