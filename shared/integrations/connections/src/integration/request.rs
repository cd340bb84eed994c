//! What callers ask to configure.

use edge_accounting::{Environment, Provider};
use edge_http::{FieldError, Problem, Text};
use edge_idempotency::WithSecret;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

const MAX_NAME: usize = 100;

/// An integration to configure.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = ConfigureIntegrationRequest)]
pub(crate) struct ConfigureRequest {
    /// The accounting system.
    pub(crate) provider: Provider,
    /// What to call it: 1 to 100 bytes. Default: the provider's name. A tenant may have several integrations with one
    /// provider, under different names.
    #[serde(default)]
    pub(crate) name: Option<String>,
    /// The provider's environment. Default: as it is, or `production`.
    #[serde(default)]
    pub(crate) environment: Option<Environment>,
    /// Credentials by name: see the guide to integrations. Those that are not there stay as they are; null takes one away,
    /// and the operator's are used. They are stored encrypted, and never shown.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub(crate) credentials: Map<String, Value>,
    /// Settings: `sync`, a list of `customers`, `invoices`, `payments`, `refunds`, `journals` (default: all); `from`, a date
    /// before which nothing is synchronised; `company_id`; and options of the provider. Those that are not there stay as
    /// they are.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub(crate) settings: Map<String, Value>,
}

impl WithSecret for ConfigureRequest {
    fn without_secret(&self) -> String {
        let names: Vec<&String> = self.credentials.keys().collect();
        json!([self.provider, self.name, self.environment, names, self.settings]).to_string()
    }
}

impl ConfigureRequest {
    /// The name of the integration.
    pub(crate) fn name(&self) -> Result<&str, Problem> {
        let name = self.name.as_deref().unwrap_or_else(|| self.provider.label());
        match FieldError::of_text::<MAX_NAME>("name", Some(name)) {
            Some(error) => Err(Problem::fields(vec![error])),
            None if name.is_empty() || name.trim() != name => {
                Err(Problem::field("name", "must not be empty, nor begin or end with a blank"))
            }
            None => Ok(name),
        }
    }
}

/// Whether a text can be the id of an integration.
pub(crate) fn is_id(text: &str) -> bool {
    Text::<64>::accepts(text)
}
