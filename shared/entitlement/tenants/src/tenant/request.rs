//! A tenant's fields as callers send them.

use edge_capabilities::{Random, Timestamp};
use edge_http::{FieldError, InvalidText, Problem, Text, is_email, nullable};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::model::{Mode, Tenant, canonical_timezone};

pub(crate) const MAX_TEXT_LEN: usize = 256;
const LARGEST_SETTINGS: usize = 16 << 10;

/// A request to create a tenant.
#[derive(Deserialize, ToSchema)]
pub(crate) struct CreateTenantRequest {
    /// A UUID chosen by the caller. The default is a random UUID.
    #[serde(default)]
    id: Option<String>,
    name: String,
    /// 1 to 63 of `a`–`z`, `0`–`9` and `-`, unique.
    slug: String,
    owner_email: String,
    #[serde(default)]
    tenant_mode: Mode,
    /// An IANA time zone: `Asia/Kolkata`. The default is `UTC`.
    #[serde(default)]
    timezone: Option<String>,
    #[serde(flatten)]
    rest: Rest,
}

/// The fields of a tenant that can be updated.
#[derive(Clone, Deserialize, ToSchema)]
pub(crate) struct UpdateTenantRequest {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    slug: Option<String>,
    #[serde(default)]
    owner_email: Option<String>,
    #[serde(default)]
    tenant_mode: Option<Mode>,
    #[serde(default)]
    is_active: Option<bool>,
    /// An IANA time zone: `Asia/Kolkata`.
    #[serde(default)]
    timezone: Option<String>,
    #[serde(flatten)]
    rest: Rest,
}

/// The fields of a tenant that an organization shows.
#[derive(Clone, Default)]
pub(crate) struct OrganizationFields {
    pub(crate) name: Option<String>,
    pub(crate) slug: Option<String>,
    pub(crate) mode: Option<Mode>,
    pub(crate) is_active: Option<bool>,
    pub(crate) timezone: Option<String>,
    pub(crate) billing_email: Option<Option<String>>,
    pub(crate) stripe_customer_id: Option<Option<String>>,
    pub(crate) erp_company_code: Option<Option<String>>,
}

/// Fields that may be empty: left out they stay, null clears them.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
struct Rest {
    /// Unique.
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    domain: Option<Option<String>>,
    /// Internal tenants must have one.
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    erp_company_code: Option<Option<String>>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    erp_company_id: Option<Option<String>>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    erp_customer_id: Option<Option<String>>,
    /// The tenant's customer at Stripe, unique.
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    stripe_customer_id: Option<Option<String>>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    billing_email: Option<Option<String>>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    billing_phone: Option<Option<String>>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    plan: Option<Option<String>>,
    /// The maximum number of users; null means unlimited.
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<i64>)]
    max_users: Option<Option<i64>>,
    /// The document quota in MB; null means unlimited.
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<i64>)]
    docs_quota_mb: Option<Option<i64>>,
    /// A JSON object of at most 16 KiB.
    #[schema(value_type = Object)]
    settings: Option<Map<String, Value>>,
}

impl CreateTenantRequest {
    /// The tenant, if all its fields are what they must be.
    pub(crate) fn read(self, random: &dyn Random, now: Timestamp) -> Result<Tenant, Problem> {
        let id = match self.id.map(|id| id.to_ascii_lowercase()) {
            Some(id) if is_uuid(&id) => id,
            Some(_) => return Err(Problem::field("id", "must be a UUID")),
            None => new_uuid(random),
        };
        let mut tenant = Tenant {
            name: self.name,
            slug: self.slug,
            owner_email: self.owner_email,
            ..Tenant::new(id, self.tenant_mode, now)
        };
        set_timezone(&mut tenant, self.timezone);
        self.rest.apply(&mut tenant);
        validate(&tenant)?;
        Ok(tenant)
    }
}

impl UpdateTenantRequest {
    /// The changes that an organization's fields come to.
    pub(crate) fn of_organization(fields: OrganizationFields) -> Self {
        Self {
            name: fields.name,
            slug: fields.slug,
            owner_email: None,
            tenant_mode: fields.mode,
            is_active: fields.is_active,
            timezone: fields.timezone,
            rest: Rest {
                billing_email: fields.billing_email,
                stripe_customer_id: fields.stripe_customer_id,
                erp_company_code: fields.erp_company_code,
                ..Rest::default()
            },
        }
    }

    /// Whether only the platform may make them.
    pub(crate) fn touch_what_is_paid_for(&self) -> bool {
        let Rest { erp_company_code, erp_company_id, erp_customer_id, .. } = &self.rest;
        let Rest { stripe_customer_id, plan, max_users, docs_quota_mb, .. } = &self.rest;
        self.slug.is_some()
            || self.tenant_mode.is_some()
            || self.is_active.is_some()
            || [erp_company_code, erp_company_id, erp_customer_id, stripe_customer_id, plan]
                .into_iter()
                .any(Option::is_some)
            || [max_users, docs_quota_mb].into_iter().any(Option::is_some)
    }

    /// Makes them to `tenant`, if that leaves all its fields what they must be.
    pub(crate) fn apply(&self, tenant: &mut Tenant) -> Result<(), Problem> {
        let changes = self.clone();
        if let Some(name) = changes.name {
            tenant.name = name;
        }
        if let Some(slug) = changes.slug {
            tenant.slug = slug;
        }
        if let Some(email) = changes.owner_email {
            tenant.owner_email = email;
        }
        if let Some(mode) = changes.tenant_mode {
            tenant.mode = mode;
        }
        if let Some(is_active) = changes.is_active {
            tenant.is_active = is_active;
        }
        set_timezone(tenant, changes.timezone);
        changes.rest.apply(tenant);
        validate(tenant)
    }
}

impl Rest {
    fn apply(self, tenant: &mut Tenant) {
        let texts = [
            (self.domain.map(|domain| domain.map(|name| name.to_ascii_lowercase())), &mut tenant.domain),
            (self.erp_company_code, &mut tenant.erp_company_code),
            (self.erp_company_id, &mut tenant.erp_company_id),
            (self.erp_customer_id, &mut tenant.erp_customer_id),
            (self.stripe_customer_id, &mut tenant.stripe_customer_id),
            (self.billing_email, &mut tenant.billing_email),
            (self.billing_phone, &mut tenant.billing_phone),
            (self.plan, &mut tenant.plan),
        ];
        for (sent, field) in texts {
            if let Some(sent) = sent {
                *field = sent;
            }
        }
        for (sent, field) in [(self.max_users, &mut tenant.max_users), (self.docs_quota_mb, &mut tenant.docs_quota_mb)]
        {
            if let Some(sent) = sent {
                *field = sent;
            }
        }
        if let Some(settings) = self.settings {
            tenant.settings = Value::Object(settings).to_string();
        }
    }
}

/// Sets the time zone that was sent, as the IANA database spells it. One that it does not know is for [`validate`] to
/// refuse.
fn set_timezone(tenant: &mut Tenant, sent: Option<String>) {
    if let Some(name) = sent {
        tenant.timezone = canonical_timezone(&name).unwrap_or(name);
    }
}

/// What differs between two states of a tenant, for the audit; None: nothing. Of fields that may hold something of a
/// person, and of settings, it says only that they differ.
pub(crate) fn difference(before: &Tenant, after: &Tenant) -> Option<Value> {
    let mut changes = Map::new();
    let mut note = |field: &str, from: Value, to: Value| {
        if from != to {
            changes.insert(field.to_owned(), json!({"from": from, "to": to}));
        }
    };
    let of = |tenant: &Tenant| {
        [
            ("name", json!(tenant.name)),
            ("slug", json!(tenant.slug)),
            ("domain", json!(tenant.domain)),
            ("tenant_mode", json!(tenant.mode)),
            ("erp_company_code", json!(tenant.erp_company_code)),
            ("erp_company_id", json!(tenant.erp_company_id)),
            ("erp_customer_id", json!(tenant.erp_customer_id)),
            ("stripe_customer_id", json!(tenant.stripe_customer_id)),
            ("timezone", json!(tenant.timezone)),
            ("plan", json!(tenant.plan)),
            ("max_users", json!(tenant.max_users)),
            ("docs_quota_mb", json!(tenant.docs_quota_mb)),
            ("is_active", json!(tenant.is_active)),
        ]
    };
    for ((field, from), (_, to)) in of(before).into_iter().zip(of(after)) {
        note(field, from, to);
    }
    let unsaid: Vec<&str> = [
        ("owner_email", before.owner_email != after.owner_email),
        ("billing_email", before.billing_email != after.billing_email),
        ("billing_phone", before.billing_phone != after.billing_phone),
        ("settings", before.settings != after.settings),
    ]
    .into_iter()
    .filter_map(|(field, differs)| differs.then_some(field))
    .collect();
    let differs = !changes.is_empty() || !unsaid.is_empty();
    differs.then(|| json!({"changes": changes, "fields": unsaid}))
}

pub(crate) fn validate(tenant: &Tenant) -> Result<(), Problem> {
    let mut errors = Vec::new();
    let mut check = |good: bool, field: &str, message: &str| {
        if !good {
            errors.push(FieldError::new(field, message));
        }
    };
    let text = &InvalidText::<MAX_TEXT_LEN>.to_string();
    check(Text::<MAX_TEXT_LEN>::accepts(&tenant.name) && !tenant.name.trim().is_empty(), "name", text);
    let slug = (1..=63).contains(&tenant.slug.len())
        && tenant.slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    check(slug, "slug", "must be 1 to 63 of a–z, 0–9 and -");
    let domain = |name: &str| {
        name.len() <= 253
            && name.contains('.')
            && name.split('.').all(|label| {
                (1..=63).contains(&label.len())
                    && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            })
    };
    check(tenant.domain.as_deref().is_none_or(domain), "domain", "must be a domain");
    check(is_email(&tenant.owner_email), "owner_email", "must be an e-mail address");
    check(tenant.billing_email.as_deref().is_none_or(is_email), "billing_email", "must be an e-mail address");
    for (field, value) in [
        ("erp_company_code", &tenant.erp_company_code),
        ("erp_company_id", &tenant.erp_company_id),
        ("erp_customer_id", &tenant.erp_customer_id),
        ("stripe_customer_id", &tenant.stripe_customer_id),
        ("billing_phone", &tenant.billing_phone),
        ("plan", &tenant.plan),
    ] {
        check(value.as_deref().is_none_or(Text::<MAX_TEXT_LEN>::accepts), field, text);
    }
    let has_code = tenant.erp_company_code.is_some();
    check(tenant.mode == Mode::External || has_code, "erp_company_code", "is required of an internal tenant");
    let timezone = canonical_timezone(&tenant.timezone);
    check(timezone.is_some(), "timezone", "must be an IANA time zone, such as Asia/Kolkata");
    let count = |count: i64| (0..=1 << 53).contains(&count);
    check(tenant.max_users.is_none_or(count), "max_users", "must not be negative");
    check(tenant.docs_quota_mb.is_none_or(count), "docs_quota_mb", "must not be negative");
    check(tenant.settings.len() <= LARGEST_SETTINGS, "settings", "must be at most 16 KiB");
    if errors.is_empty() { Ok(()) } else { Err(Problem::fields(errors)) }
}

/// Whether `text` is a UUID in lower case, with its hyphens.
pub(crate) fn is_uuid(text: &str) -> bool {
    Uuid::try_parse(text).is_ok_and(|uuid| uuid.to_string() == text)
}

/// A random UUID, version 4.
pub(crate) fn new_uuid(random: &dyn Random) -> String {
    let mut bytes = [0; 16];
    random.fill(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}

#[cfg(test)]
mod tests {
    use edge_capabilities::testing::SeededRandom;

    use super::*;

    #[test]
    fn a_new_id_is_a_uuid_of_version_4() {
        let random = SeededRandom::new(1);
        for _ in 0..100 {
            let uuid = new_uuid(&random);
            assert!(is_uuid(&uuid), "{uuid}");
            let digits: Vec<char> = uuid.chars().collect();
            assert!(digits[14] == '4' && "89ab".contains(digits[19]), "{uuid}");
        }
    }
}
