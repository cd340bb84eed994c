//! Orders in the database. Whatever changes an order is one statement on one revision of its row.

use edge_capabilities::Timestamp;
use edge_database::{Conditions, Cursor, DatabaseError, Db};

use super::model::{Order, OrderStatus};
use crate::error::OrderError;

/// How often a change is tried again after somebody else was faster.
const MAX_ATTEMPTS: u32 = 20;

/// What an update never writes.
const FIXED: [&str; 5] = ["shop", "platform", "external_id", "created_at", "is_known"];

/// As [`FIXED`], where the order becomes known.
const FIXED_OF_SHOP: [&str; 4] = ["shop", "platform", "external_id", "created_at"];

/// Orders in a database.
#[derive(Clone)]
pub struct Orders(Db);

/// Which orders a list holds; None: all.
#[derive(Clone, Debug, Default)]
pub(super) struct OrderFilter {
    pub(super) status: Option<OrderStatus>,
    pub(super) platform: Option<String>,
    pub(super) external_id: Option<String>,
    pub(super) order_number: Option<String>,
}

impl Orders {
    /// The orders in `db`.
    pub fn new(db: Db) -> Self {
        Self(db)
    }

    /// The order `id` of `tenant`.
    pub async fn find(&self, tenant: &str, id: &str) -> Result<Option<Order>, DatabaseError> {
        self.0.find(Conditions::of("tenant_id", tenant).and("id", id).and("is_known", 1)).await
    }

    /// As [`Orders::find`], also one of which only a part was heard of.
    pub(crate) async fn find_any(&self, tenant: &str, id: &str) -> Result<Option<Order>, DatabaseError> {
        self.0.find(Conditions::of("tenant_id", tenant).and("id", id)).await
    }

    /// Stores a new order of a shop; gives whether it did: somebody else may have been faster.
    pub(crate) async fn insert_new(&self, order: &Order) -> Result<bool, DatabaseError> {
        self.0.insert_new(order).await
    }

    /// Stores a new order that a caller makes.
    pub(super) async fn insert(&self, order: &Order) -> Result<(), OrderError> {
        self.0.insert(order).await.map_err(|error| match error {
            DatabaseError::Duplicate(_) => OrderError::ExternalIdTaken,
            error => error.into(),
        })
    }

    /// Stores `order` unless it was changed since it was read; gives whether it did.
    pub(crate) async fn replace(&self, order: &Order) -> Result<bool, DatabaseError> {
        let fixed: &[&str] = if order.is_of_shop() { &FIXED_OF_SHOP } else { &FIXED };
        self.0.update_if_revision(order, &["id", "tenant_id"], fixed).await
    }

    /// Changes the order `id` of `tenant` by `change`, which may be called several times and gives whether there is something
    /// to write.
    pub(crate) async fn change(
        &self,
        tenant: &str,
        id: &str,
        mut change: impl FnMut(&mut Order) -> Result<bool, OrderError>,
    ) -> Result<Order, OrderError> {
        for _ in 0..MAX_ATTEMPTS {
            let mut order = self.find(tenant, id).await?.ok_or(OrderError::NotFound)?;
            if !change(&mut order)? {
                return Ok(order);
            }
            if self.replace(&order).await? {
                order.revision = order.revision.saturating_add(1);
                return Ok(order);
            }
        }
        Err(OrderError::Busy)
    }

    /// Up to `limit` orders whose messages somebody has left undone.
    pub(crate) async fn to_tell(&self, now: Timestamp, limit: u32) -> Result<Vec<Order>, DatabaseError> {
        let statement = format!(
            "SELECT {} FROM orders WHERE tell_at <= $1 ORDER BY tell_at LIMIT $2",
            edge_database::columns::<Order>()
        );
        edge_database::read_all(&self.0.query(&statement, &[now.into(), i64::from(limit).into()]).await?)
    }

    /// Up to `limit` orders of `tenant`, newest first.
    pub(super) async fn list(
        &self,
        tenant: &str,
        filter: OrderFilter,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<Order>, DatabaseError> {
        let conditions = Conditions::of("tenant_id", tenant)
            .and("is_known", 1)
            .and_if("status", filter.status.map(OrderStatus::as_str))
            .and_if("platform", filter.platform)
            .and_if("external_id", filter.external_id)
            .and_if("order_number", filter.order_number);
        self.0.page(conditions, "created_at", cursor, limit).await
    }
}
