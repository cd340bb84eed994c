//! What a tenant's settings say of its orders: the object `orders` in the tenant's `settings`.

use edge_http::is_email;
use edge_tenants::Tenant;
use serde_json::Value;

/// The setting of a tenant.
const SETTING: &str = "orders";

/// The most people who are told what is to be packed.
const MAX_PACKERS: usize = 50;

/// The settings of a tenant. What is not set, or cannot be read, is as by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct OrderSettings {
    /// `packers`: ids of users, who also have everything in their feeds.
    pub(crate) users: Vec<String>,
    /// `packers`: e-mail addresses. Default, if there is no packer: the owner's.
    pub(crate) emails: Vec<String>,
}

impl OrderSettings {
    /// The settings of `tenant`.
    pub(crate) fn of(tenant: &Tenant) -> Self {
        let settings: Value = serde_json::from_str(&tenant.settings).unwrap_or_default();
        let packers = settings.get(SETTING).and_then(|settings| settings.get("packers")).and_then(Value::as_array);
        let is_name = |text: &&str| (1..=256).contains(&text.len()) && !text.contains(char::is_control);
        let named = packers.into_iter().flatten().filter_map(Value::as_str).filter(is_name).take(MAX_PACKERS);
        let (emails, users): (Vec<String>, Vec<String>) = named.map(str::to_owned).partition(|name| is_email(name));
        if emails.is_empty() && users.is_empty() {
            return Self { users, emails: vec![tenant.owner_email.clone()] };
        }
        Self { users, emails }
    }
}
