//! An approval rule of a tenant.

use edge_capabilities::Timestamp;
use edge_capabilities::database::DatabaseError;
use edge_money::{Currency, Money};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::request::{Level, Purchase};

/// What a tenant requires of certain purchases, beyond the rule `approval`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalRule {
    /// `apl_…`.
    #[serde(skip)]
    pub id: String,
    /// The name for display.
    pub name: String,
    /// The kind of purchase; None: any.
    #[serde(default)]
    pub kind: Option<String>,
    /// The currency; None: any.
    #[serde(default)]
    pub currency: Option<String>,
    /// The rule applies to amounts above this, in the currency's smallest unit; None: no lower bound.
    #[serde(default)]
    pub above: Option<i64>,
    /// The rule applies to amounts up to this, inclusive; None: no upper bound.
    #[serde(default)]
    pub up_to: Option<i64>,
    /// The department; None: any.
    #[serde(default)]
    pub department: Option<String>,
    /// The levels to add to those of the rule `approval`.
    #[serde(default)]
    pub levels: Vec<Level>,
    /// The lifetime of requests.
    #[serde(default)]
    pub expires_after_minutes: Option<u32>,
    /// The time after which `escalates_to` may approve on each level.
    #[serde(default)]
    pub escalates_after_minutes: Option<u32>,
    /// Who may approve after that time.
    #[serde(default)]
    pub escalates_to: Vec<String>,
    /// Whether the rule applies.
    #[serde(skip)]
    pub is_active: bool,
    /// When the rule was created.
    #[serde(skip)]
    pub created_at: Option<Timestamp>,
    /// When the rule was last changed.
    #[serde(skip)]
    pub updated_at: Option<Timestamp>,
    /// The changes, oldest first.
    #[serde(skip)]
    pub history: Vec<Change>,
    #[serde(skip)]
    pub(crate) revision: i64,
}

/// A change to an approval rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ApprovalRuleChange)]
pub struct Change {
    /// When the change was made (RFC 3339).
    pub at: String,
    /// The caller who made the change: `key:<id>`, `user:<sub>` or `bootstrap`.
    pub actor: String,
    /// The IP address that the change came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Whether the caller had `tenants:admin`.
    #[serde(default)]
    pub by_admin: bool,
    /// The rule before the change; null: it was created.
    #[schema(value_type = Object)]
    pub before: serde_json::Value,
}

/// The rule in [`Change::before`].
#[derive(Default, Deserialize)]
#[serde(default)]
struct Snapshot {
    name: String,
    kind: Option<String>,
    currency: Option<String>,
    min_amount: Option<String>,
    max_amount: Option<String>,
    department_id: Option<String>,
    levels: Vec<Level>,
    expires_after_minutes: Option<u32>,
    escalate_after_minutes: Option<u32>,
    escalate_to: Vec<String>,
    is_active: bool,
}

impl Change {
    /// A change by `actor` of a rule that is `before`; None: it is created.
    pub(crate) fn new(
        before: Option<&ApprovalRule>,
        actor: &str,
        address: Option<&str>,
        by_admin: bool,
        at: Timestamp,
    ) -> Self {
        let before = before.map(|rule| {
            let currency = rule.currency.as_deref().and_then(|code| Currency::parse(code).ok());
            let amount = |minor: Option<i64>| Some(Money { minor: minor?, currency: currency? }.to_decimal());
            json!({
                "name": rule.name, "kind": rule.kind, "currency": rule.currency, "min_amount": amount(rule.above),
                "max_amount": amount(rule.up_to), "department_id": rule.department, "levels": rule.levels,
                "expires_after_minutes": rule.expires_after_minutes,
                "escalate_after_minutes": rule.escalates_after_minutes, "escalate_to": rule.escalates_to,
                "is_active": rule.is_active,
            })
        });
        Self {
            at: at.to_rfc3339_millis(),
            actor: actor.to_owned(),
            address: address.map(ToOwned::to_owned),
            by_admin,
            before: before.unwrap_or_default(),
        }
    }
}

impl ApprovalRule {
    /// The rule in a change's `before`; None: it was created by the change.
    pub(crate) fn from_snapshot(before: &serde_json::Value) -> Result<Option<Self>, DatabaseError> {
        if before.is_null() {
            return Ok(None);
        }
        let unreadable = |error: String| DatabaseError::Refused(format!("approval_rules.history: {error}"));
        let snapshot: Snapshot =
            serde_json::from_value(before.clone()).map_err(|error| unreadable(error.to_string()))?;
        let currency = snapshot.currency.as_deref().and_then(|code| Currency::parse(code).ok());
        let minor = |decimal: Option<String>| match (decimal, currency) {
            (None, _) => Ok(None),
            (Some(decimal), Some(currency)) => Money::parse(&decimal, currency)
                .map(|money| Some(money.minor))
                .map_err(|error| unreadable(error.to_string())),
            (Some(_), None) => Err(unreadable("an amount without a currency".to_owned())),
        };
        Ok(Some(Self {
            above: minor(snapshot.min_amount)?,
            up_to: minor(snapshot.max_amount)?,
            name: snapshot.name,
            kind: snapshot.kind,
            currency: snapshot.currency,
            department: snapshot.department_id,
            levels: snapshot.levels,
            expires_after_minutes: snapshot.expires_after_minutes,
            escalates_after_minutes: snapshot.escalate_after_minutes,
            escalates_to: snapshot.escalate_to,
            is_active: snapshot.is_active,
            ..Self::default()
        }))
    }

    /// Whether the rule applies to `purchase`.
    pub(crate) fn applies_to(&self, purchase: &Purchase, department: Option<&str>) -> bool {
        let same =
            |expected: &Option<String>, actual: &str| expected.as_deref().is_none_or(|expected| expected == actual);
        self.is_active
            && same(&self.kind, &purchase.kind)
            && same(&self.currency, &purchase.currency)
            && self.department.as_deref().is_none_or(|expected| department == Some(expected))
            && self.above.is_none_or(|above| purchase.minor > above)
            && self.up_to.is_none_or(|up_to| purchase.minor <= up_to)
    }
}
