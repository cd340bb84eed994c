//! The addresses of the providers: the operator's variables say where they are, and which hosts may be asked.

use edge_accounting::{Endpoints, Environment, Provider};
use edge_capabilities::config::{self, Config, ConfigError};

use crate::credentials::Credentials;

/// The path that providers send people back to, below `public_url`.
pub(crate) const CALLBACK_PATH: &str = "/api/v1/enterprise-billing/integrations/callback";

/// The addresses of `provider` for a connection with `credentials`.
pub(crate) async fn endpoints(
    config: &dyn Config,
    provider: Provider,
    environment: Environment,
    credentials: &Credentials,
) -> Result<Endpoints, ConfigError> {
    let url = async |name: &str| config::url(config, name).await;
    let given = |name: &str| credentials.get(name).map(|url| url.trim_end_matches('/').to_owned()).unwrap_or_default();
    Ok(match provider {
        Provider::QuickBooks => Endpoints {
            api: match environment {
                Environment::Production => url("quickbooks_url").await?,
                Environment::Sandbox => url("quickbooks_sandbox_url").await?,
            },
            auth: url("quickbooks_oauth_url").await?,
            consent: url("quickbooks_consent_url").await?,
        },
        Provider::Xero => Endpoints {
            api: url("xero_url").await?,
            auth: url("xero_identity_url").await?,
            consent: url("xero_consent_url").await?,
        },
        Provider::Sage => Endpoints {
            api: url("sage_url").await?,
            auth: url("sage_oauth_url").await?,
            consent: url("sage_consent_url").await?,
        },
        Provider::Dynamics365 => Endpoints {
            api: url("dynamics365_url").await?,
            auth: url("dynamics365_login_url").await?,
            consent: String::new(),
        },
        Provider::NetSuite => {
            let configured = url("netsuite_url").await?;
            let account = given("account_id").to_ascii_lowercase().replace('_', "-");
            let api = if configured.is_empty() {
                format!("https://{account}.suitetalk.api.netsuite.com")
            } else {
                configured
            };
            Endpoints { auth: api.clone(), api, consent: String::new() }
        }
        Provider::Sap => {
            let api = given("api_endpoint");
            Endpoints { auth: api.clone(), api, consent: String::new() }
        }
    })
}

/// Where `provider` sends people back to.
pub(crate) async fn redirect_uri(config: &dyn Config, provider: Provider) -> Result<String, ConfigError> {
    let variable = match provider {
        Provider::QuickBooks => "quickbooks_redirect_uri",
        Provider::Xero => "xero_redirect_uri",
        Provider::Sage => "sage_redirect_uri",
        // Nobody is sent there.
        Provider::NetSuite | Provider::Dynamics365 | Provider::Sap => return Ok(String::new()),
    };
    let configured = config::text(config, variable).await?;
    if configured.is_empty() {
        Ok(format!("{}{CALLBACK_PATH}", config::url(config, "public_url").await?))
    } else {
        Ok(configured)
    }
}

/// What is wrong with the addresses and ids in `credentials` that become part of an address, as a field and a message.
pub(crate) async fn check(
    config: &dyn Config,
    provider: Provider,
    credentials: &Credentials,
) -> Result<Option<(&'static str, &'static str)>, ConfigError> {
    let given = |name: &str| credentials.get(name).map(String::as_str);
    Ok(match provider {
        Provider::Sap => {
            let allowed = config::text(config, "sap_host").await?;
            let is_wrong = given("api_endpoint").is_some_and(|url| !is_allowed(&allowed, url));
            is_wrong.then_some(("credentials.api_endpoint", "must be an address that the variable sap_host allows"))
        }
        Provider::NetSuite => {
            let is_wrong = given("account_id").is_some_and(|id| !is_label(id));
            is_wrong.then_some(("credentials.account_id", "must be an account id, such as 1234567 or 1234567_SB1"))
        }
        Provider::Dynamics365 => {
            let is_domain = |id: &str| id.split('.').all(is_label);
            let is_wrong = given("tenant_id").is_some_and(|id| !is_domain(id));
            is_wrong.then_some(("credentials.tenant_id", "must be the id or the domain of a directory"))
        }
        Provider::QuickBooks | Provider::Xero | Provider::Sage => None,
    })
}

/// Whether `text` is 1 to 63 letters, digits, hyphens and underscores.
fn is_label(text: &str) -> bool {
    (1..=63).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// Whether `url` is at a host that `allowed` names: `https://sap.example`, `https://*.sap.example:8443`, `https://*`. Where
/// any host is allowed, it must have a name with a domain: not an address, nor a machine of the operator's own network.
pub(crate) fn is_allowed(allowed: &str, url: &str) -> bool {
    let parts = |url: &str| {
        let (scheme, rest) = url.split_once("://")?;
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (name, port) = host.split_once(':').unwrap_or((host, ""));
        Some((scheme.to_owned(), name.to_ascii_lowercase(), port.to_owned(), path.to_owned()))
    };
    let (Some((scheme, name, port, path)), Some((allowed_scheme, pattern, allowed_port, _))) =
        (parts(url), parts(allowed.trim()))
    else {
        return false;
    };
    let is_path = path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte));
    if scheme != allowed_scheme || port != allowed_port || !is_path || path.contains("..") {
        return false;
    }
    let is_name = !name.is_empty()
        && name.split('.').all(is_label)
        && name.contains('.')
        && name.rsplit('.').next().is_some_and(|last| last.bytes().any(|byte| byte.is_ascii_alphabetic()));
    match pattern.as_str() {
        "*" => is_name,
        pattern => match pattern.strip_prefix('*') {
            Some(domain) => domain.starts_with('.') && is_name && name.ends_with(domain),
            None => name == pattern,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hosts_that_the_operator_named_are_asked() {
        for (allowed, url, expected) in [
            ("", "https://sap.example", false),
            ("https://sap.example", "https://sap.example", true),
            ("https://sap.example", "https://SAP.example/tenant", true),
            ("https://sap.example", "http://sap.example", false),
            ("https://sap.example", "https://sap.example:8443", false),
            ("https://sap.example:8443", "https://sap.example:8443/a", true),
            ("https://sap.example", "https://sap.example@evil.example", false),
            ("https://sap.example", "https://sap.example.evil.example", false),
            ("https://sap.example", "https://sap.example/../x", false),
            ("https://sap.example", "https://sap.example/?x", false),
            ("https://*.sap.example", "https://a.sap.example", true),
            ("https://*.sap.example", "https://sap.example", false),
            ("https://*.sap.example", "https://evilsap.example", false),
            ("https://*", "https://a.s4hana.ondemand.com/x", true),
            ("https://*", "https://127.0.0.1", false),
            ("https://*", "https://169.254.169.254/latest", false),
            ("https://*", "https://2130706433", false),
            ("https://*", "https://[::1]", false),
            ("https://*", "https://localhost", false),
            ("https://*", "https://user:password@a.example", false),
            ("http://127.0.0.1:8000", "http://127.0.0.1:8000/ledgers/sap", true),
        ] {
            assert_eq!(is_allowed(allowed, url), expected, "{allowed} {url}");
        }
    }
}
