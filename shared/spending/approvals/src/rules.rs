//! What tenants ask for beyond the rule `approval`, in the database.

use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Row, Value};
use edge_database::Db;
use edge_money::{Currency, Money};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::level::Level;
use crate::request::Purchase;

/// What a tenant asks for of certain purchases.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalRule {
    /// `apl_…`.
    #[serde(skip)]
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Of which kind; None: of any.
    #[serde(default)]
    pub kind: Option<String>,
    /// In which currency; None: in any.
    #[serde(default)]
    pub currency: Option<String>,
    /// Above this, in the currency's smallest unit; None: from nothing on.
    #[serde(default)]
    pub above: Option<i64>,
    /// Up to this and no more; None: without end.
    #[serde(default)]
    pub up_to: Option<i64>,
    /// Of which department; None: of any.
    #[serde(default)]
    pub department: Option<String>,
    /// Who is asked beyond those whom the rule asks.
    #[serde(default)]
    pub levels: Vec<Level>,
    /// How long it may take.
    #[serde(default)]
    pub expires_after_minutes: Option<u32>,
    /// After how long others may approve as well.
    #[serde(default)]
    pub escalates_after_minutes: Option<u32>,
    /// Those others.
    #[serde(default)]
    pub escalates_to: Vec<String>,
    /// Whether it is asked for.
    #[serde(skip)]
    pub is_active: bool,
    /// When it was made.
    #[serde(skip)]
    pub created_at: Option<Timestamp>,
    /// When it was changed last.
    #[serde(skip)]
    pub updated_at: Option<Timestamp>,
    /// Who changed what, oldest first.
    #[serde(skip)]
    pub history: Vec<Change>,
    #[serde(skip)]
    pub(crate) revision: i64,
}

/// Who changed what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ApprovalRuleChange)]
pub struct Change {
    /// When, RFC 3339.
    pub at: String,
    /// Who: `key:<id>`, `user:<sub>`, `bootstrap`.
    pub actor: String,
    /// From which address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Whether they had `tenants:admin`.
    #[serde(default)]
    pub by_admin: bool,
    /// What it was before; null: nothing.
    #[schema(value_type = Object)]
    pub before: serde_json::Value,
}

/// A rule as a change has it.
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
    /// That `actor` changes a rule which is `before`; None: makes it.
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
    /// The rule that a change says it was before; None: it was not there.
    pub(crate) fn from_snapshot(before: &serde_json::Value) -> Result<Option<Self>, DatabaseError> {
        if before.is_null() {
            return Ok(None);
        }
        let broken = |error: String| DatabaseError::Refused(format!("approval_rules.history: {error}"));
        let was: Snapshot = serde_json::from_value(before.clone()).map_err(|error| broken(error.to_string()))?;
        let currency = was.currency.as_deref().and_then(|code| Currency::parse(code).ok());
        let minor = |decimal: Option<String>| match (decimal, currency) {
            (None, _) => Ok(None),
            (Some(decimal), Some(currency)) => Money::parse(&decimal, currency)
                .map(|money| Some(money.minor))
                .map_err(|error| broken(error.to_string())),
            (Some(_), None) => Err(broken("an amount without a currency".to_owned())),
        };
        Ok(Some(Self {
            above: minor(was.min_amount)?,
            up_to: minor(was.max_amount)?,
            name: was.name,
            kind: was.kind,
            currency: was.currency,
            department: was.department_id,
            levels: was.levels,
            expires_after_minutes: was.expires_after_minutes,
            escalates_after_minutes: was.escalate_after_minutes,
            escalates_to: was.escalate_to,
            is_active: was.is_active,
            ..Self::default()
        }))
    }

    /// Whether it is about `purchase`.
    pub(crate) fn is_about(&self, purchase: &Purchase, department: Option<&str>) -> bool {
        let same = |wanted: &Option<String>, is: &str| wanted.as_deref().is_none_or(|wanted| wanted == is);
        self.is_active
            && same(&self.kind, &purchase.kind)
            && same(&self.currency, &purchase.currency)
            && self.department.as_deref().is_none_or(|wanted| department == Some(wanted))
            && self.above.is_none_or(|above| purchase.minor > above)
            && self.up_to.is_none_or(|most| purchase.minor <= most)
    }
}

const COLUMNS: &str = "id, rule, is_active, created_at, updated_at, history, revision";

/// In the database.
#[derive(Clone)]
pub struct ApprovalRules(Db);

/// Where a page begins: behind this one.
pub(crate) struct Cursor {
    pub(crate) created_at: Timestamp,
    pub(crate) id: String,
}

impl ApprovalRules {
    /// Those in `db`.
    pub fn new(db: Db) -> Self {
        Self(db)
    }

    /// The rule `id` of `tenant`.
    pub async fn find(&self, tenant: &str, id: &str) -> Result<Option<ApprovalRule>, DatabaseError> {
        let statement = format!("SELECT {COLUMNS} FROM approval_rules WHERE tenant_id = $1 AND id = $2");
        self.0.query(&statement, &[tenant.into(), id.into()]).await?.first().map(from_row).transpose()
    }

    /// The rules of `tenant`, oldest first, also those that are not asked for any more.
    pub async fn all(&self, tenant: &str) -> Result<Vec<ApprovalRule>, DatabaseError> {
        let statement = format!("SELECT {COLUMNS} FROM approval_rules WHERE tenant_id = $1 ORDER BY created_at, id");
        self.0.query(&statement, &[tenant.into()]).await?.iter().map(from_row).collect()
    }

    /// Stores a new rule.
    pub async fn insert(&self, tenant: &str, rule: &ApprovalRule, now: Timestamp) -> Result<(), DatabaseError> {
        let statement = "INSERT INTO approval_rules
                (id, tenant_id, rule, is_active, created_at, updated_at, history, revision)
            VALUES ($1, $2, $3, $4, $5, $6, $7, 1)";
        let values: [Value; 7] = [
            rule.id.as_str().into(),
            tenant.into(),
            to_json(rule)?.into(),
            i64::from(rule.is_active).into(),
            now.into(),
            now.into(),
            to_json(&rule.history)?.into(),
        ];
        self.0.query(statement, &values).await.map(drop)
    }

    /// Stores `rule` where nobody has changed it since it was read; gives whether it did.
    pub async fn replace(&self, tenant: &str, rule: &ApprovalRule, now: Timestamp) -> Result<bool, DatabaseError> {
        let statement = "UPDATE approval_rules
            SET rule = $1, is_active = $2, updated_at = $3, history = $4, revision = revision + 1
            WHERE tenant_id = $5 AND id = $6 AND revision = $7 RETURNING id";
        let values: [Value; 7] = [
            to_json(rule)?.into(),
            i64::from(rule.is_active).into(),
            now.into(),
            to_json(&rule.history)?.into(),
            tenant.into(),
            rule.id.as_str().into(),
            rule.revision.into(),
        ];
        Ok(!self.0.query(statement, &values).await?.is_empty())
    }

    /// Up to `limit` rules, newest first.
    pub(crate) async fn list(
        &self,
        tenant: &str,
        behind: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<ApprovalRule>, DatabaseError> {
        let behind = behind.unwrap_or(Cursor { created_at: Timestamp::from_millis(i64::MAX), id: String::new() });
        let statement = format!(
            "SELECT {COLUMNS} FROM approval_rules
             WHERE tenant_id = $1 AND (created_at < $2 OR (created_at = $2 AND id < $3))
             ORDER BY created_at DESC, id DESC LIMIT $4"
        );
        let values: [Value; 4] = [tenant.into(), behind.created_at.into(), behind.id.into(), i64::from(limit).into()];
        self.0.query(&statement, &values).await?.iter().map(from_row).collect()
    }
}

fn from_row(row: &Row) -> Result<ApprovalRule, DatabaseError> {
    let broken = |error: serde_json::Error| DatabaseError::Refused(format!("approval_rules: {error}"));
    let rule: ApprovalRule = serde_json::from_str(row.text(1)?).map_err(broken)?;
    Ok(ApprovalRule {
        id: row.text(0)?.to_owned(),
        is_active: row.integer(2)? != 0,
        created_at: Some(Timestamp::from_millis(row.integer(3)?)),
        updated_at: Some(Timestamp::from_millis(row.integer(4)?)),
        history: serde_json::from_str(row.text(5)?).map_err(broken)?,
        revision: row.integer(6)?,
        ..rule
    })
}

fn to_json<T: Serialize>(value: &T) -> Result<String, DatabaseError> {
    serde_json::to_string(value).map_err(|error| DatabaseError::Refused(error.to_string()))
}
