//! A tenant's row, as far as it concerns seats.

use edge_capabilities::database::Value;
use edge_capabilities::testing::World;
use edge_database::Db;

pub(crate) struct TenantRow {
    db: Db,
    id: String,
}

impl TenantRow {
    /// An active tenant without payment events.
    pub(crate) async fn new(world: &World, id: &str) -> Self {
        let db = Db::new(world.db.clone());
        let statement =
            "INSERT INTO tenants (id, name, slug, tenant_mode, owner_email, credits, is_active, is_suspended,
                settings, created_at, updated_at, history, outbox, revision)
            VALUES ($1, $1, $1, 'external', 'o@x', 0, 1, 0, '{}', 0, 0, '{}', '[]', 1)";
        db.query(statement, &[id.into()]).await.unwrap();
        Self { db, id: id.to_owned() }
    }

    /// Applies a payment event to it; false: the database cannot be reached.
    pub(crate) async fn apply_payment(&self, status: &str, period_end: Option<i64>) -> bool {
        let suspended = i64::from(status == "suspended");
        self.set(
            "subscription_status = $2, subscription_period_end = $3, is_suspended = $4",
            &[status.into(), period_end.into(), suspended.into()],
        )
        .await
    }

    /// Sets whether it is active; false: the database cannot be reached.
    pub(crate) async fn set_active(&self, is_active: bool) -> bool {
        self.set("is_active = $2", &[i64::from(is_active).into()]).await
    }

    async fn set(&self, assignments: &str, values: &[Value]) -> bool {
        let statement = format!("UPDATE tenants SET {assignments} WHERE id = $1");
        let values: Vec<Value> = [Value::from(self.id.as_str())].into_iter().chain(values.iter().cloned()).collect();
        self.db.query(&statement, &values).await.is_ok()
    }
}
