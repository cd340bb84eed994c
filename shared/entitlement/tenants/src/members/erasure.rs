//! Deleting a person's data: what is known of the person goes; what the books need, which is the user's id, stays.

use edge_capabilities::database::DatabaseError;
use edge_capabilities::{Random, Timestamp};
use edge_database::Db;
use edge_notifications::Notifications;
use serde_json::json;

use super::people::People;
use super::store::Members;
use crate::error::TenantError;
use crate::tenant::Tenants;
use crate::tenant::{CommitResult, Task};
use edge_audit::{Actor, AuditEntry};

/// How often a change is made anew because somebody else was faster.
const MAX_ATTEMPTS: u32 = 20;

/// Deletes what is known of people.
#[derive(Clone)]
pub(crate) struct Erasure {
    members: Members,
    notifications: Notifications,
    people: People,
    tenants: Tenants,
}

impl Erasure {
    pub(crate) fn new(db: &Db) -> Self {
        Self {
            members: Members::new(db.clone()),
            notifications: Notifications::new(db.clone()),
            people: People::new(db.clone()),
            tenants: Tenants::new(db.clone()),
        }
    }

    /// Deletes what is known of the person behind a user who has left; gives whether there was anything. What was begun
    /// and not finished goes on when it is asked for again: what is known of the person goes last.
    pub(crate) async fn erase(
        &self,
        tenant: &str,
        user: &str,
        actor: &Actor,
        random: &dyn Random,
        now: Timestamp,
    ) -> Result<bool, DatabaseError> {
        let Some(email) = self.people.email_of(tenant, user).await? else { return Ok(false) };
        if let Some(email) = email {
            self.forget_addresses(
                tenant,
                &email,
                user,
                &AuditEntry::new("user.erased", &json!({"user_id": user}), actor, random, now),
            )
            .await?;
            self.notifications.redact(tenant, &email, "(deleted)").await?;
        }
        self.people.delete(tenant, user).await
    }

    /// Has the tenant's own addresses be another's where they were the person's.
    async fn forget_addresses(
        &self,
        tenant_id: &str,
        email: &str,
        user: &str,
        entry: &AuditEntry,
    ) -> Result<(), DatabaseError> {
        for _ in 0..MAX_ATTEMPTS {
            let Some(mut tenant) = self.tenants.find(tenant_id).await? else { return Ok(()) };
            let is_the_persons = |address: &str| address.eq_ignore_ascii_case(email);
            let mut changed = Vec::new();
            if tenant.billing_email.as_deref().is_some_and(is_the_persons) {
                tenant.billing_email = None;
                changed.push("billing_email");
            }
            if is_the_persons(&tenant.owner_email)
                && let Some(other) = self.members.owner_with_email(tenant_id).await?
                && !is_the_persons(&other)
            {
                tenant.owner_email = other;
                changed.push("owner_email");
            }
            if changed.is_empty() {
                return Ok(());
            }
            tenant.updated_at = entry.at;
            let detail = json!({"user_id": user, "fields": changed}).to_string();
            let task = Task::of_audit_entry(AuditEntry { detail, ..entry.clone() });
            tenant.outbox.push(task.clone());
            match self.tenants.replace(&tenant, entry.at).await {
                Ok(CommitResult::Stored) => return self.tenants.done(tenant_id, &[task]).await,
                Ok(CommitResult::Conflict) => {}
                Err(TenantError::Db(error)) => return Err(error),
                Err(TenantError::Taken(field)) => return Err(DatabaseError::Duplicate(field.into())),
            }
        }
        Err(DatabaseError::Unavailable("the tenant is being changed by too many at once".into()))
    }
}
