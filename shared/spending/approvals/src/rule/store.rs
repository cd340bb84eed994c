//! Approval rules in the database.

use edge_capabilities::Timestamp;
use edge_capabilities::database::DatabaseError;
use edge_database::{Conditions, Cursor, Db, json_column, record};

use super::model::{ApprovalRule, Change};

/// Approval rules in the database.
#[derive(Clone)]
pub struct ApprovalRules(Db);

struct RuleRow {
    id: String,
    tenant: String,
    rule: ApprovalRule,
    is_active: bool,
    created_at: Timestamp,
    updated_at: Timestamp,
    history: Vec<Change>,
    revision: i64,
}

json_column!(ApprovalRule);
record! {
    RuleRow in "approval_rules" {
        id, tenant: "tenant_id", rule, is_active, created_at, updated_at, history, revision,
    }
}

impl RuleRow {
    fn new(tenant: &str, rule: &ApprovalRule, now: Timestamp) -> Self {
        Self {
            id: rule.id.clone(),
            tenant: tenant.to_owned(),
            rule: rule.clone(),
            is_active: rule.is_active,
            created_at: rule.created_at.unwrap_or(now),
            updated_at: now,
            history: rule.history.clone(),
            revision: rule.revision,
        }
    }
}

impl From<RuleRow> for ApprovalRule {
    fn from(row: RuleRow) -> Self {
        Self {
            id: row.id,
            is_active: row.is_active,
            created_at: Some(row.created_at),
            updated_at: Some(row.updated_at),
            history: row.history,
            revision: row.revision,
            ..row.rule
        }
    }
}

impl ApprovalRules {
    /// The rules in `db`.
    pub fn new(db: Db) -> Self {
        Self(db)
    }

    /// The rule `id` of `tenant`.
    pub async fn find(&self, tenant: &str, id: &str) -> Result<Option<ApprovalRule>, DatabaseError> {
        let row = self.0.find::<RuleRow>(Conditions::of("tenant_id", tenant).and("id", id)).await?;
        Ok(row.map(ApprovalRule::from))
    }

    /// The rules of `tenant`, oldest first, active or not.
    pub async fn all(&self, tenant: &str) -> Result<Vec<ApprovalRule>, DatabaseError> {
        let rows = self.0.select::<RuleRow>(Conditions::of("tenant_id", tenant), "created_at, id").await?;
        Ok(rows.into_iter().map(ApprovalRule::from).collect())
    }

    /// Stores a new rule.
    pub async fn insert(&self, tenant: &str, rule: &ApprovalRule, now: Timestamp) -> Result<(), DatabaseError> {
        let row = RuleRow { created_at: now, revision: 1, ..RuleRow::new(tenant, rule, now) };
        self.0.insert(&row).await
    }

    /// Stores `rule` unless it was changed since it was read; gives whether it did.
    pub async fn replace(&self, tenant: &str, rule: &ApprovalRule, now: Timestamp) -> Result<bool, DatabaseError> {
        let row = RuleRow::new(tenant, rule, now);
        self.0.update_if_revision(&row, &["tenant_id", "id"], &["created_at"]).await
    }

    /// Up to `limit` rules, newest first.
    pub(super) async fn list(
        &self,
        tenant: &str,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<ApprovalRule>, DatabaseError> {
        let conditions = Conditions::of("tenant_id", tenant);
        let rows: Vec<RuleRow> = self.0.page(conditions, "created_at", cursor, limit).await?;
        Ok(rows.into_iter().map(ApprovalRule::from).collect())
    }
}
