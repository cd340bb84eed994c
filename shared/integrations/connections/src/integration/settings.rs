//! What a tenant chose for an integration.

use std::collections::BTreeMap;

use edge_accounting::{DocumentKind, Provider};
use edge_database::json_column;
use edge_http::{FieldError, Text};
use edge_time_zones::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::options;

const MAX_LEN: usize = 256;

/// The shortest time between two runs, minutes.
const MIN_MINUTES: u32 = 15;

/// The longest: 31 days.
const MAX_MINUTES: u32 = 31 * 24 * 60;

/// What a tenant chose for an integration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IntegrationSettings {
    /// The kinds of documents that are synchronised.
    pub sync: Vec<DocumentKind>,
    /// Documents that are dated before are left out. None: none is.
    #[schema(value_type = Option<String>, format = Date)]
    pub from: Option<Date>,
    /// The company whose books are written to, of those that can be reached. None: the only one.
    pub company_id: Option<String>,
    /// How often a run starts by itself, in minutes. None: never.
    #[serde(default)]
    pub every_minutes: Option<u32>,
    /// What the provider needs to know beside that, such as `environment_name`.
    #[serde(flatten)]
    pub options: BTreeMap<String, String>,
}

impl Default for IntegrationSettings {
    fn default() -> Self {
        Self {
            sync: DocumentKind::ALL.to_vec(),
            from: None,
            company_id: None,
            every_minutes: None,
            options: BTreeMap::new(),
        }
    }
}

json_column!(IntegrationSettings);

impl IntegrationSettings {
    /// These settings, with those of `written` in their place; null: as by default.
    pub(crate) fn with(&self, provider: Provider, written: &Map<String, Value>) -> Result<Self, Vec<FieldError>> {
        let (mut settings, mut errors) = (self.clone(), Vec::new());
        for (name, value) in written {
            let mut wrong = |message: &str| errors.push(FieldError::new(format!("settings.{name}"), message));
            match (name.as_str(), value) {
                ("sync", Value::Null) => settings.sync = DocumentKind::ALL.to_vec(),
                ("sync", value) => match kinds(value) {
                    Some(kinds) => settings.sync = kinds,
                    None => wrong("must be a list of customers, invoices, payments, refunds and journals"),
                },
                ("from", Value::Null) => settings.from = None,
                ("from", value) => match value.as_str().and_then(Date::parse) {
                    Some(date) => settings.from = Some(date),
                    None => wrong("must be a date, such as 2026-01-31"),
                },
                ("company_id", Value::Null) => settings.company_id = None,
                ("company_id", value) => match value.as_str().filter(|text| Text::<MAX_LEN>::accepts(text)) {
                    Some(id) => settings.company_id = Some(id.to_owned()),
                    None => wrong("must be the id of a company"),
                },
                ("every_minutes", Value::Null) => settings.every_minutes = None,
                ("every_minutes", value) => {
                    let minutes = value.as_u64().and_then(|minutes| u32::try_from(minutes).ok());
                    match minutes.filter(|minutes| (MIN_MINUTES..=MAX_MINUTES).contains(minutes)) {
                        Some(minutes) => settings.every_minutes = Some(minutes),
                        None => wrong("must be a number of minutes from 15 to 44640"),
                    }
                }
                (name, value) => {
                    let text = value.as_str().filter(|text| Text::<MAX_LEN>::accepts(text));
                    match (options::check(provider, name, text.unwrap_or_default()), value, text) {
                        (None, ..) => wrong("is not known"),
                        (_, Value::Null, _) => drop(settings.options.remove(name)),
                        (Some(Err(message)), _, Some(_)) => wrong(message),
                        (Some(Ok(())), _, Some(text)) => {
                            drop(settings.options.insert(name.to_owned(), text.to_owned()))
                        }
                        (Some(_), _, None) => wrong("must be a text of 1 to 256 bytes without control characters"),
                    }
                }
            }
        }
        if errors.is_empty() { Ok(settings) } else { Err(errors) }
    }
}

/// The kinds in a list, each once, in the order in which they are written; None: it is no such list, or empty.
fn kinds(value: &Value) -> Option<Vec<DocumentKind>> {
    let named: Vec<DocumentKind> =
        value.as_array()?.iter().map(|kind| DocumentKind::parse(kind.as_str()?)).collect::<Option<_>>()?;
    let kinds: Vec<DocumentKind> = DocumentKind::ALL.into_iter().filter(|kind| named.contains(kind)).collect();
    (!kinds.is_empty()).then_some(kinds)
}
