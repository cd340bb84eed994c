//! The bodies of requests that create and update entities, and their validation.

use edge_http::{FieldErrors, Problem, nullable};
use edge_money::Currency;
use serde::Deserialize;
use utoipa::ToSchema;

use super::model::{Entity, EntityStatus};

const MAX_LEN: usize = 256;
const MAX_TEXT: usize = 2_000;
const MAX_TERMS_DAYS: u32 = 3_650;

/// The terms of an entity that is made without.
const DEFAULT_TERMS_DAYS: u32 = 30;

/// Whether a text can be an id of an entity, a charge or a subscription.
pub(crate) fn is_id(text: &str) -> bool {
    edge_http::Text::<64>::accepts(text)
}

/// An entity to create.
#[derive(Clone, Deserialize, ToSchema)]
pub(crate) struct CreateEntityRequest {
    /// What people call it: 1 to 256 bytes.
    name: String,
    /// The entity above it. Default: it is the root of a tree.
    #[serde(default)]
    pub(super) parent_id: Option<String>,
    /// What you know it by: unique within the tenant.
    #[serde(default)]
    code: Option<String>,
    /// Its name on invoices. Default: `name`.
    #[serde(default)]
    legal_name: Option<String>,
    /// Its tax number.
    #[serde(default)]
    tax_id: Option<String>,
    /// Its country: two letters of ISO 3166-1.
    #[serde(default)]
    country: Option<String>,
    /// The ISO 4217 code of its currency. It may be charged in any. Default: the parent's.
    #[serde(default)]
    currency: Option<String>,
    /// The e-mail address where its invoices go.
    #[serde(default)]
    billing_email: Option<String>,
    /// The postal address; it may have several lines.
    #[serde(default)]
    address: Option<String>,
    /// How many days after an invoice's date its charges are due that do not say. Default: 30.
    #[serde(default)]
    payment_terms_days: Option<u32>,
    /// Whether its charges are on the invoice of the entity above it. Default: `true`.
    #[serde(default)]
    consolidate_to_parent: Option<bool>,
}

/// The changes to an entity. Fields that are absent keep their values; null takes out what need not be there.
#[derive(Clone, Deserialize, ToSchema)]
pub(crate) struct UpdateEntityRequest {
    /// What people call it: 1 to 256 bytes.
    #[serde(default)]
    name: Option<String>,
    /// The entity above it; null: it becomes the root of a tree. What is charged from the next month on is billed there.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    parent_id: Option<Option<String>>,
    /// What you know it by: unique within the tenant.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    code: Option<Option<String>>,
    /// Its name on invoices.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    legal_name: Option<Option<String>>,
    /// Its tax number.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    tax_id: Option<Option<String>>,
    /// Its country: two letters of ISO 3166-1.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    country: Option<Option<String>>,
    /// The ISO 4217 code of its currency.
    #[serde(default)]
    currency: Option<String>,
    /// The e-mail address where its invoices go.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    billing_email: Option<Option<String>>,
    /// The postal address; it may have several lines.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    address: Option<Option<String>>,
    /// How many days after an invoice's date its charges are due that do not say; for charges from now on.
    #[serde(default)]
    payment_terms_days: Option<u32>,
    /// Whether its charges are on the invoice of the entity above it.
    #[serde(default)]
    consolidate_to_parent: Option<bool>,
    /// `closed`: it is not charged any more. One with active children cannot be closed. `active`: it is open again.
    #[serde(default)]
    status: Option<EntityStatus>,
}

/// What of an entity may be wrong.
fn check(entity: &Entity, errors: &mut FieldErrors) {
    errors.check_text::<MAX_LEN>("name", Some(&entity.name));
    let lines = [("code", &entity.code), ("legal_name", &entity.legal_name), ("tax_id", &entity.tax_id)];
    for (field, text) in lines {
        errors.check_text::<MAX_LEN>(field, text.as_deref());
    }
    let is_country = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase());
    if entity.country.as_deref().is_some_and(|country| !is_country(country)) {
        errors.add("country", "must be two capital letters of ISO 3166-1");
    }
    errors.check_email("billing_email", entity.billing_email.as_deref());
    errors.check_lines::<MAX_TEXT>("address", entity.address.as_deref());
    if entity.payment_terms_days > MAX_TERMS_DAYS {
        errors.add("payment_terms_days", format!("must be 0 to {MAX_TERMS_DAYS}"));
    }
}

fn read_currency(code: &str, errors: &mut FieldErrors) -> Option<Currency> {
    Currency::parse(code).map_err(|invalid| errors.add("currency", invalid.to_string())).ok()
}

impl CreateEntityRequest {
    /// Validates the request, and writes it into the new `entity`. `parent` is the entity that it names.
    pub(super) fn apply(self, entity: &mut Entity, parent: Option<&Entity>) -> Result<(), Problem> {
        let mut errors = FieldErrors::default();
        match (self.currency.as_deref(), parent) {
            (Some(code), _) => entity.currency = read_currency(code, &mut errors).unwrap_or(entity.currency),
            (None, Some(parent)) => entity.currency = parent.currency,
            (None, None) => errors.add("currency", "is required where there is no parent"),
        }
        entity.parent_id = self.parent_id;
        entity.name = self.name;
        entity.code = self.code;
        entity.legal_name = self.legal_name;
        entity.tax_id = self.tax_id;
        entity.country = self.country;
        entity.billing_email = self.billing_email;
        entity.address = self.address;
        entity.payment_terms_days = self.payment_terms_days.unwrap_or(DEFAULT_TERMS_DAYS);
        entity.consolidate_to_parent = self.consolidate_to_parent.unwrap_or(true);
        check(entity, &mut errors);
        errors.finish().map_err(Problem::fields)
    }
}

impl UpdateEntityRequest {
    /// Makes the changes to `entity`. Whether they are valid is for [`UpdateEntityRequest::check`].
    pub(super) fn apply(&self, entity: &mut Entity) {
        let set = |to: &mut Option<String>, from: &Option<Option<String>>| {
            if let Some(value) = from {
                to.clone_from(value);
            }
        };
        set(&mut entity.parent_id, &self.parent_id);
        set(&mut entity.code, &self.code);
        set(&mut entity.legal_name, &self.legal_name);
        set(&mut entity.tax_id, &self.tax_id);
        set(&mut entity.country, &self.country);
        set(&mut entity.billing_email, &self.billing_email);
        set(&mut entity.address, &self.address);
        if let Some(name) = &self.name {
            entity.name.clone_from(name);
        }
        if let Some(currency) = self.currency.as_deref().and_then(|code| Currency::parse(code).ok()) {
            entity.currency = currency;
        }
        entity.payment_terms_days = self.payment_terms_days.unwrap_or(entity.payment_terms_days);
        entity.consolidate_to_parent = self.consolidate_to_parent.unwrap_or(entity.consolidate_to_parent);
        entity.status = self.status.unwrap_or(entity.status);
    }

    /// What is wrong with `entity` after the changes.
    pub(super) fn check(&self, entity: &Entity) -> Result<(), Problem> {
        let mut errors = FieldErrors::default();
        if let Some(code) = &self.currency {
            read_currency(code, &mut errors);
        }
        check(entity, &mut errors);
        errors.finish().map_err(Problem::fields)
    }
}
